"""The text of a mail or a policy to the form in which the two are compared: as a reader sees it, in one line."""

import re
from unicodedata import is_normalized, normalize

_BLANKS = re.compile(r"\s+")
_WITHOUT_WIDTH = re.compile("[\u200b\u2060\ufeff]")
NOTE = "compared is the text a reader sees, with white space, no-break spaces and HTML entities folded"


def folded(text: str) -> str:
    """The text with every run of white space, line ends and no-break spaces among them, as one blank (in NFC).

    Spaces and joiners without width, which nobody sees, are taken out.
    """
    text = _WITHOUT_WIDTH.sub("", text)
    return _BLANKS.sub(" ", text if is_normalized("NFC", text) else normalize("NFC", text)).strip()
