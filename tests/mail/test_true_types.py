"""What attachments truly are, and what of their names and labels is wrong for that."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapdiff.mail.true_types import contradicted, extension, true_type


def zipped(*names: str, first: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if first:
            archive.writestr("mimetype", first)
        for name in names:
            archive.writestr(name, b"x")
    return out.getvalue()


PROGRAM = b"MZ" + bytes(0x3A) + (0x40).to_bytes(4, "little") + b"PE\0\0" + bytes(20)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
TYPES = [
    (PROGRAM, "a Windows program", True),
    (b"MZ is how this letter begins, and no program follows" + bytes(40), None, False),
    (b"MZ", None, False),
    (zipped("[Content_Types].xml", "word/document.xml"), "an Office file (Open XML)", False),
    (zipped("[Content_Types].xml", "word/vbaProject.bin"), "an Office file with macros", True),
    (zipped("content.xml", first="application/vnd.oasis.opendocument.text"), "an OpenDocument file", False),
    (zipped("META-INF/MANIFEST.MF"), "a Java program", True),
    (zipped("a.txt"), "a ZIP archive", False),
    (OLE, "an Office file (compound)", False),
    (OLE + "_VBA_PROJECT".encode("utf-16-le"), "an Office file with macros", True),
    (b"L\0\0\0\x01\x14\x02\0" + bytes(30), "a Windows shortcut", True),
    (b"\r\n%PDF-1.7\n", "a PDF", False),
    (b"\xef\xbb\xbf <!DOCTYPE html><p>", "HTML", False),
    (b"GIF89a" + bytes(9), "a GIF picture", False),
    (b"Just text", None, False),
    (b"", None, False),
]


@pytest.mark.parametrize(("content", "name", "runs"), TYPES)
def test_a_type_is_told_by_its_bytes(content: bytes, name: str | None, runs: bool) -> None:
    kind = true_type(content)
    assert (kind.name if kind else None) == name
    assert (kind is not None and kind.runs) == runs


CONTRADICTED = [
    (PROGRAM, "invoice.pdf", "application/pdf", ["its name ends in .pdf", "its label is application/pdf"]),
    (PROGRAM, "setup.exe", "application/octet-stream", []),
    (PROGRAM, "setup.bin2", "application/octet-stream", []),
    (b"%PDF-1.7", "scan.jpg", "application/pdf", ["its name ends in .jpg"]),
    (b"%PDF-1.7", "SCAN.PDF", "application/pdf", []),
    (b"%PDF-1.7", None, "image/png", ["its label is image/png"]),
    (b"<html>", "report.xls", "application/vnd.ms-excel", []),
    (b"<html>", "scan.pdf", "text/html", ["its name ends in .pdf"]),
    (OLE, "encrypted.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", []),
    (zipped("[Content_Types].xml"), "a.xlsx", "application/zip", []),
    (zipped("[Content_Types].xml"), "a.xlsx", "application/vnd.ms-excel", []),
    (zipped("a.txt"), "a.zip", "application/x-zip-compressed", []),
    (b"\x89PNG\r\n\x1a\n", "a.png", "image/jpeg", ["its label is image/jpeg"]),
    (b"\x1f\x8b\x08", "a.tar.gz", "application/gzip", []),
]


@pytest.mark.parametrize(("content", "name", "label", "wrong"), CONTRADICTED)
def test_names_and_labels_that_are_wrong(content: bytes, name: str | None, label: str, wrong: list[str]) -> None:
    kind = true_type(content)
    assert kind is not None
    assert contradicted(kind, name, label) == wrong


@pytest.mark.parametrize(
    ("name", "ending"), [("a.TXT", "txt"), ("a.b.exe. ", "exe"), ("a", ""), (None, ""), ("", ""), (".", "")]
)
def test_extension(name: str | None, ending: str) -> None:
    assert extension(name) == ending


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"MZ", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]))
def test_any_bytes_are_looked_at(rest: bytes, start: bytes) -> None:
    true_type(start + rest)
