"""Two runs held against each other through the real command: what is told, what pairs with what, and exit codes."""

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from checking import EVENT, HEADERS, mail, ran, write
from program import Ran, snapdiff
from stepmaker import File, routing

from snapdiff.policy.meeting import folded, pair_by
from snapdiff.report.compare.json import compare_schema

NOTE = "X-Note: v3"
OLD = ran(("A", mail(NOTE)), ("B", mail(NOTE)))


def compare(folder: Path, before: list[list[File]], after: list[list[File]], *options: str) -> Ran:
    return snapdiff("compare", write(folder / "before", *before), write(folder / "after", *after), *options)


def of_agents(report: Any) -> list[str]:
    """Every difference as `AGENT: TURN KIND NAME BEFORE>AFTER`, and agents that ran in one run alone."""
    told = []
    for agent in report["agents"]:
        name = agent["agent"] or agent["by"]
        told += [f"{name} ran {agent['ran']}"] if agent["ran"] != "both" else []
        for one in agent["differences"]:
            did = one["did"]
            told.append(f"{name}: {one['turn']} {did['change']} {did.get('name')} {one['before']}>{one['after']}")
    return told


def numbered(number: int, *fields: str, subject: str = "Rollout probe 1", agent: str = "A") -> list[File]:
    """A trace of another message, to which an agent adds fields."""
    head = HEADERS.replace(b"<1@", b"<%d@" % number).replace(b"Rollout probe 1", subject.encode())
    return ran((agent, mail(*fields, headers=head)), first=mail(headers=head))


GAP = [routing(1, EVENT, mail()), routing(3, f"{EVENT},A", mail(NOTE), at=3)]
MARKED = ran(("A", mail(headers=HEADERS.replace(b"Rollout", b"[EXT] Rollout"))))
CASES: list[tuple[str, list[list[File]], list[list[File]], int, list[str]]] = [
    ("the same", [OLD], [OLD], 0, []),
    ("no subject", [numbered(1, NOTE, subject="")], [numbered(2, NOTE, subject="")], 0, []),
    ("a reply's mark and letter case", [numbered(1, subject="Re: PROBE  1")], [numbered(2, subject="Probe 1")], 0, []),
    ("more", [OLD], [ran(("A", mail(NOTE)), ("B", mail(NOTE, "X-B: 1")))], 1, ["B: new header.added X-B 0>1"]),
    ("less", [OLD], [ran(("A", mail()), ("B", mail()))], 1, ["A: gone header.added X-Note 1>0"]),
    (
        "more often",
        [OLD],
        [ran(("A", mail(NOTE, NOTE)), ("B", mail(NOTE, NOTE)))],
        1,
        ["A: times header.added X-Note 1>2"],
    ),
    (
        "another agent does it",
        [OLD],
        [ran(("A", mail()), ("B", mail(NOTE)))],
        1,
        ["A: gone header.added X-Note 1>0", "B: new header.added X-Note 0>1"],
    ),
    ("an agent does not run any more", [OLD], [ran(("A", mail(NOTE)))], 1, ["B ran before"]),
    ("a new agent", [ran(("A", mail()))], [ran(("A", mail()), ("C", mail()))], 1, ["C ran after"]),
    ("a message more", [OLD], [OLD, numbered(2, subject="Another")], 1, []),
    ("an agent put a mark before the subject", [numbered(1)], [MARKED], 1, ["A: new header.changed Subject 0>1"]),
    ("nothing to pair", [numbered(1, subject="One")], [numbered(2, subject="Two")], 2, []),
    ("it can't be known who did it", [ran(("A", mail(NOTE)))], [GAP], 2, []),
]


@pytest.mark.parametrize(("before", "after", "code", "said"), [x[1:] for x in CASES], ids=[x[0] for x in CASES])
def test_what_is_done_otherwise(
    tmp_path: Path, before: list[list[File]], after: list[list[File]], code: int, said: list[str]
) -> None:
    done = compare(tmp_path, before, after, "--format", "json", "--exit-code")
    assert "Traceback" not in done.errors
    report = done.json()
    jsonschema.Draft202012Validator(compare_schema()).validate(report)
    assert (done.code, of_agents(report)) == (code, said)
    assert bool(report["cannot_tell"]) == (code == 2)


def test_without_exit_code_a_difference_is_none(tmp_path: Path) -> None:
    assert compare(tmp_path, [OLD], [ran(("A", mail()))]).code == 0


PAIRS = [
    ("subject", [(1, "One", "p1"), (2, "Two", "p2")], [(3, "Two", "p1"), (4, "One", "p2")], [("1", "4"), ("2", "3")]),
    (
        "header:x-probe-id",
        [(1, "One", "p1"), (2, "Two", "p2")],
        [(3, "Two", "p2"), (4, "One", "p1")],
        [("1", "4"), ("2", "3")],
    ),
    (
        "message-id",
        [(1, "One", "p1"), (2, "Two", "p2")],
        [(2, "One", "p1"), (1, "Two", "p2")],
        [("1", "1"), ("2", "2")],
    ),
    ("subject", [(1, "One", ""), (2, "One", "")], [(3, "One", ""), (4, "One", "")], [("1", "3"), ("2", "4")]),
]


@pytest.mark.parametrize(("by", "before", "after", "pairs"), PAIRS)
def test_messages_are_paired(
    tmp_path: Path,
    by: str,
    before: list[tuple[int, str, str]],
    after: list[tuple[int, str, str]],
    pairs: list[tuple[str, str]],
) -> None:
    def run(messages: list[tuple[int, str, str]], *more: str) -> list[list[File]]:
        out = []
        for number, subject, probe in messages:
            head = HEADERS.replace(b"<1@", b"<%d@" % number).replace(b"Rollout probe 1", subject.encode())
            head = f"X-Probe-Id: {probe}\r\n".encode() + head
            out.append(ran(("A", mail(*more, headers=head)), first=mail(headers=head)))
        return out

    report = compare(tmp_path, run(before), run(after, NOTE), "--pair-by", by, "--format", "json").json()
    found = [(one["before"]["message_id"][1], one["after"]["message_id"][1]) for one in report["pairs"]]
    assert (found, report["unpaired_before"], report["unpaired_after"]) == (pairs, [], [])
    assert all(one["repeated"] == (before[0][1] == before[1][1] and by == "subject") for one in report["pairs"])


def test_messages_without_a_counterpart_are_named_in_every_form(tmp_path: Path) -> None:
    before, after = [OLD, numbered(2, subject="Only there")], [OLD, numbered(3, subject="Only here")]
    one = write(tmp_path / "before", *before), write(tmp_path / "after", *after)
    for form in ("text", "markdown", "json"):
        done = snapdiff("compare", *one, "--format", form)
        assert (done.code, b"Only there" in done.out, b"Only here" in done.out) == (0, True, True)
        hidden = snapdiff("compare", *one, "--format", form, "--redact", "--redact-key", "correct horse")
        assert b"Only" not in hidden.out.replace(b"Only before", b"").replace(b"Only after", b"")
        assert b"X-Note" not in hidden.out


def test_the_terminal_tells_agents_then_messages(tmp_path: Path) -> None:
    before = [numbered(1, NOTE, subject="One"), numbered(2, NOTE, subject="Two")]
    after = [numbered(3, subject="One"), numbered(4, NOTE, NOTE, "X-More: 1", subject="Two")]
    done = compare(tmp_path, before, after)
    lines = done.out.decode().splitlines()
    assert lines[lines.index("A") :] == [
        "A",
        "  + header.added X-More  new, on 1 message  at OnRoutedMessage",
        "  - header.added X-Note  no more, on 1 message  at OnRoutedMessage",
        "  ~ header.added X-Note  2 times now, 1 before, on 1 message  at OnRoutedMessage",
        "",
        "2 messages on which something differs",
        "  One  1 difference",
        "  Two  2 differences",
        "",
        "2 pairs of messages compared, 2 differ.",
    ]


def test_hostile_names_are_shown_safely(tmp_path: Path) -> None:
    evil = "\x1b[31m|<b>x\u202e"
    head = HEADERS.replace(b"Rollout probe 1", evil.encode())
    traces = [ran((f"A{evil}", mail(NOTE, headers=head)), first=mail(headers=head))]
    for form in ("text", "markdown"):
        done = compare(tmp_path / form, traces, [OLD, numbered(2, NOTE)], "--format", form)
        assert b"\x1b" not in done.out
        assert "\u202e".encode() not in done.out


def test_unreadable_input_and_wrong_usage_are_2(tmp_path: Path) -> None:
    one, two = write(tmp_path / "before", OLD), write(tmp_path / "after", OLD)
    for wrong in ("header:", "header", "subjects", "message-id:x", "header:a b"):
        done = snapdiff("compare", one, two, "--pair-by", wrong)
        assert (done.code, "header:NAME" in done.errors) == (2, True)
    assert snapdiff("compare", one, tmp_path / "nothing").code == 2
    snapshot = next(two.rglob("Routing0001.eml"))
    before = snapshot.read_bytes()
    assert snapdiff("compare", one, two, "-o", snapshot).code == 2
    assert snapshot.read_bytes() == before
    (two / "broken.zip").write_bytes(b"PK\x03\x04 no zip")
    done = snapdiff("compare", one, two)
    assert (done.code, b"broken.zip" in done.out) == (2, True)


def test_the_same_bytes_whatever_the_number_of_workers(tmp_path: Path) -> None:
    one, two = write(tmp_path / "before", OLD, numbered(2)), write(tmp_path / "after", OLD, numbered(2, NOTE))
    first, second = (snapdiff("compare", one, two, "--format", "json", "--jobs", number) for number in ("1", "2"))
    assert first.out == second.out
    assert json.loads(first.out)["schema"] == "snapdiff.compare/1"


@pytest.mark.parametrize(
    ("subject", "found"), [("Re: AW:  Fwd: x  Y", "x y"), ("Reply: x", "reply: x"), ("re:", ""), ("", "")]
)
def test_a_subject_is_folded(subject: str, found: str) -> None:
    assert folded(subject) == found


@pytest.mark.parametrize(
    ("text", "found"), [("subject", "subject"), ("Header: X-A ", "header:X-A"), ("MESSAGE-ID", "message-id")]
)
def test_what_to_pair_by(text: str, found: str) -> None:
    by = pair_by(text)
    assert by is not None
    assert by.words == found
