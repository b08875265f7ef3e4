"""Traces against policies: for each kind of entry the run that is fine, and those that are not."""

from pathlib import Path

import pytest
from checking import TEXT, check, mail, outcomes, ran
from stepmaker import File, routing

NOTE = "For the addressee only."
FINE = mail("X-Note: v3")
HTML = "<html><body><p>Dear Alan,</p></body></html>"
BOTH = mail(html=HTML)
NOTE_IN_BOTH = mail(
    text=TEXT + f"-- \r\n{NOTE}\r\n", html=HTML.replace("</body>", "<hr><p>For the&nbsp;addressee\n  only.</p></body>")
)


def a(*messages: bytes, first: bytes | None = None) -> list[File]:
    """One trace in which the agent A makes each of these messages of the one before."""
    return ran(*(("A", message) for message in messages), first=first)


def html(added: str, text: str = TEXT + NOTE) -> list[File]:
    return a(mail(text=text, html=HTML.replace("</body>", f"{added}</body>")), first=BOTH)


MUSTS = [
    ("header.added: {name: X-Note}", a(FINE), 0),
    ("header.added: {name: x-n*}", a(FINE), 0),
    ("header.added: {name: X-Note, value: v3, times: 1}", a(FINE), 0),
    ("header.added: {name: X-Note, value: 'v*'}", a(FINE), 0),
    ("header.added: {name: X-Note, value: {regex: '^v[0-9]$'}}", a(FINE), 0),
    ("header.added: {name: X-Note, value: {exact: 'v*'}}", a(FINE), 1),
    ("header.added: {name: X-Note, value: v2}", a(FINE), 1),
    ("header.added: {name: X-Note}", a(mail()), 1),
    ("header.added: {name: X-Note, times: 1}", a(mail("X-Note: v3", "X-Note: v3")), 1),
    ("header.added: {name: X-Note, times: 2}", a(mail("X-Note: v3", "X-Note: v3")), 0),
    ("header.removed: {name: X-Note, value: v3}", a(mail(), first=FINE), 0),
    ("header.removed: {name: X-Note, value: v4}", a(mail(), first=FINE), 1),
    ("header.changed: {name: X-Note, before: v3, value: v4}", a(mail("X-Note: v4"), first=FINE), 0),
    ("header.changed: {name: X-Note, before: v2, value: v4}", a(mail("X-Note: v4"), first=FINE), 1),
    ("header: {name: X-Note}", a(FINE), 0),
    (
        "envelope.recipient-added: {address: J@contoso.test}",
        [*a(), routing(2, "OnRoutedMessage,A", mail(), to=("user@fabrikam.test", "j@contoso.test"))],
        0,
    ),
    (
        "envelope.recipient-added: {address: k@contoso.test}",
        [*a(), routing(2, "OnRoutedMessage,A", mail(), to=("user@fabrikam.test", "j@contoso.test"))],
        1,
    ),
    (
        "envelope.sender-changed: {value: new@contoso.test}",
        [*a(), routing(2, "OnRoutedMessage,A", mail(), sender="new@contoso.test")],
        0,
    ),
    (
        "envelope.sender-changed: {value: new@contoso.test}",
        [*a(), routing(2, "OnRoutedMessage,A", mail(), sender="x@contoso.test")],
        1,
    ),
    ("part.added: {part: text/html}", a(BOTH), 0),
    ("part.changed: {part: text/plain}", a(mail(text="Other words\r\n")), 0),
    ("part.changed: {part: text/html}", a(mail(text="Other words\r\n")), 1),
    ("message.deleted", [*a(), routing(2, "OnRoutedMessage,A", status="Deleted")], 0),
    ("message.deleted", a(mail()), 1),
    ("body.contains: {text: monday, part: text/plain}", a(mail(text=TEXT + "monday\r\n")), 0),
    ("body.contains: {text: Monday, part: text/plain}", a(mail()), 1),
    ("body.contains: {text: Monday, part: text/plain}", a(mail(text=TEXT + "Monday\r\n")), 0),
    ("body.contains: {text: Monday, part: text/plain, times: 2}", a(mail(text=TEXT + "Monday\r\n")), 1),
    ("body.contains: {regex: 'Mon(day)?', part: text/plain}", a(mail(text=TEXT + "Mon\r\n")), 0),
    (f"body.ends_with: {{text: '{NOTE}', times: 1}}", a(NOTE_IN_BOTH, first=BOTH), 0),
    (f"body.ends_with: {{text: '{NOTE}'}}", html(""), 1),
    (f"body.ends_with: {{text: '{NOTE}'}}", html(f"<p>{NOTE}</p>"), 0),
    (f"body.ends_with: {{text: '{NOTE}'}}", html(f"<p>{NOTE}</p><p>P.S.</p>"), 1),
    (f"body.ends_with: {{text: '{NOTE}'}}", html(f"<p style='display:none'>{NOTE}</p>"), 1),
    (f"body.ends_with: {{text: '{NOTE}', part: text/plain}}", a(mail(text=NOTE + TEXT)), 1),
]
QUOTED = mail(text=TEXT + f"> {NOTE}\r\n")
THREADS = [
    ("what a quoted thread held does not count", a(QUOTED, first=QUOTED), 1),
    ("one more than the thread held", a(mail(text=TEXT + f"> {NOTE}\r\n{NOTE}\r\n"), first=QUOTED), 0),
    ("twice is not once", a(mail(text=TEXT + f"> {NOTE}\r\n{NOTE}\r\n{NOTE}\r\n"), first=QUOTED), 1),
    ("put in before the thread", a(mail(text=f"{NOTE}\r\n{TEXT}> {NOTE}\r\n"), first=QUOTED), 1),
    (
        "a thread turned into a new HTML part",
        a(mail(text=TEXT + f"> {NOTE}\r\n{NOTE}\r\n", html=f"{HTML}&gt; {NOTE}<br>{NOTE}"), first=QUOTED),
        0,
    ),
]


@pytest.mark.parametrize(("must", "trace", "code"), MUSTS, ids=[f"{at}-{must[0]}" for at, must in enumerate(MUSTS)])
def test_a_must(tmp_path: Path, must: str, trace: list[File], code: int) -> None:
    report = check(
        tmp_path,
        f"agents: {{A: {{must: [{{{must}}}], may: [header, part, envelope]}}}}",
        trace,
    )
    assert report.exit_code == code, report
    failed = [x for x in report.messages[0].verdicts if x.outcome == "failed"]
    assert len(failed) == code
    assert all(one.failures[0].sentence.startswith("Expected: A ") for one in failed)


@pytest.mark.parametrize(("name", "trace", "code"), THREADS, ids=[name for name, *_ in THREADS])
def test_times_is_what_a_step_added(tmp_path: Path, name: str, trace: list[File], code: int) -> None:
    must = f"body.ends_with: {{text: '{NOTE}', part: text/plain, times: 1}}"
    report = check(tmp_path, f"agents: {{A: {{must: [{must}], may: [header, part]}}}}", trace)
    assert outcomes(report)["A/body.ends_with"] == ("failed" if code else "passed"), name


RULES = [
    ("agents: {A: {may: [header.added]}}", a(FINE), 0),
    ("agents: {a: {may: [header.added]}}", a(FINE), 0),
    ("agents: {A: {may: [header.added: {name: X-Other}]}}", a(FINE), 1),
    ("agents: {A: {may: []}}", a(FINE), 1),
    ("agents: {A: }", a(FINE), 1),
    ("agents: {A: {must: [header.added: {name: X-Note}]}}", a(FINE), 0),
    ("agents: {A: {must_not: [header.added]}}", a(FINE), 1),
    ("agents: {A: {must_not: [header.removed], may: [header]}}", a(FINE), 0),
    ("agents: {A: {must_not: [body.contains: {text: Monday}], may: [part]}}", a(mail(text=TEXT + "Monday")), 1),
    ("agents: {A: {must_not: [body.contains: {text: Tuesday}], may: [part]}}", a(mail(text=TEXT + "Monday")), 0),
    ("others: {may: []}", a(FINE), 1),
    ("others: {may: []}", a(mail()), 0),
    ("others: {may: [header]}", a(FINE), 0),
    ("others: {must_not: [part]}", a(FINE), 0),
    ("others: {must_not: [header.added: {name: X-*}]}", a(FINE), 1),
    ("agents: {A: {may: [header]}}\nothers: {may: []}", ran(("A", FINE), ("B", mail())), 1),
    ("agents: {A: {may: [header]}}", ran(("A", FINE), ("B", mail())), 0),
    ("transport: {may: []}", [*a(), routing(2, "OnCategorizedMessage", FINE)], 1),
    ("transport: {may: [header.added]}", [*a(), routing(2, "OnCategorizedMessage", FINE)], 0),
    ("transport: {must: [header.added: {name: X-Note}]}", [*a(), routing(2, "OnCategorizedMessage", FINE)], 0),
    ("transport: {must: [header.added: {name: X-Other}]}", [*a(), routing(2, "OnCategorizedMessage", FINE)], 1),
    ("agents: {A: {may: []}}", [*a(mail()), routing(3, "OnCategorizedMessage", FINE)], 0),
    ("agents: {A: {event: OnRoutedMessage, must: [header.added]}}", a(FINE), 0),
    ("agents: {A: [{event: OnRoutedMessage, may: [header]}, {event: OnSubmittedMessage}]}", a(FINE), 0),
    ("agents: {A: [{event: OnRoutedMessage}, {event: OnSubmittedMessage, may: [header]}]}", a(FINE), 1),
    ("agents: {A: {event: OnSubmittedMessage, may: [header]}}", a(FINE), 1),
    ("agents: {A: [{event: OnSubmittedMessage, may: [header]}, {may: [header.added]}]}", a(FINE), 0),
]
FOLDED = mail().replace(b"Subject: Rollout probe 1", b"Subject: Rollout\r\n probe 1")
COSMETIC = [
    ("others: {may: [cosmetic]}", a(FOLDED), 0),
    ("others: {may: []}", a(FOLDED), 1),
    ("others: {may: [cosmetic]}", a(FINE), 1),
    ("agents: {A: {must_not: [cosmetic], may: [header]}}", a(FOLDED), 1),
    ("agents: {A: {may: [header.rewritten]}}", a(FOLDED), 0),
]


@pytest.mark.parametrize(("text", "trace", "code"), [*RULES, *COSMETIC])
def test_a_rule(tmp_path: Path, text: str, trace: list[File], code: int) -> None:
    report = check(tmp_path, text, trace)
    failed = {x.expectation for x in report.messages[0].verdicts if x.outcome == "failed"}
    assert bool(failed) == bool(code), report
    assert report.exit_code in (code, 2)


EXPLAINED = [
    ("the text alone", html(f"<p>{NOTE}</p>"), True),
    ("with a rule before it", html(f"<hr><p>-- {NOTE}</p>"), True),
    ("with a word more", html(f"<p>{NOTE}</p><p>Bye</p>"), False),
    ("with a link that no reader sees", html(f'<p>{NOTE}<img src="http://t.test/1.gif"></p>'), False),
    ("with another word gone", html(f"<p>{NOTE}</p>", text=TEXT.replace("Monday", "") + NOTE), False),
    ("with a script", html(f"<p>{NOTE}</p><script>1</script>"), False),
]


@pytest.mark.parametrize(("name", "trace", "fine"), EXPLAINED, ids=[name for name, *_ in EXPLAINED])
def test_a_text_that_was_asked_for_allows_nothing_else_in_its_part(
    tmp_path: Path, name: str, trace: list[File], fine: bool
) -> None:
    report = check(tmp_path, f"agents: {{A: {{must: [body.contains: {{text: '{NOTE}'}}]}}}}", trace)
    assert outcomes(report) == {"A/body.contains": "passed", "A/nothing else": "passed" if fine else "failed"}, name


def test_a_text_asked_for_on_other_messages_allows_nothing_here(tmp_path: Path) -> None:
    must = f"body.contains: {{text: '{NOTE}', messages: {{subject: Other}}}}"
    report = check(tmp_path, f"agents: {{A: {{must: [{must}]}}}}", html(f"<p>{NOTE}</p>"))
    assert outcomes(report) == {"A/nothing else": "failed"}


PIECE = "addressee only."


def test_of_two_texts_one_within_the_other_the_longer_one_came(tmp_path: Path) -> None:
    text = """
        agents:
          A:
            must:
              - body.contains: {{text: "{0}", part: text/plain, messages: {{subject: Other}}}}
              - body.contains: {{text: "{1}", part: text/plain}}
    """
    trace = a(mail(text=TEXT + NOTE))
    fine = check(tmp_path / "fine", text.format(PIECE, NOTE), trace)
    assert outcomes(fine) == {"A/body.contains#2": "passed", "A/nothing else": "passed"}
    more = check(tmp_path / "more", text.format(NOTE, PIECE), trace)
    assert outcomes(more) == {"A/body.contains#2": "passed", "A/nothing else": "failed"}


FINAL = [
    ("must: [header: {name: X-Note, value: v3}]", 0),
    ("must: [header: {name: X-Note, value: v4}]", 1),
    ("must: [header: {name: X-Note, times: 2}]", 1),
    ("must_not: [header: {name: X-Note}]", 1),
    ("must_not: [header: {name: X-Other}]", 0),
    ("must: [body.contains: {text: see you on monday., part: text/plain}]", 1),
    ("must: [body.contains: {text: see you on Monday., part: text/plain, times: 1}]", 0),
    ("must: [body.ends_with: {text: Monday., part: text/plain}]", 0),
    ("must: [body.ends_with: {text: Alan, part: text/plain}]", 1),
    ("must_not: [body.contains: {text: Tuesday, part: text/plain}]", 0),
    ("must: [recipient: {address: '*@fabrikam.test'}]", 0),
    ("must_not: [recipient: {address: '*@fabrikam.test'}]", 1),
    ("must: [sender: {address: alan@contoso.test}]", 0),
    ("must: [part: {part: text/plain}]", 0),
    ("must_not: [part: {filename: '*.exe'}]", 0),
    ("must: [part: {filename: '*.exe'}]", 1),
    ("must_not: ['finding:SD501']", 0),
]


@pytest.mark.parametrize(("text", "code"), FINAL)
def test_the_last_snapshot(tmp_path: Path, text: str, code: int) -> None:
    report = check(tmp_path, f"final: {{{text}}}", a(FINE))
    assert report.exit_code == code, report


def test_a_finding_can_have_to_be_there(tmp_path: Path) -> None:
    other = FINE.replace(b"<1@contoso.test>", b"<2@contoso.test>")
    text = "final: {must: ['finding:SD501']}"
    assert check(tmp_path / "one", text, a(FINE, other)).exit_code == 0
    report = check(tmp_path / "two", text, a(FINE))
    assert report.exit_code == 1
    assert "it was not found" in report.messages[0].verdicts[0].failures[0].sentence


def test_a_text_too_large_to_look_into_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("snapdiff.policy.body_text.MAX_CHARACTERS", 10)
    trace = html(f"<p>{NOTE}</p>")
    report = check(tmp_path / "must", f"agents: {{A: {{must: [body.contains: {{text: '{NOTE}'}}]}}}}", trace)
    assert outcomes(report) == {"A/body.contains": "uncertain", "A/nothing else": "uncertain"}
    rule = f"must_not: [body.contains: {{text: '{NOTE}'}}], may: [part]"
    assert check(tmp_path / "must_not", f"agents: {{A: {{{rule}}}}}", trace).exit_code == 2


def test_a_finding_counts_where_it_was_caused(tmp_path: Path) -> None:
    other = FINE.replace(b"<1@contoso.test>", b"<2@contoso.test>")
    trace = ran(("A", FINE), ("B", other), ("C", other))
    rule = "{must_not: ['finding:SD5xx'], may: [header]}"
    report = check(tmp_path, f"agents: {{A: {rule}, B: {rule}}}\nfinal: {{must_not: ['finding:SD501']}}", trace)
    assert outcomes(report) == {
        "A/finding:SD5xx": "passed",
        "A/nothing else": "passed",
        "B/finding:SD5xx": "failed",
        "B/nothing else": "passed",
        "final/finding:SD501": "failed",
    }
