"""The commands about policies as they are called: exit codes, formats, what is refused, and hostile input."""

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
from checking import EVENT, mail, ran, write
from program import snapdiff
from stepmaker import File, routing

from snapdiff.report.check_json import check_schema

FINE = mail("X-Note: v3")
HOLDS = "version: 1\nagents: {A: {must: [header.added: {name: X-Note, value: v3, times: 1}]}}\nothers: {may: []}\n"
WAIVER = 'waivers: [{expectation: A/header.added, reason: r, until: "2026-01-31"}]\n'
GAP = [routing(1, EVENT, mail()), routing(3, f"{EVENT},A", FINE, at=3)]
CODES: list[tuple[str, str, list[File], int]] = [
    ("all holds", HOLDS, ran(("A", FINE)), 0),
    ("a must is not met", HOLDS, ran(("A", mail())), 1),
    ("another value", HOLDS, ran(("A", mail("X-Note: v2"))), 1),
    ("twice", HOLDS, ran(("A", mail("X-Note: v3", "X-Note: v3"))), 1),
    ("somebody else changed something", HOLDS, ran(("A", FINE), ("B", mail("X-Note: v3", "X-B: 1"))), 1),
    ("a waiver holds", HOLDS + WAIVER, ran(("A", mail())), 0),
    ("a waiver has expired", HOLDS + WAIVER.replace("2026", "2025"), ran(("A", mail())), 1),
    ("the agent never ran", HOLDS, ran(("B", mail())), 2),
    ("the agent never ran, and another failed", HOLDS, ran(("B", FINE)), 2),
    ("no message is meant", HOLDS + "messages: {subject: Other}\n", ran(("A", FINE)), 2),
    ("too few messages", HOLDS + "require: {min_messages: 2}\n", ran(("A", FINE)), 2),
    ("an agent is missing", HOLDS + "require: {agents: [C]}\n", ran(("A", FINE)), 2),
    ("no such part", HOLDS + "final: {must: [body.contains: {text: Alan}]}\n", ran(("A", FINE)), 2),
    ("it can't be known who did it", HOLDS, GAP, 2),
    ("a mistake in the policy", HOLDS + "other: {}\n", ran(("A", FINE)), 2),
    ("an empty policy file", "", ran(("A", FINE)), 2),
]
IN_BOTH_FORMS = {"all holds", "a must is not met", "the agent never ran", "a mistake in the policy"}
"""No format changes the code; one situation for each code is tried in all of them."""


@pytest.mark.parametrize(("name", "policy", "trace", "code"), CODES, ids=[name for name, *_ in CODES])
def test_the_exit_code(tmp_path: Path, name: str, policy: str, trace: list[File], code: int) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(policy, encoding="utf-8")
    write(tmp_path / "in", trace)
    for form in ("text", "json") if name in IN_BOTH_FORMS else ("json",):
        done = snapdiff("check", tmp_path / "in", "--policy", file, "--format", form, "--today", "2026-01-15")
        assert done.code == code, (name, done.out.decode(), done.errors)
        assert "Traceback" not in done.errors
    if done.out:
        jsonschema.Draft202012Validator(check_schema()).validate(done.json())
        assert done.json()["exit_code"] == code


def test_nothing_there_and_no_policy(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(HOLDS, encoding="utf-8")
    assert snapdiff("check", tmp_path / "nothing", "--policy", file).code == 2
    write(tmp_path / "in", ran(("A", FINE)))
    missing = snapdiff("check", tmp_path / "in", "--policy", tmp_path / "no.yaml")
    assert missing.code == 2
    assert "no.yaml" in missing.errors
    assert snapdiff("check", tmp_path / "in").code == 2


def test_an_unreadable_snapshot_is_no_pass(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(HOLDS, encoding="utf-8")
    folder = write(tmp_path / "in", ran(("A", FINE)))
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 no zip")
    done = snapdiff("check", folder, "--policy", file)
    assert done.code == 2
    assert b"broken.zip" in done.out


def test_a_policy_is_looked_over(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(HOLDS, encoding="utf-8")
    bad.write_text("version: 1\nagnets: {}\nothers: {may: [header.add]}\n", encoding="utf-8")
    assert snapdiff("policy", "check", good).code == 0
    done = snapdiff("policy", "check", good, bad)
    assert done.code == 2
    assert b"good.yaml: fine, 3 expectations" in done.out
    assert done.errors.splitlines() == [
        f"{bad.as_posix()}:2:1: 'agnets' is no key at the top of a policy; did you mean agents?",
        f"{bad.as_posix()}:3:16: 'header.add' is no kind of change; did you mean header.added?",
    ]


def test_input_and_policy_are_never_written_to(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(HOLDS, encoding="utf-8")
    folder = write(tmp_path / "in", ran(("A", FINE)))
    snapshot = next(folder.rglob("Routing0001.eml"))
    for output in (file, snapshot):
        before = output.read_bytes()
        assert snapdiff("check", folder, "--policy", file, "-o", output).code == 2
        assert output.read_bytes() == before
    before = snapshot.read_bytes()
    assert snapdiff("policy", "init", folder, "-o", snapshot).code == 2
    assert snapshot.read_bytes() == before


def test_a_first_policy_passes_through_the_real_command(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", ran(("A", FINE), ("B", FINE)))
    file = tmp_path / "policy.yaml"
    assert snapdiff("policy", "init", folder, "-o", file).code == 0
    assert snapdiff("check", folder, "--policy", file).code == 0
    worse = write(tmp_path / "worse", ran(("A", FINE), ("B", mail("X-Note: v3", "X-B: 1"))))
    done = snapdiff("check", worse, "--policy", file)
    assert done.code == 1
    assert b"B: header.added X-B: 1" in done.out


HOSTILE = "\x1b]0;x\x07\u202e%0A::error::\n\u2028'\"\\ {a: *b} # &"


def test_hostile_names_go_through_a_first_policy_and_every_output(tmp_path: Path) -> None:
    """An agent's name, a field's value and a subject may hold anything."""
    import base64

    word = f"=?utf-8?B?{base64.b64encode(HOSTILE.encode()).decode()}?="
    source = f"=?utf-8?B?{base64.b64encode(f'{EVENT},{HOSTILE}'.encode()).decode()}?="
    first = mail().replace(b"Rollout probe 1", word.encode())
    made = first.replace(b"MIME-Version", f"X-Note: {word}\r\nMIME-Version".encode())
    folder = write(tmp_path / "in", [routing(1, EVENT, first), routing(2, source, made, at=2)])
    file = tmp_path / "policy.yaml"
    assert snapdiff("policy", "init", folder, "-o", file).code == 0
    assert snapdiff("check", folder, "--policy", file).code == 0
    file.write_text("version: 1\nothers: {may: []}\n", encoding="utf-8")
    for form in ("text", "json"):
        done = snapdiff("check", folder, "--policy", file, "--format", form, "--color", "always")
        assert done.code == 1
        assert b"\x1b]" not in done.out
        assert "\u202e".encode() not in done.out or form == "json"
    json.loads(done.out)


def test_the_same_bytes_whatever_the_workers(tmp_path: Path) -> None:
    traces = [
        [File(x.name, x.source, x.mail.replace(b"<1@", b"<%d@" % n), at=(x.at or 0) + n) for x in ran(("A", mail()))]
        for n in range(120)
    ]
    folder = write(tmp_path / "in", *traces)
    file = tmp_path / "policy.yaml"
    file.write_text(HOLDS, encoding="utf-8")
    options = ("--policy", file, "--format", "json", "--today", "2026-01-15")
    one = snapdiff("check", folder, *options, "--jobs", "1")
    two = snapdiff("check", folder, *options, "--jobs", "2")
    assert one.code == 1
    assert len(one.json()["messages"]) == 120
    assert one.out == two.out
