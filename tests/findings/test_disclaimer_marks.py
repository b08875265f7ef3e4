"""What Exchange's own disclaimers leave behind, and texts that two servers add."""

from pathlib import Path

import pytest
from bodies import NOTICE, both, codes, entity, html, judged, mail, multipart, plain
from program import snapdiff
from tracemaker import block, guid

RULE = f"\n____\n{NOTICE}\n"
MARK = "X-MS-Exchange-Organization-Disclaimer-Hash: "
SIGNED = mail(
    multipart("signed", entity(plain()), b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nMIIB\r\n")
)
ENVELOPED = mail(
    b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nMIIBMIIBMIIB\r\n"
)
AGENT = "Transport Rule Agent"


def marked(raw: bytes, *marks: str) -> bytes:
    return raw.replace(b"Subject:", "".join(f"{MARK}{mark}\r\n" for mark in marks).encode() + b"Subject:", 1)


def around(raw: bytes, *more: bytes) -> bytes:
    return mail(multipart("mixed", entity(NOTICE), b"Content-Type: message/rfc822\r\n\r\n" + raw, *more, boundary="w"))


@pytest.mark.parametrize(
    ("before", "sealed"),
    [
        (both(), ""),
        (mail(entity(plain())), ""),
        (SIGNED, ", which was signed,"),
        (ENVELOPED, ", which was signed or encrypted (S/MIME),"),
    ],
)
def test_a_wrapped_message_is_found(tmp_path: Path, before: bytes, sealed: str) -> None:
    everything = judged(tmp_path, [before, around(before)])
    (found,) = [one for one in everything if one.code == "SD307"]
    assert (found.agent, found.evidence) == ("Agent A", {"part": "2", "sealed": sealed})
    assert codes(everything, "SD4") == []


@pytest.mark.parametrize(
    "messages",
    [
        [both(), mail(multipart("mixed", entity(plain()), b"Content-Type: message/rfc822\r\n\r\n" + SIGNED))],
        [around(both()), around(both(), entity(NOTICE))],
        [both(), both(RULE, f"<p>{NOTICE}</p>")],
        [mail(entity("")), around(mail(entity("")))],
    ],
)
def test_what_is_not_wrapped(tmp_path: Path, messages: list[bytes]) -> None:
    assert codes(judged(tmp_path, messages), "SD307") == []


def test_two_marks_are_two_texts(tmp_path: Path) -> None:
    one, two = mail(entity(plain(RULE))), mail(entity(plain(f"{RULE}\nContoso Ltd sells tea in leaves and in bags.\n")))
    messages = [mail(entity(plain())), marked(one, "aaa="), marked(two, "aaa=", "bbb=")]
    (found,) = [one for one in judged(tmp_path, messages) if one.code.startswith("SD3")]
    assert (found.code, found.agent, found.evidence) == ("SD308", "Agent B", {"earlier": "aaa=", "added": "bbb="})


@pytest.mark.parametrize("marks", [[(), ("aaa=",)], [("aaa=",), ("aaa=", "aaa=")], [("aaa=",), ()]])
def test_what_are_no_two_marks(tmp_path: Path, marks: list[tuple[str, ...]]) -> None:
    messages = [marked(mail(entity(plain())), *ones) for ones in marks]
    assert codes(judged(tmp_path, messages), "SD3") == []


def test_a_mark_on_arrival_explains_a_missing_disclaimer(tmp_path: Path) -> None:
    came = marked(mail(entity(plain())), "aaa=")
    (found,) = judged(tmp_path, [came, came], [AGENT])
    assert (found.code, found.severity, found.agent, found.step) == ("SD310", "note", None, None)
    assert found.evidence == {"marks": "aaa="}


@pytest.mark.parametrize(
    ("messages", "agents"),
    [
        ([marked(mail(entity(plain())), "aaa="), marked(mail(entity(plain(RULE))), "aaa=")], [AGENT]),
        ([marked(mail(entity(plain())), "aaa=")] * 2, ["Another Agent"]),
        ([mail(entity(plain()))] * 2, [AGENT]),
    ],
)
def test_a_mark_that_explains_nothing(tmp_path: Path, messages: list[bytes], agents: list[str]) -> None:
    assert codes(judged(tmp_path, messages, agents), "SD310") == []


def server(folder: Path, name: str, number: int, second: int, *messages: bytes) -> None:
    """A trace on that server: the first message came in at that second, the others are what agents made of it."""
    place = folder / name / "Hub" / "PipelineTracing" / "MessageSnapshots" / guid(number)
    place.mkdir(parents=True)
    for at, message in enumerate(messages):
        source = "OnResolvedMessage" + (f",Footer {at}" if at else "")
        (place / f"Routing{at + 1:04d}.eml").write_bytes(block(source, second + at) + message)


COPY = b"X-MS-Exchange-Organization-Network-Message-Id: 11111111-0000-0000-0000-000000000000\r\n"
NONE, ONCE, TWICE = (COPY + mail(entity(plain(RULE * times))) for times in (0, 1, 2))
HTML_NONE, HTML_ONCE, HTML_TWICE = (COPY + mail(entity(html(f"<p>{NOTICE}</p>" * n), "html")) for n in (0, 1, 2))


@pytest.mark.parametrize("came", [(NONE, ONCE, TWICE), (HTML_NONE, HTML_ONCE, HTML_TWICE)])
def test_a_text_added_on_two_servers(tmp_path: Path, came: tuple[bytes, bytes, bytes]) -> None:
    server(tmp_path, "EX1", 1, 0, came[0], came[1])
    server(tmp_path, "EX2", 2, 10, came[1], came[2])
    first, second = snapdiff(tmp_path, "--format", "json").json()["traces"]
    assert first["findings"] == []
    assert [(one["code"], one["agent"]) for one in second["findings"]] == [("SD302", "Footer 1")]
    evidence = second["findings"][0]["evidence"]
    assert (evidence["first"], evidence["server"]) == ("Footer 1", "the transport service of EX1")
    assert NOTICE in evidence["text"]
    assert second["findings"][0]["flags"]


@pytest.mark.parametrize(
    ("first", "second", "starts"),
    [
        ((ONCE, TWICE), (ONCE, TWICE), 10),
        ((NONE, ONCE), (ONCE, TWICE), 0),
        ((NONE, NONE + b"Contoso sells tea.\r\n"), (ONCE, TWICE), 10),
        ((NONE, ONCE), (ONCE, ONCE), 10),
    ],
    ids=["it came with it", "copies side by side", "another text", "added once"],
)
def test_what_was_not_added_on_two_servers(
    tmp_path: Path, first: tuple[bytes, bytes], second: tuple[bytes, bytes], starts: int
) -> None:
    server(tmp_path, "EX1", 1, 0, *first)
    server(tmp_path, "EX2", 2, starts, *second)
    traces = snapdiff(tmp_path, "--format", "json").json()["traces"]
    assert [one for trace in traces for one in trace["findings"] if one["code"] == "SD302"] == []
