"""Content-Type and Content-Disposition values: what is read out of them, tidy or not, and that nothing stops it."""

from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.mail.parameters import parameters

READ: list[tuple[str, str, dict[str, str] | None]] = [
    ("text/plain", "text/plain", {}),
    ("TEXT/Plain; CharSet=UTF-8", "text/plain", {"charset": "UTF-8"}),
    ('multipart/mixed; boundary="a;b=c(d) e"', "multipart/mixed", {"boundary": "a;b=c(d) e"}),
    ('text/plain ; charset = "x" ;\r\n\tformat=flowed;', "text/plain", {"charset": "x", "format": "flowed"}),
    (r'attachment; filename="say \"hi\".txt"; size=1', "attachment", {"filename": 'say "hi".txt', "size": "1"}),
    (r'attachment; filename="a\\b"', "attachment", {"filename": r"a\b"}),
    ('text/plain; charset=""', "text/plain", {"charset": ""}),
    ("x/y; a=b=c==", "x/y", {"a": "b=c=="}),
    ("", "", {}),
]

TOLERATED: list[tuple[str, str, dict[str, str] | None]] = [
    ("text / plain; a=b", "text/plain", {"a": "b"}),
    ("text/plain; charset=us-ascii (Plain (and) text); format=flowed", "text/plain", None),
    ("text/plain (why not); charset=us-ascii; format=flowed", "text/plain", None),
    ("(first) text/plain; (\\) no end) charset=us-ascii; format=flowed", "text/plain", None),
    ("text/plain charset=us-ascii format=flowed", "text/plain", None),
    ('text/plain charset="us-ascii"format=flowed', "text/plain", None),
    ("text/plain;;charset=us-ascii; garbage ;=x;format=flowed", "text/plain", None),
    ("text/plain; charset=us-ascii; charset=utf-8; format=flowed", "text/plain", None),
    ("charset=us-ascii; format=flowed", "", None),
    ('application/pdf name=""', "application/pdf", {"name": ""}),
    ("attachment; filename=; size=1", "attachment", {"filename": "", "size": "1"}),
    ("attachment; filename=my own file.pdf; size=1", "attachment", {"filename": "my own file.pdf", "size": "1"}),
    ("attachment; filename=report (1).pdf; size=1", "attachment", {"filename": "report (1).pdf", "size": "1"}),
    ("attachment; filename=report(1).pdf", "attachment", {"filename": "report(1).pdf"}),
    ("attachment; filename=report (1.pdf; size=1", "attachment", {"filename": "report (1.pdf", "size": "1"}),
    (r'inline; filename="C:\TEMP\nsmail.png"', "inline", {"filename": r"C:\TEMP\nsmail.png"}),
    ('attachment; filename="no end; size=1', "attachment", {"filename": "no end; size=1"}),
    ('attachment; filename="no end\\', "attachment", {"filename": "no end\\"}),
    ("attachment; filename=ciële 管理.txt", "attachment", {"filename": "ciële 管理.txt"}),
    ("attachment; filename=a\xa0b.txt", "attachment", {"filename": "a\xa0b.txt"}),
    ("attachment; filename=\udce9.txt", "attachment", {"filename": "\udce9.txt"}),
    (";;", "", {}),
]

EXTENDED = [
    ("filename*=utf-8''%E2%82%AC%20rates.txt", "€ rates.txt"),
    ("filename*=iso-8859-1'en'%A3.txt", "£.txt"),
    ("filename*=\"iso-8859-1''Hasenund%F6sche.txt\"", "Hasenundösche.txt"),
    ('filename*0=a; filename*1="b c"; filename*2=d', "ab cd"),
    ("filename*1=b; filename*0=a", "ab"),
    ("filename*1=a; filename*2=b", "ab"),
    ("filename*0=a; filename*2=c", "a"),
    ("filename*0*=utf-8''a%e2%82; filename*1*=%ac; filename*2=%41", "a€%41"),
    ("filename*0*=utf-8''%e2; filename*1=x; filename*2*=%ac", "\udce2x\udcac"),
    ("filename*=utf-8''extended; filename=plain", "extended"),
    ("filename=plain; filename*=utf-8''extended; filename*0=sections", "extended"),
    ("filename*=utf-8''first; filename*=utf-8''second", "first"),
    ("filename*=no-such-charset''%E2%82%AC", "€"),
    ("filename*=utf-8''%E9t%E9", "\udce9t\udce9"),
    ("filename*=''%E2%82%AC", "€"),
    ("filename*=%E2%82%AC", "€"),
    ("filename*=utf-8''50%zz%", "50%zz%"),
    ("filename*=utf-8''%3D%3Futf-8%3FQ%3Fa%3F%3D", "=?utf-8?Q?a?="),
    ('filename*0="=?utf-8?Q?=C3="; filename*1="A4?="', "ä"),
]

ENCODED_WORDS = [
    ('name="=?UTF-8?B?0YLQtdGB0YIuanBn?="', "name", "тест.jpg"),
    ("name==?utf-8?Q?a=C3=A4?= =?utf-8?Q?b?=", "name", "aäb"),
    ('filename="nyan cat =?UTF-8?Q?=E2=9C=94=2Egif?="', "filename", "nyan cat ✔.gif"),
    ('filename="=?no-such?Q?=E2=9C=94?="', "filename", "✔"),
    ('filename="=?utf-8?Q?no end"', "filename", "=?utf-8?Q?no end"),
    ('boundary="=?utf-8?Q?a?="', "boundary", "=?utf-8?Q?a?="),
]


@pytest.mark.parametrize(("value", "kind", "named"), READ + TOLERATED)
def test_reads_type_and_parameters(value: str, kind: str, named: dict[str, str] | None) -> None:
    expected = {"charset": "us-ascii", "format": "flowed"} if named is None else named
    assert parameters(value) == (kind, expected)


@pytest.mark.parametrize(("written", "decoded"), EXTENDED)
def test_decodes_rfc_2231(written: str, decoded: str) -> None:
    assert parameters(f"attachment; {written}; size=1")[1] == {"filename": decoded, "size": "1"}


@pytest.mark.parametrize(("written", "name", "decoded"), ENCODED_WORDS)
def test_decodes_encoded_words_in_file_names_alone(written: str, name: str, decoded: str) -> None:
    assert parameters(f"x/y; {written}")[1] == {name: decoded}


@given(st.text(alphabet=st.sampled_from("ab/=;\"\\ \t\r\n()*01%'?é\udce9\ud800"), max_size=60))
def test_reads_any_text(value: str) -> None:
    kind, named = parameters(value)
    assert kind == kind.lower()
    assert all(name == name.lower() for name in named)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_a_quoted_text_comes_back(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    assert parameters(f'x/y; before=1; x="{quoted}"; after=2')[1] == {"before": "1", "x": text, "after": "2"}


@given(st.text(min_size=1, max_size=40), st.integers(1, 12))
def test_an_extended_text_comes_back_wherever_it_is_cut(text: str, width: int) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in text.encode("utf-8"))
    pieces = [encoded[at : at + 3 * width] for at in range(0, len(encoded), 3 * width)]
    label = "utf-8''"
    written = "; ".join(f"filename*{n}*={label if n == 0 else ''}{piece}" for n, piece in enumerate(pieces))
    assert parameters(f"attachment; {written}")[1] == {"filename": text}


@given(st.text(alphabet="abcXYZ-_.", min_size=1, max_size=20), st.text(alphabet="abc XYZ-_.é€", max_size=90))
def test_reads_what_the_standard_library_writes(name: str, text: str) -> None:
    message = Message()
    message.add_header("Content-Disposition", "attachment", filename=("utf-8", "", text), other=name)
    assert parameters(message["Content-Disposition"])[1] == {"filename": text, "other": name}


@pytest.mark.parametrize(
    "piece", ["(", "( ", "(a) ", ' a="\\";', "x = ", "x=(a ", " (d)e", ")x ", "x*1=b;", "=?a?B?", '"', "\\"]
)
def test_a_million_characters_are_read_at_once(piece: str) -> None:
    """A time that grows with the square of the length would keep this test for hours."""
    many = 1_000_000 // len(piece)
    assert parameters("a/b; c=d" + piece * many)[0] == "a/b"
    assert parameters("a/b; c=d; " + piece * many)[1]["c"] == "d"
    assert parameters("a/b; c=d; " + "( " * (many // 2) + ")x " * (many // 2))[1]["c"] == "d"
