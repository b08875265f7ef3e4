"""The bytes of an attachment to what it truly is, by the signature files begin with, whatever its name and label say.

A short table of our own: the libraries that know hundreds of signatures do not tell what counts here (macros, Windows
shortcuts, a program under another name), and what can't be told is left untold.
"""

from typing import NamedTuple


class TrueType(NamedTuple):
    """One kind of file: its name for people, the extensions and media types that are right for it.

    `runs` is set for what runs as a program, or can hold one that starts when it is opened.
    """

    name: str
    extensions: frozenset[str]
    types: frozenset[str]
    runs: bool = False


def _kind(name: str, extensions: str, types: str, *, runs: bool = False) -> TrueType:
    return TrueType(name, frozenset(extensions.split()), frozenset(types.split()), runs)


_ZIP_TYPES = "application/zip application/x-zip-compressed application/x-zip"
_OFFICE = "doc dot xls xlt xla ppt pot pps docx xlsx pptx dotx xltx potx ppsx msg msi vsd pub mpp db"
_WORD_OPEN = "docx dotx docm dotm xlsx xltx xlsm xltm xlsb xlam pptx potx ppsx pptm potm ppsm vsdx zip"
_OFFICE_TYPES = "application/msword application/vnd.ms-excel application/vnd.ms-powerpoint application/vnd.ms-outlook"

PROGRAM = _kind(
    "a Windows program",
    "exe dll scr com cpl sys ocx pif drv",
    "application/x-msdownload application/x-dosexec application/vnd.microsoft.portable-executable",
    runs=True,
)
_LINUX = _kind("a Linux program", "so elf bin", "application/x-executable application/x-elf", runs=True)
_SHORTCUT = _kind("a Windows shortcut", "lnk", "application/x-ms-shortcut", runs=True)
_HELP = _kind("compiled HTML help", "chm", "application/vnd.ms-htmlhelp", runs=True)
_JAVA = _kind("a Java program", "jar war ear zip", f"application/java-archive {_ZIP_TYPES}", runs=True)
_SCRIPT = _kind("a script", "sh py pl rb cgi bash", "application/x-sh text/x-shellscript text/x-python", runs=True)
_OLE = _kind("an Office file (compound)", _OFFICE, f"{_OFFICE_TYPES} application/x-ole-storage application/x-msi")
_OLE_MACRO = TrueType("an Office file with macros", _OLE.extensions, _OLE.types, runs=True)
_OPEN = _kind("an Office file (Open XML)", _WORD_OPEN, f"{_OFFICE_TYPES} {_ZIP_TYPES}")
_OPEN_MACRO = TrueType("an Office file with macros", _OPEN.extensions, _OPEN.types, runs=True)
_ODF = _kind("an OpenDocument file", "odt ods odp odg ott ots otp zip", _ZIP_TYPES)
_ZIP = _kind("a ZIP archive", "zip kmz epub apk xpi nupkg", f"{_ZIP_TYPES} application/epub+zip")
_PDF = _kind("a PDF", "pdf ai", "application/pdf application/x-pdf")
_HTML = _kind(
    "HTML",
    "html htm shtml xhtml xht hta svg xls doc eml mht",
    "text/html application/xhtml+xml application/hta application/vnd.ms-excel application/msword image/svg+xml",
)
_SIGNATURES: tuple[tuple[bytes, TrueType], ...] = (
    (b"\x7fELF", _LINUX),
    (b"L\0\0\0\x01\x14\x02\0", _SHORTCUT),
    (b"ITSF", _HELP),
    (b"#!/", _SCRIPT),
    (b"{\\rtf", _kind("RTF", "rtf doc dot", "application/rtf text/rtf text/richtext application/msword")),
    (b"\x89PNG\r\n\x1a\n", _kind("a PNG picture", "png apng", "image/png image/x-png image/apng")),
    (b"GIF87a", _kind("a GIF picture", "gif", "image/gif")),
    (b"GIF89a", _kind("a GIF picture", "gif", "image/gif")),
    (b"\xff\xd8\xff", _kind("a JPEG picture", "jpg jpeg jpe jfif", "image/jpeg image/jpg image/pjpeg")),
    (b"II*\0", _kind("a TIFF picture", "tif tiff dng nef cr2", "image/tiff")),
    (b"MM\0*", _kind("a TIFF picture", "tif tiff dng nef", "image/tiff")),
    (b"Rar!\x1a\x07", _kind("a RAR archive", "rar cbr", "application/vnd.rar application/x-rar-compressed")),
    (b"7z\xbc\xaf\x27\x1c", _kind("a 7z archive", "7z", "application/x-7z-compressed")),
    (b"\x1f\x8b\x08", _kind("a gzip archive", "gz tgz svgz emz", "application/gzip application/x-gzip")),
    (b"MSCF", _kind("a cabinet archive", "cab", "application/vnd.ms-cab-compressed")),
)
_ALL = (
    *(PROGRAM, _OLE, _OPEN, _ODF, _ZIP, _PDF, _HTML, _JAVA),
    *(kind for _, kind in _SIGNATURES),
)
_KNOWN_EXTENSIONS = frozenset(extension for kind in _ALL for extension in kind.extensions)
_KNOWN_TYPES = frozenset(media_type for kind in _ALL for media_type in kind.types)
_OPEN_XML_TYPES = ("application/vnd.openxmlformats-", "application/vnd.ms-", "application/vnd.oasis.")
RUNS_BY_NAME = frozenset(
    {
        *{"exe", "scr", "com", "pif", "cpl", "dll", "xll", "msi", "msp", "jar", "application", "appref-ms", "reg"},
        *{"bat", "cmd", "ps1", "psm1", "vbs", "vbe", "js", "jse", "wsf", "wsh", "hta", "lnk", "url", "chm", "scf"},
        *{"iso", "img", "vhd", "vhdx", "docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppsm", "ppam"},
    }
)
"""Extensions of files that Windows runs when they are opened, or that can hold macros."""


def true_type(content: bytes) -> TrueType | None:
    """What the decoded content of a part is by its first bytes; None where that can't be told."""
    if content.startswith(b"MZ"):
        header = int.from_bytes(content[0x3C:0x40], "little")
        return PROGRAM if content[header : header + 4] == b"PE\0\0" else None
    if content.startswith(b"PK\x03\x04"):
        return _zipped(content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _OLE_MACRO if "_VBA_PROJECT".encode("utf-16-le") in content else _OLE
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return kind
    if b"%PDF-" in content[:1024]:
        return _PDF
    start = content[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return _HTML if start.startswith((b"<!doctype html", b"<html")) else None


def _zipped(content: bytes) -> TrueType:
    """What a ZIP archive holds, by the names in it, which stand there uncompressed."""
    if b"vbaProject.bin" in content:
        return _OPEN_MACRO
    if b"[Content_Types].xml" in content:
        return _OPEN
    if content[30:38] == b"mimetype" and b"vnd.oasis.opendocument" in content[38:120]:
        return _ODF
    return _JAVA if b"META-INF/MANIFEST.MF" in content[:4096] else _ZIP


def extension(file_name: str | None) -> str:
    """What stands behind the name's last dot, in lower case; empty where there is none."""
    return (file_name or "").rstrip(". ").rpartition(".")[2].lower() if "." in (file_name or "") else ""


def contradicted(kind: TrueType, file_name: str | None, media_type: str) -> list[str]:
    """What of the name and the label is wrong for a file of this kind, in words.

    A name or label that is of no kind known here says nothing, as `application/octet-stream` does.
    """
    wrong: list[str] = []
    ending = extension(file_name)
    if ending in _KNOWN_EXTENSIONS and ending not in kind.extensions:
        wrong.append(f"its name ends in .{ending}")
    same_family = media_type.startswith(_OPEN_XML_TYPES) and kind.types & {"application/zip", "application/msword"}
    if media_type in _KNOWN_TYPES and media_type not in kind.types and not same_family:
        wrong.append(f"its label is {media_type}")
    return wrong
