"""Text that agents damage: characters lost, garbled, mislabelled."""

from pathlib import Path

import pytest
from bodies import NOTICE, codes, entity, html, judged, mail, multipart, plain

from snapdiff.findings.text_damage import lost, misread, read_as_utf_16

GERMAN = "Größe: über 20 €, „schön“.\nGrüße aus Köln\n"
RUSSIAN = "Добрый день, посылаю договор.\n"
JAPANESE = "お世話になっております。\n"
META = '<html><head><meta http-equiv="Content-Type" content="text/html; charset={}"></head><body>{}</body></html>\n'


def text(body: str, charset: str = "utf-8", kind: str = "plain", label: str = "") -> bytes:
    raw = mail(entity(body, kind, charset))
    return raw.replace(f"charset={charset}".encode(), f"charset={label}".encode(), 1) if label else raw


def meta(named: str, body: str, charset: str = "utf-8") -> bytes:
    return mail(entity(META.format(named, body), "html", charset))


def garbled(body: str, written: str = "utf-8", read: str = "cp1252") -> str:
    return body.encode(written).decode(read, "replace")


def subject(value: str) -> bytes:
    return text("Hello\n").replace(b"Subject: Offer", f"Subject: {value}".encode())


RAISES = {
    "to a question mark": ([text(GERMAN), text(GERMAN.replace("€", "?"))], "SD401", {"characters": "€", "became": "?"}),
    "several": (
        [text(GERMAN), text(GERMAN.encode("ascii", "replace").decode(), "us-ascii")],
        "SD401",
        {"characters": "ö ß ü € „ “", "became": "?"},
    ),
    "to several marks each": ([text("Köln am Rhein\n"), text("K??ln am Rhein\n")], "SD401", {"characters": "ö"}),
    "to U+FFFD": ([text("Köln\n"), text("K\ufffdln\n")], "SD401", {"characters": "ö", "became": "U+FFFD"}),
    "gone": ([text("Köln am Rhein\n"), text("Kln am Rhein\n")], "SD401", {"characters": "ö", "became": "nothing"}),
    "a whole script": ([text(RUSSIAN), text("?????? ????, ??????? ???????.\n")], "SD401", {"became": "?"}),
    "beside an added text": (
        [text(GERMAN), text(f"{GERMAN.replace('ß', '?')}\n{NOTICE}\n")],
        "SD401",
        {"characters": "ß"},
    ),
    "in HTML": ([text(html(), kind="html"), text(html().replace("ü", "?"), kind="html")], "SD401", {"characters": "ü"}),
    "in the second form": (
        [
            mail(multipart("alternative", entity(plain()), entity(body, "html")))
            for body in (html(), html().replace("ü", "?"))
        ],
        "SD401",
        {"where": "the text of part 2"},
    ),
    "in the Subject": (
        [subject("=?utf-8?q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?="), subject("Gr??e aus K?ln")],
        "SD401",
        {"where": "the field Subject", "characters": "ü ß ö"},
    ),
    "read as windows-1252": (
        [text(GERMAN), text(garbled(GERMAN))],
        "SD402",
        {"written": "utf-8", "read": "windows-1252", "before": "Größe: über 20 €, „schön“."},
    ),
    "read as windows-1251": ([text(GERMAN), text(garbled(GERMAN, read="cp1251"))], "SD402", {"read": "windows-1251"}),
    "Cyrillic read as Western": (
        [text(RUSSIAN, "windows-1251"), text(garbled(RUSSIAN, "cp1251"), "windows-1252")],
        "SD403",
        {"before": "windows-1251", "after": "windows-1252"},
    ),
    "Cyrillic read as Western and written anew": (
        [text(RUSSIAN, "windows-1251"), text(garbled(RUSSIAN, "cp1251"))],
        "SD402",
        {"written": "windows-1251", "read": "windows-1252"},
    ),
    "Japanese": (
        [text(JAPANESE, "shift_jis"), text(garbled(JAPANESE, "shift_jis"))],
        "SD402",
        {"written": "shift_jis", "read": "windows-1252"},
    ),
    "garbled HTML": ([text(html(), kind="html"), text(garbled(html()), kind="html")], "SD402", {"where": "the text"}),
    "a garbled Subject": (
        [subject("=?utf-8?q?Gr=C3=BC=C3=9Fe?="), subject("=?utf-8?q?Gr=C3=83=C2=BC=C3=83=C5=B8e?=")],
        "SD402",
        {"where": "the field Subject", "written": "utf-8", "read": "windows-1252", "before": "Grüße"},
    ),
    "label alone": (
        [text(GERMAN), text(GERMAN, label="iso-8859-1")],
        "SD403",
        {"before": "utf-8", "after": "iso-8859-1"},
    ),
    "label taken away": ([text(GERMAN), text(GERMAN, label="us-ascii")], "SD403", {"after": "us-ascii"}),
    "bytes written anew under the old label": (
        [text(GERMAN), text(GERMAN, "cp1252", label="utf-8")],
        "SD403",
        {"before": "utf-8", "after": "utf-8"},
    ),
    "characters added that the label does not have": (
        [text("Hello\n", "us-ascii"), text("Hello\nFrom Köln, Düsseldorf\n", label="us-ascii")],
        "SD403",
        {"after": "us-ascii"},
    ),
    "META wins": (
        [meta("iso-8859-1", "<p>Größe</p>"), meta("iso-8859-1", garbled("<p>Größe</p>"))],
        "SD404",
        {"meta": "iso-8859-1", "mime": "utf-8"},
    ),
    "META wins and loses": (
        [meta("utf-8", "<p>Größe</p>", "iso-8859-1"), meta("utf-8", "<p>Gr\ufffd\ufffde</p>")],
        "SD404",
        {"meta": "utf-8", "mime": "iso-8859-1"},
    ),
    "META says UTF-16": (
        [
            meta("utf-16", "<p>Hello there</p>"),
            text(META.format("utf-16", "<p>Hello there</p>").encode()[:-1].decode("utf-16-le", "replace"), kind="html"),
        ],
        "SD404",
        {"meta": "utf-16"},
    ),
}
NEAR_MISSES = {
    "written in another charset": [text(GERMAN), text(GERMAN, "cp1252")],
    "written otherwise": [text(GERMAN), mail(entity(GERMAN, encoding="base64"))],
    "a no-break space and an invisible one": [text("20\u00a0kg\u200b of tea\n"), text("20 kg of tea\n")],
    "straight quotes": [text("„schön“\n"), text('"schön"\n')],
    "other words": [text("Köln am Rhein\n"), text("Bonn am Rhein\n")],
    "a question": [text("Schön, Köln\n"), text("Schön, Köln?\n")],
    "references in HTML": [text(html(), kind="html"), text(html().replace("ü", "&uuml;"), kind="html")],
    "mended": [text(garbled(GERMAN)), text(GERMAN)],
    "the label mended": [text(GERMAN, label="us-ascii"), text(GERMAN)],
    "a label that says the same": [text("Hello\n", "us-ascii"), text("Hello\n", "us-ascii", label="utf-8")],
    "came damaged": [text(garbled(GERMAN)), text(garbled(GERMAN) + "x\n")],
    "bytes that fitted nothing before": [
        text(GERMAN, "cp1252", label="utf-8"),
        text(GERMAN + "x\n", "cp1252", label="utf-8"),
    ],
    "two charsets and no damage": [
        meta("iso-8859-1", "<p>Größe</p>"),
        meta("iso-8859-1", f"<p>Größe</p><p>{NOTICE}</p>"),
    ],
    "two charsets that read alike": [meta("iso-8859-1", "<p>Groesse?</p>"), meta("iso-8859-1", "<p>Groesse!</p>")],
    "an encoded Subject": [subject("=?utf-8?q?K=C3=B6ln?="), subject("=?iso-8859-1?q?K=F6ln?=")],
}


@pytest.mark.parametrize("case", RAISES)
def test_damage_is_found(tmp_path: Path, case: str) -> None:
    messages, code, evidence = RAISES[case]
    (found,) = [one for one in judged(tmp_path, messages) if one.code == code]
    assert found.agent == "Agent A"
    assert found.flags
    assert {name: found.evidence[name] for name in evidence} == evidence


@pytest.mark.parametrize("case", NEAR_MISSES)
def test_what_is_no_damage(tmp_path: Path, case: str) -> None:
    assert codes(judged(tmp_path, NEAR_MISSES[case]), "SD40") == []


def test_a_wrong_label_is_not_told_a_second_time_as_garbled(tmp_path: Path) -> None:
    assert codes(judged(tmp_path, RAISES["label alone"][0]), "SD40") == ["SD403"]


def test_so_many_characters_are_cut_short(tmp_path: Path) -> None:
    letters = "".join(map(chr, range(0x410, 0x410 + 60)))
    (found,) = judged(tmp_path, [text(letters + "\n"), text("?" * 60 + "\n")])
    assert found.evidence["characters"].endswith(" and 20 more")
    assert len(found.evidence["characters"].split()) == 40 + 3


@pytest.mark.parametrize(
    ("before", "after", "characters"),
    [("a", "?", None), ("é", "?", "é"), ("é", "", None), ("é?", "??", "é"), ("éé", "é?", "é"), ("日本", "??", "日本")],
)
def test_lost_characters_of_a_line(before: str, after: str, characters: str | None) -> None:
    found = lost(before, after)
    assert (found.characters if found else None) == characters


@pytest.mark.parametrize("written", ["utf-8", "windows-1251", "koi8-r", "iso-8859-5"])
def test_russian_misread(written: str) -> None:
    found = misread(RUSSIAN, garbled(RUSSIAN, written, "cp1252"))
    assert found is not None
    assert (found.written_in, found.read_as) == (written, "windows-1252")


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_read_as_utf_16(order: str) -> None:
    source = "<html><head></head><body>Hello there, Alan</body></html>"
    assert read_as_utf_16(source, source.encode().decode(order))
    assert not read_as_utf_16(source, JAPANESE)


@pytest.mark.parametrize(
    ("around", "shown"),
    [(("", ""), "Grüße"), (("", "."), "Grüße."), (("a" * 30, ""), "…{20}Grüße"), (("", "b" * 60), "Grüße{55}…")],
)
def test_dots_say_where_a_line_goes_on(tmp_path: Path, around: tuple[str, str], shown: str) -> None:
    line = "Grüße".join(around)
    found = judged(tmp_path, [text(line), text(garbled(line))])
    (said,) = (one.evidence["before"] for one in found if one.code == "SD402")
    assert said == shown.replace("{20}", "a" * 18).replace("{55}", "b" * 55)
