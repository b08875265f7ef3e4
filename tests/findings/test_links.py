"""The links of a plain text: those a search for their beginning would find, in order."""

import re

from hypothesis import given
from hypothesis import strategies as st

from snapdiff.findings.detect.active_content import links_of

PLAIN = re.compile(r"https?://[^\s<>\"]{1,4000}", re.IGNORECASE)
PIECES = (
    *("http", "https", "HTTPS", "http\u017f", "s", "h", ":", "/", "://", ":///"),
    *("a.test", " ", "<", '"', "\n", "x" * 3_990),
)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_every_link_is_found_and_nothing_else(text: str) -> None:
    assert list(links_of(text)) == PLAIN.findall(text)


def test_links_within_and_behind_one_another() -> None:
    text = "http://a.test/?u=https://b.test, then ://c.test and HTTPS://d.test\u00a0http://"
    assert list(links_of(text)) == ["http://a.test/?u=https://b.test,", "HTTPS://d.test"]
