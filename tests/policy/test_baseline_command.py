"""accept and check --baseline as they are called: exit codes, outputs, CI, what is refused, and no word of the mail."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import jsonschema  # type: ignore[import-untyped]
import pytest
from checking import EVENT, TODAY, mail, ran, write
from mutated import ADDED, dropped, places
from program import snapdiff
from stepmaker import File, routing

from snapdiff.commands.accept import accept, load_baseline
from snapdiff.commands.check import checked
from snapdiff.policy.against import Against
from snapdiff.policy.asking import empty_policy
from snapdiff.report.check_json import check_schema

SAMPLES = Path(__file__).parents[2] / "samples" / "traces"
CI = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION")
NOTE = "X-Note: v3"
GOOD = ran(("A", mail(NOTE)))
WORSE = ran(("A", mail()))
POLICY = "version: 1\nagents: {A: {must: [header.added: {name: X-Note, value: v3}]}}\n"


@pytest.fixture(autouse=True)
def _at_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CI:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A baseline of a good run."""
    file = tmp_path / "baseline.jsonl"
    done = snapdiff("accept", write(tmp_path / "good", GOOD), "--baseline", file)
    assert (done.code, done.out) == (0, b"")
    assert done.errors == f"snapdiff: {file.as_posix()}: written, 1 change accepted for 1 kind of messages\n"
    return file


RICH_MAIL = mail(html="<p>x</p>", headers=b"Message-ID: <2@contoso.test>\r\nMIME-Version: 1.0\r\n")
CODES: list[tuple[str, list[File], int]] = [
    ("the same", GOOD, 0),
    ("missing", WORSE, 1),
    ("new", ran(("A", mail(NOTE, "X-More: 1"))), 1),
    ("another number", ran(("A", mail(NOTE, NOTE))), 1),
    ("not exercised", ran(("A", RICH_MAIL), first=RICH_MAIL), 2),
    ("it can't be known who did it", [routing(1, EVENT, mail()), routing(3, f"{EVENT},A", mail(NOTE), at=3)], 2),
]


@pytest.mark.parametrize(("name", "now", "code"), CODES, ids=[name for name, *_ in CODES])
def test_the_exit_code(tmp_path: Path, good: Path, name: str, now: list[File], code: int) -> None:
    done = snapdiff("check", write(tmp_path / "now", now), "--baseline", good, "--format", "json")
    assert done.code == code, (name, done.errors)
    jsonschema.Draft202012Validator(check_schema()).validate(done.json())
    assert (done.json()["exit_code"], done.json()["policy"]) == (code, None)
    assert done.json()["baseline"] == good.as_posix()


def test_an_unreadable_run_is_no_pass_and_nothing_of_it_is_accepted(tmp_path: Path, good: Path) -> None:
    folder = write(tmp_path / "now", GOOD)
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 no zip")
    assert snapdiff("check", folder, "--baseline", good).code == 2
    before = good.read_bytes()
    done = snapdiff("accept", folder, "--baseline", good)
    assert done.code == 2
    assert "broken.zip" in done.errors
    assert "nothing was accepted" in done.errors
    assert good.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []


@pytest.mark.parametrize("name", CI)
def test_nothing_is_written_under_ci(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "true")
    file = tmp_path / "baseline.jsonl"
    done = snapdiff("accept", write(tmp_path / "good", GOOD), "--baseline", file)
    assert done.code == 2
    assert f"({name} is set)" in done.errors
    assert "at your desk" in done.errors
    assert not file.exists()


def test_ci_that_is_switched_off_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "false")
    assert accept([write(tmp_path / "good", GOOD)], tmp_path / "baseline.jsonl", 1) == 0


def test_a_check_under_ci_writes_nothing(tmp_path: Path, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    before = good.read_bytes(), good.stat().st_mtime_ns
    assert snapdiff("check", write(tmp_path / "now", WORSE), "--baseline", good).code == 1
    assert (good.read_bytes(), good.stat().st_mtime_ns) == before


def test_what_is_refused(tmp_path: Path, good: Path) -> None:
    folder = write(tmp_path / "now", GOOD)
    snapshot = next(folder.rglob("Routing0001.eml"))
    notes = tmp_path / "notes.txt"
    notes.write_text("mine", encoding="utf-8")
    for file in (snapshot, notes, Path("-"), tmp_path / "no" / "folder.jsonl"):
        before = file.read_bytes() if file.exists() else None
        assert snapdiff("accept", folder, "--baseline", file).code == 2, file
        assert (file.read_bytes() if file.exists() else None) == before
    assert snapdiff("accept", tmp_path / "nothing", "--baseline", good).code == 2
    for file in (notes, tmp_path / "no.jsonl", tmp_path):
        assert snapdiff("check", folder, "--baseline", file).code == 2
    assert snapdiff("check", folder, "--baseline", good, "-o", good).code == 2
    done = snapdiff("check", folder)
    assert done.code == 2
    assert "--policy FILE, --baseline FILE, or both" in done.errors


@pytest.mark.parametrize(
    ("trace", "code"), [(GOOD, 0), (WORSE, 1), (ran(("A", mail("X-Note: v4"))), 1), (ran(("B", mail(NOTE))), 2)]
)
def test_with_a_policy_beside_it_both_have_to_hold(tmp_path: Path, good: Path, trace: list[File], code: int) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY, encoding="utf-8")
    done = snapdiff("check", write(tmp_path / "now", trace), "--policy", policy, "--baseline", good, "--format", "json")
    assert done.code == code
    assert {"agent", "baseline"} <= {one["scope"] for one in done.json()["expectations"]}


def test_every_output_tells_a_failure_with_its_line(tmp_path: Path, good: Path) -> None:
    now = write(tmp_path / "now", WORSE)
    files = {name: tmp_path / name for name in ("junit", "sarif", "gitlab", "markdown")}
    options = [part for name, file in files.items() for part in (f"--{name}", file)]
    text = snapdiff("check", now, "--baseline", good, *options)
    assert (text.code, b"X-Note' is missing" in text.out) == (1, True)
    assert b"baseline.jsonl:3:1" in text.out
    ElementTree.parse(files["junit"])  # noqa: S314 - our own
    for name, file in files.items():
        assert "is missing" in file.read_text(encoding="utf-8"), name
    sarif = json.loads(files["sarif"].read_bytes())
    regions = [one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in sarif["runs"][0]["results"]]
    assert regions == [3]
    assert json.loads(files["gitlab"].read_bytes())[0]["location"]["lines"]["begin"] == 3
    assert b"line=3" in snapdiff("check", now, "--baseline", good, "--github").out
    assert b"linenumber=3" in snapdiff("check", now, "--baseline", good, "--azure").out
    hidden = snapdiff("check", now, "--baseline", good, "--redact", "--format", "json", *options)
    assert hidden.code == 1
    assert b"X-Note" not in hidden.out
    assert all("X-Note" not in file.read_text(encoding="utf-8") for file in files.values())


def test_no_word_of_the_mail_is_in_a_baseline(tmp_path: Path) -> None:
    secret = (
        b"From: zqlynne@zqcontoso.test\r\nSubject: zqsubject\r\nMessage-ID: <zqid@zqhost.test>\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="zqb"\r\n\r\n--zqb\r\nContent-Type: text/plain\r\n\r\nzqbody\r\n'
        b'--zqb\r\nContent-Type: application/pdf; name="zqfile.pdf"\r\n\r\nzqdata\r\n--zqb\r\n'
        b"Content-Type: zqtop/zqsub\r\n\r\nzqodd\r\n--zqb--\r\n"
    )
    later = secret.replace(b"zqbody", b"zqbody zqlater").replace(b"zqdata", b"zqdata2").replace(b"zqsubject", b"zqnew")
    later = b"X-House: zqvalue\r\nzqlynne@zqcontoso.test: zqvalue\r\n" + later.replace(b"zqodd", b"zqother")
    files = [
        routing(1, EVENT, secret, sender="zqlynne@zqcontoso.test", to=("zqto@zqcontoso.test",)),
        routing(2, f"{EVENT},A", later, at=2, sender="zqnew@zqcontoso.test", to=("zqmore@zqcontoso.test",)),
    ]
    file = tmp_path / "baseline.jsonl"
    assert accept([write(tmp_path / "zqfolder", files)], file, 1) == 0
    text = file.read_text(encoding="ascii")
    assert re.findall("zq[a-z]*", text) == []
    assert "@" not in text
    for kept in ("X-House", "(unusual name)", "Subject", "application/pdf", "other/other", "sender-changed"):
        assert kept in text


def test_every_dropped_or_added_change_of_the_samples_is_found(tmp_path: Path) -> None:
    good = tmp_path / "good"
    shutil.copytree(SAMPLES, good)
    tried = _all_mutations(good, tmp_path / "baseline.jsonl", at_most=10)
    assert tried["dropped"] >= 3
    assert all(tried[name] for name in ADDED), tried


@pytest.mark.corpus
def test_every_dropped_or_added_change_of_real_mail_is_found(shared: Path, tmp_path: Path) -> None:
    script = shared / "oracle" / "tracegen.py"
    command = [sys.executable, str(script), str(shared / "corpus" / "mail"), str(tmp_path), "8", "17"]
    subprocess.run(command, capture_output=True, check=True, timeout=900)
    tried: dict[str, int] = {}
    for trace in sorted((tmp_path / "MessageSnapshots").iterdir()):
        alone = tmp_path / "alone" / trace.name
        shutil.copytree(trace, alone / "MessageSnapshots" / trace.name)
        for name, number in _all_mutations(alone, tmp_path / "baseline.jsonl", at_most=2).items():
            tried[name] = tried.get(name, 0) + number
    assert tried["dropped"] >= 5
    assert sum(tried.values()) >= 100


def _all_mutations(good: Path, file: Path, *, at_most: int) -> dict[str, int]:
    """Tries every mutation at steps of agents; returns how often each was tried. Each has to be found."""
    file.unlink(missing_ok=True)
    assert accept([good], file, 1) == 0
    assert _code(good, file) == 0
    tried = dict.fromkeys(("dropped", *ADDED), 0)
    found = list(places(good))
    found.sort(key=lambda place: not place.kinds)
    # Half of them where the agent did something.
    for place in [*found[: at_most // 2], *found[-(at_most - at_most // 2) :]]:
        mutants = [("dropped", dropped(place))] if place.kinds else []
        mutants += [(name, raw) for name, mutate in ADDED.items() if (raw := mutate(place.file.read_bytes()))]
        for name, raw in mutants:
            hidden = any(kind.startswith("header.") for kind in place.kinds) if name == "header.moved" else False
            if hidden or (name in place.kinds and name in ("envelope.sender-changed", "part.changed")):
                continue
            original = place.file.read_bytes()
            place.file.write_bytes(raw)
            try:
                assert _code(good, file), (name, place)
            finally:
                place.file.write_bytes(original)
            tried[name] += 1
    return tried


def _code(folder: Path, file: Path) -> int:
    return checked([folder], empty_policy(), TODAY, 1, (), Against(load_baseline(file), file.name)).exit_code
