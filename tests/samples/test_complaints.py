"""Complaints heard in public, each with a sample of its own: the real command ends in the finding that answers it."""

import re
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from program import snapdiff

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "complaints"
RULES, CODETWO = "Transport Rule Agent", "CodeTwo Exchange Rules Transport Agent"
SIGNER, FOOTER = "Exchange DkimSigner", "Fußzeilen-Agent, Woodgrove GmbH"
ASKED = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
SHOWN = [name for name in ASKED if name[:2] not in ("18", "20")]

Answer = tuple[str, str | None, str | None, str]
"""A finding's code, its agent, the snapshot its step leads to, and words of its message (a regular expression)."""

ANSWERS: dict[str, list[list[Answer]]] = {
    # the complaint, and for each of its traces, in order of time, all that is found
    "01": [
        [("SD203", None, None, f"added by {SIGNER}, held at the last snapshot")],
        [
            (
                "SD201",
                RULES,
                "Routing0005.eml",
                f"changed the message after {SIGNER} had signed it: .*: part 1\\.",
            )
        ],
    ],
    "02": [[("SD203", None, None, "held at the last snapshot: no agent of this trace broke it")]],
    "03": [
        [
            ("SD201", None, "Routing0007.eml", "The transport service itself .*; for a reader it is the same"),
            ("SD405", None, "Routing0007.eml", "encoded what came in 8 bits for 7"),
        ]
    ],
    "04": [
        [("SD203", None, None, "held at the last snapshot")],
        [
            (
                "SD232",
                "Edge Rule Agent",
                "SmtpReceive0002.eml",
                f"on EDGE01 changed what {SIGNER} had signed on MBX01",
            ),
        ],
    ],
    "05": [[("SD201", FOOTER, "Routing0007.eml", "Changed: part 1")], [("SD203", None, None, "held at the last")]],
    "06": [[("SD206", "Woodgrove Header Cleaner", "Routing0007.eml", f"which had been added by {SIGNER}")]],
    "07": [
        [
            ("SD203", None, None, "selector pw1.*added by Proseware"),
            (
                "SD205",
                None,
                None,
                "one holds .selector pw1, .*another does not .selector ex2024, added by",
            ),
            ("SD201", FOOTER, "Routing0007.eml", "selector ex2024"),
        ]
    ],
    "08": [
        [
            (
                "SD402",
                RULES,
                "Routing0004.eml",
                "was read as iso-8859-1: “Schöne Grüße.*hinaus…” became",
            ),
            ("SD404", RULES, "Routing0004.eml", "its META tag says iso-8859-1, the MIME header utf-8"),
        ]
    ],
    "09": [
        [("SD301", CODETWO, "Routing0006.eml", f"added by {RULES}")],
        [],
        [
            ("SD302", CODETWO, "Routing0006.eml", "had added already, in the transport service of MBX01"),
        ],
        [("SD303", RULES, "Routing0004.eml", "in the quoted part of the message already")],
    ],
    "10": [
        [
            ("SD222", RULES, "Routing0004.eml", "put signed content that was the whole message into a new message"),
            ("SD307", RULES, "Routing0004.eml", "the whole message, which was signed, into a new one"),
        ],
        [("SD221", FOOTER, "Routing0006.eml", "changed signed content in part 1")],
    ],
    "11": [[], [("SD705", RULES, "Routing0004.eml", "changed nothing, .* rule 'Disclaimer' fired with ApplyHtml")]],
    "12": [[("SD409", CODETWO, "Routing0006.eml", "made it anew from the HTML .*characters lost: – ü € ß")]],
    "13": [[("SD416", None, None, "came with its text as an attachment .part 2.: it follows an attachment")]],
    "14": [
        [
            ("SD530", None, "SmtpReceive0001.eml", "The SMTP session .*X-MS-Exchange-Organization-SCL"),
            ("SD533", RULES, "Routing0004.eml", "took away X-Contoso-Ticket"),
            ("SD532", None, "Routing0005.eml", "The transport service itself took away Keywords"),
        ]
    ],
    "15": [
        [
            ("SD518", None, None, "patti.fernandez@contoso.com"),
            ("SD510", RULES, "Routing0004.eml", "added compliance@contoso.com .*as a blind copy"),
            ("SD519", None, "Routing0005.eml", "took lee.gu@adatum.com out .*a copy for them goes on"),
        ],
        [],
    ],
    "16": [[("SD501", "Fabrikam Archive Gateway", "Routing0006.eml", "to <[0-9a-f-]+@gateway.contoso.com>")]],
    "17": [[("SD415", None, None, "came as TNEF .winmail.dat, part 2.: what agents do inside can't be seen here")]],
    "19": [[], [], []],
}


@cache
def report(name: str) -> Any:
    rules = ("--rules", FOLDER / name / "rules.csv") if (FOLDER / name / "rules.csv").exists() else ()
    return snapdiff(FOLDER / name, *rules, "--format", "json").json()


def folder(number: str) -> str:
    (name,) = (name for name in ASKED if name.startswith(f"{number}-"))
    return name


def test_made_again_to_the_same_bytes(tmp_path: Path) -> None:
    command = [sys.executable, "-B", str(ROOT / "samples" / "make_complaints.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {path.relative_to(FOLDER): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}
    assert kept.pop(Path("README.md"))
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == []


def test_there_is_one_for_each_complaint() -> None:
    assert [name[:2] for name in ASKED] == [f"{number:02d}" for number in range(1, 21)]
    assert sorted([*ANSWERS, "18", "20"]) == [name[:2] for name in ASKED]


@pytest.mark.parametrize("number", ANSWERS)
def test_all_that_is_found_answers_the_complaint(number: str) -> None:
    traces = report(folder(number))["traces"]
    assert len(traces) == len(ANSWERS[number])
    for trace, answers in zip(traces, ANSWERS[number], strict=True):
        found = [(one["code"], one["agent"], (one["step"] or [None])[-1]) for one in trace["findings"]]
        assert found == [answer[:3] for answer in answers]
        for one, answer in zip(trace["findings"], answers, strict=True):
            assert re.search(answer[3], one["message"]), one["message"]


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_is_wrong_with_a_sample_itself(name: str) -> None:
    told = report(name)
    assert told["problems"] == []
    assert [problem for trace in told["traces"] for problem in trace["problems"]] == []
    assert told.get("findings", []) == []


def evidence(number: str, code: str) -> dict[str, str]:
    found = [one for trace in report(folder(number))["traces"] for one in trace["findings"] if one["code"] == code]
    told: dict[str, str] = found[0]["evidence"]
    return told


def test_the_signer_and_the_order_that_ran_are_named() -> None:
    assert evidence("01", "SD201")["signed_by"] == SIGNER
    assert evidence("05", "SD201")["ran_in_order"] == f"OnCategorizedMessage: {SIGNER} > {FOOTER}"


def test_the_settings_that_help_are_named() -> None:
    def fix(number: str, code: str) -> str:
        (found,) = (
            one for trace in report(folder(number))["traces"] for one in trace["findings"] if one["code"] == code
        )
        return str(found["fix"])

    assert f'Set-TransportAgent -Identity "{SIGNER}" -Priority N' in fix("05", "SD201")
    assert "DisableDetectEncodingFromMetaTag" in fix("08", "SD404")
    assert "ClearCategories $false" in fix("14", "SD532")
    assert len({fix("09", code) for code in ("SD301", "SD302", "SD303")}) == 3


def test_the_rule_is_named_beside_the_agents_change() -> None:
    marked, idle = report(folder("11"))["traces"]
    for trace, name, changed in ((marked, "Mark what leaves the house", True), (idle, "Disclaimer", False)):
        (step,) = (one for one in trace["steps"] if one["agent"] == RULES)
        assert [note["rule_name"] for note in step["logged"] if note.get("rule_id")] == [name]
        assert any(one["name"] == "Subject" for one in step["changes"]) == changed


def journeys(told: Any) -> Sequence[Any]:
    return [one for journey in told["journeys"] for one in journey.get("findings") or []]


def test_what_the_logs_lack_is_said_by_server_and_hour() -> None:
    told = [(one["code"], one["message"]) for one in journeys(report(folder("19")))]
    assert sorted(code for code, _ in told) == ["SD701", "SD701", "SD702", "SD703"]
    missing = sorted(message for code, message in told if code == "SD701")
    assert "copy MSGTRK2024051516-1.LOG, and the hour after it, from EDGE01.contoso.com" in missing[0]
    assert "copy MSGTRK2024051508-1.LOG" in missing[1]
    assert "from MBX02.contoso.com" in missing[1]
    found = dict(told)
    assert "3 h 24 min before SEND at 2024-05-15 16:27 UTC" in found["SD702"]
    assert re.search(r"clocks of MBX01 and MBX02\S* differ by at least 42 s", found["SD703"])


def test_track_says_the_same_of_the_logs() -> None:
    told = snapdiff("track", FOLDER / folder("19"), "--message", "1").out.decode()
    assert "copy MSGTRK2024051508-1.LOG" in " ".join(told.split())


def doctor() -> Any:
    given = Path("complaints") / folder("18")  # as the page has it
    asked = ("--sender", "lynne.robbins@contoso.com", "--format", "json")
    ran = snapdiff("doctor", given / "settings.txt", given / "agents.config", *asked)
    assert ran.code == 1
    return ran.json()


def test_the_causes_of_no_files_are_found() -> None:
    found = {one["code"]: one["message"] for one in doctor()["findings"]}
    assert sorted(found) == ["SD803", "SD806", "SD808", "SD812", "SD813"]
    assert "traces Lynne.Robbins@contoso.com, but the sender is written lynne.robbins@contoso.com" in found["SD803"]
    assert "Network Service account may not write to D:\\Traces" in found["SD806"]


def test_lists_lost_in_an_export_are_a_problem_that_says_how_to_export() -> None:
    ran = snapdiff("track", FOLDER / folder("20") / "tracking.csv", "--format", "json")
    assert ran.code == 2
    shown = snapdiff("track", FOLDER / folder("20") / "tracking.csv").out.decode()
    assert re.search(r"Recipients\n +no row here names one\n", shown)
    said = next(one["message"] for one in ran.json()["problems"] if one["code"] == "lost-in-export")
    assert "Recipients, RecipientStatus, EventData are given there by their type alone" in said
    assert "Select-Object *,@{n='Recipients';e={$_.Recipients -join ';'}}" in said


def test_the_page_says_what_the_program_says() -> None:
    told = [one for number in ANSWERS for trace in report(folder(number))["traces"] for one in trace["findings"]]
    told += [*journeys(report(folder("19"))), *doctor()["findings"]]
    said = {(one["code"], one["message"]) for one in told}
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^- \[(SD\d{3}) [a-z0-9-]+\]\(\S+\): (.+)$", page, re.MULTILINE)
    assert [row for row in rows if (row[0], re.sub(r"\\(.)", r"\1", row[1])) not in said] == []
    assert len(rows) > 20
    commands = re.findall(r"^    snapdiff .*?complaints/([^/\s]+)", page, re.MULTILINE)
    assert commands == ASKED
