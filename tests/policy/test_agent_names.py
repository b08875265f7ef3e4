"""Names of agents in a policy with `*` and `?`: whom an entry is about, and which of several counts."""

from pathlib import Path

import pytest
from checking import check, mail, mistakes, outcomes, policy, ran

from snapdiff.policy.patterns import covers

NOTE = mail("X-Note: v3")
TWO = mail("X-Note: v3", "X-Note: v3")
ENTRY = "{must: [header.added: {name: X-Note, times: 1}]}"

NAMES = [
    ("Contoso*", "Contoso Agent 4.2", True),
    ("contoso agent ?.2", "Contoso Agent 4.2", True),
    ("Contoso", "Contoso Agent", False),
    ("Contoso ?", "Contoso", False),
    ("Agent (v1) [x]*", "Agent (v1) [x]", True),
    ("Agent.*", "Agents", False),
    (" Contoso* ", "Contoso Agent", True),
    ("Agent *", "Agent *", True),
]


@pytest.mark.parametrize(("name", "agent", "is_meant"), NAMES)
def test_whom_a_name_means(tmp_path: Path, name: str, agent: str, is_meant: bool) -> None:
    asked = f"agents: {{'{name}': {ENTRY}}}"
    assert (policy(asked).name_of(agent) is not None) == is_meant
    assert check(tmp_path / "1", asked, ran((agent, NOTE))).exit_code == (0 if is_meant else 2)
    required = f"require: {{agents: ['{name}']}}"
    assert check(tmp_path / "2", required, ran((agent, NOTE))).exit_code == (0 if is_meant else 2)


WHICH = [
    ("agents: {'A*': , 'Ab': }", "Ab", "Ab"),
    ("agents: {'Ab': , 'A*': }", "Abc", "A*"),
    ("agents: {'Ab*': , 'A*': }", "Abc", "Ab*"),
    ("agents: {'*c': , 'A*': }", "Abc", "*c"),
    ("agents: {'A*': , '*c': }", "Abc", "A*"),
    ("agents: {'A*': , 'aB ': }", "Ab", "aB "),
    ("agents: {'A*': }", "Bc", None),
]


@pytest.mark.parametrize(("text", "agent", "name"), WHICH)
def test_the_rules_of_one_entry_count(text: str, agent: str, name: str | None) -> None:
    assert policy(text).name_of(agent) == name


def test_a_name_that_is_written_out_is_not_held_against_the_wider_one(tmp_path: Path) -> None:
    asked = f"agents: {{'A*': {{may: []}}, Ab: {ENTRY}}}"
    assert check(tmp_path / "1", asked, ran(("Ab", NOTE), ("Ac", NOTE))).exit_code == 0
    assert check(tmp_path / "2", asked, ran(("Ab", NOTE), ("Ac", TWO))).exit_code == 1


def test_the_agents_of_one_entry_count_together(tmp_path: Path) -> None:
    asked = f"agents: {{'A*': {ENTRY}}}"
    assert check(tmp_path / "3", asked, ran(("A1", NOTE), ("A2", NOTE))).exit_code == 0
    twice = check(tmp_path / "4", asked, ran(("A1", NOTE), ("A2", TWO)))
    assert outcomes(twice)["A*/header.added"] == "failed"
    assert check(tmp_path / "5", asked, ran(("B", NOTE))).exit_code == 2


def test_an_agent_that_no_name_means_is_one_of_the_others(tmp_path: Path) -> None:
    asked = "agents: {'A*': {may: [header]}}\nothers: {may: []}"
    assert check(tmp_path / "6", asked, ran(("A1", NOTE))).exit_code == 0
    assert check(tmp_path / "7", asked, ran(("A1", mail()), ("B", NOTE))).exit_code == 1


def test_an_event_of_its_own_is_asked_of_each_agent_that_is_meant(tmp_path: Path) -> None:
    asked = "agents: {'A*': [{event: OnRoutedMessage, may: [header]}, {event: OnResolvedMessage, may: []}]}"
    for event, outcome in (("OnRoutedMessage", "passed"), ("OnResolvedMessage", "failed")):
        report = check(tmp_path / event, asked, ran(("A1", NOTE), event=event))
        assert outcomes(report)[f"A*, {event}/nothing else"] == outcome


def test_a_name_of_very_many_characters_is_told() -> None:
    told = "the name of an agent has more than 1,000 characters"
    assert mistakes(f"agents: {{'{'a*' * 501}': }}") == [f"1:10: {told}"]
    assert mistakes(f"require: {{agents: ['{'*' * 1001}']}}") == [f"1:20: {told}"]
    assert mistakes(f"agents: {{'{'a*' * 500}': , '{'b*' * 500}': }}") == []


COVERING = [
    ("*", "a?", True),
    ("a*", "A*b", True),
    ("a*", "a", True),
    ("a?", "a*", False),
    ("?*", "*", False),
    ("a*b", "a*", False),
    ("a.c", "abc", False),
    ("?", "?", True),
]


@pytest.mark.parametrize(("one", "other", "does"), COVERING)
def test_a_glob_that_fits_all_that_another_fits(one: str, other: str, does: bool) -> None:
    assert covers(one, other) is does
