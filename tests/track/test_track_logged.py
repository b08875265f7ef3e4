"""What agents logged about a message, where there are logs alone: named by the rules given."""

from pathlib import Path

import pytest
from program import called
from rowmaker import row

from snapdiff.attribution import message_notes
from snapdiff.read.log_values import with_parsed

RULE = "1d44b673-b72d-4d68-a200-72425738260e"
SEARCH = ("track", "samples/logs", "--subject", "Q2 budget")


def test_each_note_once_and_of_agentinfo_alone() -> None:
    members = [f"S:TRA=ETR|ruleId={RULE}|action=PrependSubject", "S:Own_Agent=|x=1", "S:AMA=SUM|v=0"]
    rows = [with_parsed(row(event, custom_data=members)) for event in ("AGENTINFO", "SEND", "AGENTINFO")]
    notes = message_notes(rows, {RULE.replace("-", ""): "External"})
    assert [(note.agent, note.what, note.rule_name) for note in notes] == [
        ("Transport Rule Agent", "rule", "External"),
        ("Malware Agent", "malware-scan", None),
    ]


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_rule_is_named(tmp_path: Path, form: str) -> None:
    rules = tmp_path / "rules.csv"
    rules.write_text(f"Name,Guid\nExternal disclaimer,{RULE}\n", encoding="utf-8")
    plain = " ".join(called(*SEARCH, "--format", form).out.decode().replace("`", "").split())
    assert f"Transport Rule Agent: rule {RULE} fired: ApplyHtmlDisclaimer, severity low, mode Enforce" in plain
    named = " ".join(called(*SEARCH, "--format", form, "--rules", rules).out.decode().replace("`", "").split())
    assert "fired: ApplyHtmlDisclaimer" in named
    assert "External disclaimer" in named


def test_the_document_has_the_notes(tmp_path: Path) -> None:
    rules = tmp_path / "rules.csv"
    rules.write_text(f"Name,Guid\nExternal disclaimer,{RULE}\n", encoding="utf-8")
    (message,) = called(*SEARCH, "--format", "json", "--rules", rules).json()["messages"]
    assert [note["rule_name"] for note in message["logged"] if note["what"] == "rule"] == ["External disclaimer"]


def test_a_list_of_rules_that_is_none_is_refused(tmp_path: Path) -> None:
    rules = tmp_path / "rules.csv"
    rules.write_text("nothing", encoding="utf-8")
    refused = called(*SEARCH, "--rules", rules)
    assert (refused.code, "names no transport rule with its id" in refused.errors) == (2, True)
    refused = called(*SEARCH, "--rules", rules, "-o", rules)
    assert (refused.code, "is the list of rules that is read" in refused.errors) == (2, True)
