"""The forms that continuous integration reads: valid by tools that others wrote, and never commanded by mail text."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema  # type: ignore[import-untyped]
import junitparser
import pytest
import sarif_pydantic  # type: ignore[import-untyped]
import xmlschema
from checks import ADDS, HOSTILE, good_report, report
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from snapdiff.model.check import CheckReport
from snapdiff.report.check.azure import azure
from snapdiff.report.check.github import ANNOTATIONS_AT_MOST, github, quoted
from snapdiff.report.check.gitlab import gitlab
from snapdiff.report.check.junit import junit
from snapdiff.report.check.markdown import LONGEST, markdown
from snapdiff.report.check.sarif import sarif
from snapdiff.report.check.told import harmless, told

FORMS: list[Callable[[CheckReport], str]] = [junit, sarif, gitlab, github, azure, markdown]
OFFICIAL = Path(os.environ.get("SNAPDIFF_SCHEMAS", "none"))
"""A folder with sarif-schema-2.1.0.json (OASIS) and junit-10.xsd (the xUnit plugin's), where somebody has them."""
GITLAB_ISSUE = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {"required": ["path", "lines"], "properties": {"lines": {"required": ["begin"]}}},
        },
    },
}
"""What GitLab's documentation asks of a code quality report."""


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("given_report", [report(), good_report()], ids=["bad", "good"])
def test_nothing_hostile_comes_through(form: Callable[[CheckReport], str], given_report: CheckReport) -> None:
    text = form(given_report)
    text.encode("utf-8")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", text)
    assert text == form(given_report)


def test_junit_is_read_by_others() -> None:
    suites = list(junitparser.JUnitXml.fromstring(junit(report()).encode()))
    assert [(one.tests, one.failures, one.errors, one.skipped) for one in suites] == [
        (3, 1, 0, 1),
        (2, 0, 2, 0),
        (1, 0, 0, 0),
        (2, 0, 2, 0),
    ]
    assert suites[0].name == "Probe"


def test_junit_totals_are_those_of_the_suites() -> None:
    root = ET.fromstring(junit(report()))  # noqa: S314 - written here
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("8", "1", "4")
    skipped = root.find(".//skipped")
    assert skipped is not None
    assert skipped.get("message") == "waived until 2027-01-31: signer comes next week"


def test_sarif_is_read_by_others() -> None:
    read = sarif_pydantic.Sarif.model_validate_json(sarif(report()))
    (run,) = read.runs
    assert [result.level for result in run.results or []] == ["error", "error", "note", "warning", "warning"]
    document = json.loads(sarif(report()))["runs"][0]
    assert document["invocations"][0]["exitCode"] == 2
    for result in document["results"]:
        assert document["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    suppressed = [result for result in document["results"] if "suppressions" in result]
    assert [result["suppressions"][0]["justification"] for result in suppressed] == ["signer comes next week"]
    assert document["results"][0]["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == (
        "MessageSnapshots/b%201/Routing0002.eml"
    )


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (".\\ci\\my ring.yaml", "ci/my%20ring.yaml"),
        ("C:\\ci\\ring.yaml", "file:///C:/ci/ring.yaml"),
        ("/ci/ring.yaml", "file:///ci/ring.yaml"),
    ],
)
def test_a_policy_is_named_as_a_uri(path: str, uri: str) -> None:
    given_report = replace(report(), expectations=[replace(one, file=path) for one in report().expectations])
    (run,) = json.loads(sarif(given_report))["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="SNAPDIFF_SCHEMAS names no folder of official schemas")
@pytest.mark.parametrize("given_report", [report(), good_report()], ids=["bad", "good"])
def test_official_schemas_hold(given_report: CheckReport) -> None:
    schema = json.loads((OFFICIAL / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(json.loads(sarif(given_report)))
    xmlschema.XMLSchema(str(OFFICIAL / "junit-10.xsd")).validate(junit(given_report))


def test_gitlab_has_what_it_asks_for() -> None:
    issues = json.loads(gitlab(report()))
    jsonschema.validate(issues, GITLAB_ISSUE)
    assert [issue["severity"] for issue in issues] == [
        "critical",
        "critical",
        "info",
        *["major"] * 2,
        *["critical"] * 2,
    ]
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert issues[0]["location"] == {"path": "ring.yaml", "lines": {"begin": 4}}


def test_a_fingerprint_stays_where_ids_and_times_change() -> None:
    one = report()
    moved = [replace(message, traces=["other"], message_id="<2@x>") for message in one.messages]
    other = replace(one, messages=moved, today="2027-01-01")
    assert [each.key for each in told(one)] == [each.key for each in told(other)]


def commands(text: str) -> list[str]:
    """The lines that a runner takes for commands, `stop-commands` obeyed."""
    found, token = [], None
    for line in text.splitlines():
        if token is not None:
            token = None if line.strip() == f"::{token}::" else token
        elif line.lstrip().startswith("::") or "##[" in line:
            found.append(line)
            token = line.partition("::stop-commands::")[2] or None
    return found


def test_github_annotates_roll_up_first() -> None:
    lines = github(report()).splitlines()
    assert lines[0].startswith("::error title=snapdiff,file=ring.yaml::Can't tell whether")
    assert "::error title=Contoso Disclaimer/header.added,file=ring.yaml,line=4::The field was not added." in lines
    assert sum(line.startswith("::notice") for line in lines) == 1
    (line,) = github(good_report()).splitlines()
    assert line.startswith("::notice title=snapdiff,file=ring.yaml::Everything expected happened: 1 message checked, ")


def test_github_says_what_it_does_not_show() -> None:
    one = report()
    many = replace(one, messages=[one.messages[0]] * 20, cannot_tell=[], exit_code=1)
    lines = github(many).splitlines()
    assert sum(line.startswith("::error") for line in lines) == ANNOTATIONS_AT_MOST
    assert lines[-1].startswith("snapdiff: 41 more stand in ")


@given(st.text(st.sampled_from("a:#[]%\r\n, ;=vso\u2028\x85")))
def test_no_text_of_a_mail_is_a_command(text: str) -> None:
    for sentence in (text, HOSTILE):
        hostile = report(sentence)
        assert all(re.match("::(error|warning|notice) title=", line) for line in commands(github(hostile)))
        assert len(github(hostile).splitlines()) == len(github(report()).splitlines())
        assert commands(quoted(f"a\n{sentence}"))[1:] == []
        for line in azure(hostile).splitlines():
            assert not re.search(r"##(?:vso)?\[", line.removeprefix("##vso[task.logissue "), re.IGNORECASE)
        assert not re.search(r"##(?:vso)?\[", harmless(sentence), re.IGNORECASE)


def test_azure_escapes_as_the_agent_reads() -> None:
    renamed = replace(ADDS, file="a;b]%.yaml")
    one = report("50% of it")
    text = azure(replace(one, expectations=[renamed, *one.expectations[1:]]))
    assert "##vso[task.logissue type=error;sourcepath=a%3Bb%5D%AZP25.yaml;linenumber=4]" in text
    assert "50%AZP25 of it" in text
    assert not azure(good_report()).startswith("##")


def test_markdown_fits_a_comment() -> None:
    one = report()
    long = replace(one, messages=one.messages * 400)
    text = markdown(long)
    assert len(text) <= LONGEST + 200
    assert "more failures left out here" in text
    assert text.startswith("<!-- snapdiff check -->\n")
    assert markdown(good_report()).count("✅") == 1


def test_markdown_shows_the_diff_that_explains() -> None:
    text = markdown(report())
    assert "<details><summary>failed: <code>Contoso Disclaimer/header.added</code></summary>" in text
    assert "+X-Other: 50% off" in text
    assert "is expired" in text
