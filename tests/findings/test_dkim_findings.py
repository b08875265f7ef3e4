"""DKIM signatures on their way through a trace: who broke them, and when nobody did."""

from pathlib import Path

import pytest
from judging import all_findings, findings
from program import snapdiff
from signed import sign
from stepmaker import File, receive, routing

from snapdiff.model import Finding

SAMPLES = Path(__file__).parents[2] / "samples"
PLAIN = (
    b"From: Anna <anna@contoso.test>\r\nTo: ben@fabrikam.test\r\nSubject: Offer\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    + "Grüße aus Hamburg\r\n".encode()
)
EVENT = "OnCategorizedMessage"
SIGNER, FOOTER = f"{EVENT},Exchange DkimSigner", f"{EVENT},Footer Agent"
SIMPLE, RELAXED = (b"simple", b"simple"), (b"relaxed", b"relaxed")


def signed_here(folder: Path, signed: bytes, changed: bytes, by: str = FOOTER) -> list[Finding]:
    """A trace in which one agent signs, and a later one leaves what is given."""
    files = [routing(1, EVENT, PLAIN), routing(2, SIGNER, signed), routing(3, by, changed)]
    return [one for one in findings(folder, *files) if one.code < "SD3" and one.severity != "note"]


QP = PLAIN.replace(b"8bit", b"quoted-printable").replace("Grüße".encode(), b"Gr=C3=BC=C3=9Fe")
LATIN = PLAIN.replace(b"utf-8", b"iso-8859-1").replace("Grüße".encode(), "Grüße".encode("iso-8859-1"))

BODIES = [
    # the canonicalization, what the agent made of the message, and what the finding says was changed
    (RELAXED, PLAIN + b"Footer\r\n", "part 1"),
    (SIMPLE, PLAIN.replace(b" aus", b"  aus"), "part 1"),
    (RELAXED, QP, "part 1 encoded anew for transfer; for a reader it is the same, but the signature counts it"),
    (RELAXED, LATIN, "part 1 put into another charset; for a reader it is the same, but the signature counts it"),
    (SIMPLE, PLAIN.replace(b"\r\n", b" \r\n").replace(b" \r\n", b"\r\n", 7), "part 1"),
]
FIELDS = [
    # the canonicalization, what the agent wrote in place of what, and which fields no longer fit
    (RELAXED, b"Subject: Offer", b"Subject: [EXTERN] Offer", "subject"),
    (SIMPLE, b"Subject: Offer", b"Subject:  Offer", "subject"),
    (RELAXED, b"From: Anna <anna@contoso.test>\r\n", b"From: Anna <anna@contoso.test>\r\nFrom: x@x\r\n", "from"),
    (RELAXED, b"Subject: Offer\r\n", b"", "subject"),
]
FIT = [
    # what leaves a signature as it was: nobody is named
    (RELAXED, b"Subject: Offer", b"SUBJECT:\r\n\tOffer "),
    (RELAXED, b"Hamburg\r\n", b"Hamburg \r\n\r\n"),
    (SIMPLE, b"Hamburg\r\n", b"Hamburg\r\n\r\n"),
    (SIMPLE, b"To: ben", b"X-Added: yes\r\nTo: ben"),
    (SIMPLE, b"MIME-Version: 1.0", b"MIME-Version:  1.0"),
]


@pytest.mark.parametrize(("form", "changed", "said"), BODIES)
def test_a_body_changed_behind_the_signer(tmp_path: Path, form: tuple[bytes, bytes], changed: bytes, said: str) -> None:
    field = field_of(form)
    (found,) = signed_here(tmp_path, field + PLAIN, field + changed)
    assert (found.code, found.agent, found.step) == ("SD201", "Footer Agent", ("Routing0002.eml", "Routing0003.eml"))
    assert found.evidence["changed"] == said
    assert found.evidence["signed_by"] == "Exchange DkimSigner"
    assert found.evidence["ran_in_order"] == f"{EVENT}: Exchange DkimSigner > Footer Agent"
    assert found.evidence["changed_it_afterwards"] == "Footer Agent"
    assert 'Set-TransportAgent -Identity "Exchange DkimSigner" -Priority N' in found.fix
    assert found.flags
    assert all(flag.startswith("/steps/1/changes/") for flag in found.flags)


@pytest.mark.parametrize(("form", "old", "new", "fields"), FIELDS)
def test_signed_fields_changed_behind_the_signer(
    tmp_path: Path, form: tuple[bytes, bytes], old: bytes, new: bytes, fields: str
) -> None:
    field = field_of(form)
    (found,) = signed_here(tmp_path, field + PLAIN, field + PLAIN.replace(old, new))
    assert (found.code, found.agent, found.step) == ("SD202", "Footer Agent", ("Routing0002.eml", "Routing0003.eml"))
    assert found.evidence["fields"] == fields


@pytest.mark.parametrize(("form", "old", "new"), FIT)
def test_what_a_signature_does_not_mind(tmp_path: Path, form: tuple[bytes, bytes], old: bytes, new: bytes) -> None:
    field = field_of(form)
    assert PLAIN.count(old) == 1
    assert signed_here(tmp_path, field + PLAIN, field + PLAIN.replace(old, new)) == []


def test_body_and_fields_changed_at_once_are_one_finding(tmp_path: Path) -> None:
    field = field_of(RELAXED)
    changed = PLAIN.replace(b"Offer", b"Order") + b"Footer\r\n"
    (found,) = signed_here(tmp_path, field + PLAIN, field + changed)
    assert (found.code, found.evidence["signed_fields_changed"]) == ("SD201", "subject")


def test_the_signature_folded_anew(tmp_path: Path) -> None:
    for form, codes in ((RELAXED, []), (SIMPLE, ["SD202"])):
        field = field_of(form)
        folded = field.replace(b"; bh=", b";\r\n bh=", 1)
        found = signed_here(tmp_path, field + PLAIN, folded + PLAIN)
        assert [one.code for one in found] == codes
        assert [one.evidence["fields"] for one in found] == ["DKIM-Signature itself"] * len(codes)
        assert ["c=simple/simple" in one.message for one in found] == [True] * len(codes)


CAME = [
    (PLAIN + b"Footer\r\n", "SD207"),
    (PLAIN.replace(b"Offer", b"[EXTERN] Offer"), "SD208"),
]


@pytest.mark.parametrize(("changed", "code"), CAME)
def test_a_signature_that_came_with_the_message(tmp_path: Path, changed: bytes, code: str) -> None:
    field = field_of(RELAXED)
    signed = field + PLAIN
    files = [File("Original.eml", mail=signed), receive(1, "OnEndOfData", signed)]
    (found,) = findings(tmp_path, *files, receive(2, "OnEndOfData,Footer Agent", field + changed))
    assert (found.code, found.severity, found.agent) == (code, "warning", "Footer Agent")
    assert found.evidence["signed_by"] == "nobody here: it came with the message"


ADVICE = [
    ("OnCategorizedMessage,Journal Agent", "Exchange runs Journal Agent behind all other agents"),
    ("OnCategorizedMessage,A \u201cgood\u201d $1 Agent", '"A `\u201cgood`\u201d `$1 Agent", then restart'),
]


@pytest.mark.parametrize(("by", "said"), ADVICE)
def test_what_to_set_depends_on_who_it_was(tmp_path: Path, by: str, said: str) -> None:
    field = field_of(RELAXED)
    (found,) = signed_here(tmp_path, field + PLAIN, field + PLAIN + b"Footer\r\n", by)
    assert said in found.fix


def test_no_priority_helps_over_events(tmp_path: Path) -> None:
    signed = field_of(RELAXED) + PLAIN
    files = [routing(1, "OnResolvedMessage", PLAIN), routing(2, "OnResolvedMessage,Exchange DkimSigner", signed)]
    late = [routing(3, EVENT, signed), routing(4, FOOTER, signed + b"Footer\r\n")]
    (found,) = findings(tmp_path, *files, *late)
    assert (found.agent, "has to sign at OnCategorizedMessage or later" in found.fix) == ("Footer Agent", True)
    assert found.evidence["ran_in_order"] == (
        "OnResolvedMessage: Exchange DkimSigner; OnCategorizedMessage: (the transport service) > Footer Agent"
    )
    late = [routing(3, EVENT, signed), routing(4, SIGNER, signed + b"Footer\r\n")]
    (found,) = findings(tmp_path, *files, *late)
    assert "Exchange DkimSigner changed what it had signed itself" in found.fix
    late = [routing(3, EVENT, signed + b"Footer\r\n"), routing(4, FOOTER, signed + b"Footer\r\n")]
    (found,) = findings(tmp_path, *files, *late)
    assert (found.agent, found.message.partition(" changed")[0]) == (None, "The transport service itself")
    assert "No priority helps here, for the transport service itself changed it" in found.fix


def test_no_priority_helps_where_an_event_fires_again(tmp_path: Path) -> None:
    signed = field_of(RELAXED) + PLAIN
    files = [routing(1, EVENT, PLAIN), routing(2, FOOTER, PLAIN), routing(3, SIGNER, signed)]
    again = [
        routing(4, "OnRoutedMessage", signed),
        routing(5, EVENT, signed),
        routing(6, FOOTER, signed + b"Footer\r\n"),
    ]
    (found,) = findings(tmp_path, *files, *again)
    assert "OnCategorizedMessage fired again, and Footer Agent ran once more after Exchange DkimSigner" in found.fix


def test_nobody_is_named_where_a_snapshot_is_missing(tmp_path: Path) -> None:
    signed = field_of(RELAXED) + PLAIN
    files = [routing(1, EVENT, PLAIN), routing(2, SIGNER, signed), routing(4, FOOTER, signed + b"Footer\r\n")]
    (found,) = findings(tmp_path, *files)
    assert (found.code, found.agent) == ("SD201", None)
    assert "Footer" not in found.message + found.fix + found.evidence["changed_it_afterwards"]


def test_a_header_alone_says_nothing_of_the_body(tmp_path: Path) -> None:
    signed = field_of(RELAXED) + PLAIN
    header = signed[: signed.index(b"\r\n\r\n") + 2]
    early = [receive(1, "OnEndOfHeaders", header), receive(2, "OnEndOfHeaders,Agent A", b"X-A: b\r\n" + header)]
    files = [File("Original.eml", mail=signed), *early, receive(3, "OnEndOfData", b"X-A: b\r\n" + signed)]
    assert findings(tmp_path, *files) == []
    (trace,) = snapdiff(tmp_path, "--format", "json").json()["traces"]
    (way,) = trace["signatures"]
    assert [(state["file"], state["body"]) for state in way["states"]] == [
        ("Original.eml", "holds"),
        ("SmtpReceive0001.eml", "unknown"),
        ("SmtpReceive0003.eml", "holds"),
    ]


def test_the_sample_names_who_broke_the_signature() -> None:
    report = snapdiff(SAMPLES, "--format", "json", "--subject", "*").json()
    found = [one for trace in report["traces"] for one in trace["findings"] if one["code"].startswith("SD2")]
    assert [(one["code"], one["agent"]) for one in found] == [("SD201", "Fußzeilen-Agent, Woodgrove GmbH")]


def test_one_that_held_to_the_end_is_a_note(tmp_path: Path) -> None:
    signed = field_of(RELAXED) + PLAIN
    files = [routing(1, EVENT, PLAIN), routing(2, SIGNER, signed), routing(3, FOOTER, b"X-Later: yes\r\n" + signed)]
    (found,) = findings(tmp_path, *files)
    assert (found.code, found.severity, found.agent, found.step) == ("SD203", "note", None, None)
    assert "added by Exchange DkimSigner, held at the last snapshot" in found.message
    assert found.evidence["last_snapshot"] == "Routing0003.eml"


def test_what_was_mended_later_is_broken_by_nobody(tmp_path: Path) -> None:
    signed = field_of(RELAXED) + PLAIN
    files = [routing(1, EVENT, PLAIN), routing(2, SIGNER, signed)]
    away = signed.replace(b"Offer", b"Order") + b"Footer\r\n"
    files += [routing(3, FOOTER, away), routing(4, f"{EVENT},Mender", signed)]
    assert [one.code for one in findings(tmp_path, *files)] == ["SD203"]
    late = routing(5, f"{EVENT},Late Agent", signed + b"Again\r\n")
    (found,) = [one for one in findings(tmp_path, *files, late) if one.code.startswith("SD2")]
    assert (found.code, found.agent) == ("SD201", "Late Agent")


@pytest.mark.parametrize("left", [10, 100, len(PLAIN) // 2])
def test_a_file_that_ends_short_says_nothing(tmp_path: Path, left: int) -> None:
    signed = PLAIN.replace(b"MIME-Version", field_of(RELAXED) + b"MIME-Version")
    files = [routing(1, EVENT, PLAIN), routing(2, SIGNER, signed)]
    files += [routing(3, FOOTER, signed, cut=len(signed) - left)]
    for more in ([], [routing(4, f"{EVENT},Agent B", signed)]):
        found = findings(tmp_path, *files, *more)
        assert [one.code for one in found if one.code.startswith("SD2")] == ["SD203"]


TWO_PARTS = (
    b"From: Anna <anna@contoso.test>\r\nSubject: Offer\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n"
    b"--b\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7\r\n--b--\r\n"
)
IN_PARTS = sign(TWO_PARTS)


@pytest.mark.parametrize("cut", [4, 20, 60])
def test_a_last_file_cut_within_its_parts_is_no_evidence(tmp_path: Path, cut: int) -> None:
    files = [routing(1, EVENT, TWO_PARTS), routing(2, SIGNER, IN_PARTS), routing(3, FOOTER, IN_PARTS, cut=cut)]
    found = all_findings(tmp_path, *files)
    assert [one.evidence["last_snapshot"] for one in found if one.code.startswith("SD2")] == ["Routing0002.eml"]
    assert "Routing0003.eml" in next(one.message for one in found if one.code == "SD102")


UNCLOSED = IN_PARTS.removesuffix(b"--b--\r\n")
BEHIND = [
    # what the next file holds, and the step at which the signature counts as broken
    (UNCLOSED, 3),
    (b"X-Later: yes\r\n" + UNCLOSED, 3),
    (UNCLOSED + b"Footer\r\n", 3),
    (IN_PARTS, None),
    (IN_PARTS.replace(b"Hello", b"Hi"), 4),
]


@pytest.mark.parametrize(("behind", "broken_at"), BEHIND)
def test_the_file_behind_tells_a_cut_file_from_a_message_without_an_end(
    tmp_path: Path, behind: bytes, broken_at: int | None
) -> None:
    files = [routing(1, EVENT, TWO_PARTS), routing(2, SIGNER, IN_PARTS), routing(3, FOOTER, UNCLOSED)]
    found = findings(tmp_path, *files, routing(4, f"{EVENT},Agent B", behind))
    steps = [one.step[1] for one in found if one.code == "SD201" and one.step]
    assert steps == ([f"Routing000{broken_at}.eml"] if broken_at else [])


def test_one_that_came_and_held_is_nothing(tmp_path: Path) -> None:
    signed = field_of(RELAXED) + PLAIN
    files = [File("Original.eml", mail=signed), receive(1, "OnEndOfData", signed)]
    assert findings(tmp_path, *files, receive(2, "OnEndOfData,Agent A", b"X-Later: yes\r\n" + signed)) == []


def test_one_that_came_broken_is_no_agents_doing(tmp_path: Path) -> None:
    broken = field_of(RELAXED) + PLAIN + b"Changed before\r\n"
    files = [File("Original.eml", mail=broken), receive(1, "OnEndOfData", broken)]
    (found,) = findings(tmp_path, *files, receive(2, "OnEndOfData,Agent A", broken + b"And here\r\n"))
    assert (found.code, found.agent, found.step) == ("SD204", None, None)
    assert found.message.endswith("in Original.eml. It came so with the message.")


def test_one_that_was_wrong_from_the_start_names_its_signer(tmp_path: Path) -> None:
    broken = field_of(RELAXED) + PLAIN + b"Not hashed\r\n"
    (found,) = findings(tmp_path, routing(1, EVENT, PLAIN + b"Not hashed\r\n"), routing(2, SIGNER, broken))
    assert (found.code, found.agent) == ("SD204", "Exchange DkimSigner")
    assert found.message.endswith("Added by Exchange DkimSigner.")


def test_two_signatures_of_one_domain_of_which_one_is_stale(tmp_path: Path) -> None:
    signed = field_of(RELAXED) + PLAIN
    footed = signed + b"Footer\r\n"
    again = sign(footed, selector=b"s2")
    files = [routing(1, EVENT, PLAIN), routing(2, SIGNER, signed), routing(3, FOOTER, footed)]
    found = findings(tmp_path, *files, routing(4, f"{EVENT},Appliance", again))
    assert [one.code for one in found] == ["SD203", "SD205", "SD201"]
    assert found[1].agent is None
    assert found[1].evidence["holds"] == "selector s2, added by Appliance"
    assert found[1].evidence["stale"] == "selector s1, added by Exchange DkimSigner"


def test_two_signatures_that_both_hold_are_no_matter(tmp_path: Path) -> None:
    signed = field_of(RELAXED) + PLAIN
    both, other = sign(signed, selector=b"s2"), sign(signed + b"Footer\r\n", b"other.test")
    files = [File("Original.eml", mail=signed), receive(1, "OnEndOfData", signed)]
    assert [one.code for one in findings(tmp_path, *files, receive(2, SIGNER, both))] == ["SD203"]
    found = findings(tmp_path, *files, receive(2, SIGNER, other))
    assert [one.code for one in found] == ["SD203", "SD207"]


def test_a_signature_added_and_lost(tmp_path: Path) -> None:
    signed = field_of(RELAXED) + PLAIN
    files = [routing(1, EVENT, PLAIN), routing(2, SIGNER, signed)]
    (found,) = findings(tmp_path, *files, routing(3, FOOTER, PLAIN))
    assert (found.code, found.agent) == ("SD206", "Footer Agent")
    assert found.message.endswith("(selector s1), which had been added by Exchange DkimSigner.")
    assert found.flags == ["/steps/1/changes/0"]
    resigned = sign(PLAIN + b"Footer\r\n", selector=b"s2")
    assert [one.code for one in findings(tmp_path, *files, routing(3, FOOTER, resigned))] == ["SD203"]


def test_a_signature_below_too_many_others_is_not_taken_for_lost(tmp_path: Path) -> None:
    more = [sign(PLAIN, b"d%d.test" % number).removesuffix(PLAIN) for number in range(20)]
    came = field_of(RELAXED) + PLAIN
    files = [File("Original.eml", mail=came), receive(1, "OnEndOfData", came)]
    found = findings(tmp_path, *files, receive(2, "OnEndOfData,Signer", b"".join(more) + came))
    assert {one.code for one in found} == {"SD203"}


def field_of(form: tuple[bytes, bytes]) -> bytes:
    """A signature's field for PLAIN, which signs From (one more than there is), To and Subject."""
    return sign(PLAIN, canonicalize=form, include_headers=[b"from", b"from", b"to", b"subject"]).removesuffix(PLAIN)
