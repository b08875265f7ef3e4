"""The ways of signatures in words, the same in every output for people, and safe whatever a mail puts into its tags."""

from pathlib import Path

import pytest
from msgspec import UNSET
from msgspec.structs import replace
from program import snapdiff
from stepmaker import routing, trace_of

from snapdiff.model import SignatureState, Trace, TracedSignature
from snapdiff.report.signature_words import SIGNATURES_SHOWN, signature_title, state_lines

EVENT = "OnCategorizedMessage"
TRACE = trace_of(
    routing(1, EVENT, b"A: b\r\n\r\n1"), routing(2, f"{EVENT},Signer", b"A: b\r\n\r\n2"), routing(4, f"{EVENT},Footer")
)
HELD = SignatureState("Routing0002.eml", "holds", "same")
SIGNATURE = TracedSignature(
    field="DKIM-Signature",
    domain="contoso.test",
    selector="s1",
    algorithm="rsa-sha256",
    canonicalization="relaxed/simple",
    length=None,
    instance=None,
    signed=["from"],
    added=("Routing0001.eml", "Routing0002.eml"),
    added_by="Signer",
    body_broken=None,
    fields_broken=None,
    states=[HELD],
    sha256="0",
    signed_sha256=None,
)
LATER = [
    (SignatureState("Routing0004.eml", "broken", "same"), "body hash broken, signed fields as signed, after Footer"),
    (
        SignatureState("Routing0004.eml", "holds", "changed", changed_fields=["from", "to"]),
        "body hash holds, signed fields changed: from, to, after Footer",
    ),
    (
        SignatureState("Routing0004.eml", "unknown", "changed", changed_fields=[f"x-{i}" for i in range(9)]),
        "body hash unknown, signed fields changed: x-0, x-1, x-2, x-3, x-4, x-5, and 3 more, after Footer",
    ),
    (SignatureState("Routing0004.eml", "unknown", "unknown", gone=True), "removed by Footer"),
]


def shown(signature: TracedSignature, trace: Trace = TRACE) -> list[tuple[str, bool]]:
    return [(line.words, line.is_bad) for line in state_lines(signature, trace, str)]


@pytest.mark.parametrize(("state", "words"), LATER)
def test_a_state_says_what_and_after_whom(state: SignatureState, words: str) -> None:
    first = ("body hash holds, signed fields as signed", False)
    # Routing0003.eml is missing, so that it can't be known who it was.
    assert shown(replace(SIGNATURE, states=[HELD, state])) == [first, (f"{words} (not certain)", True)]


def test_a_header_alone_is_left_out_unless_it_is_all_there_is() -> None:
    alone = SignatureState("Routing0001.eml", "unknown", "same")
    assert [words for words, _ in shown(replace(SIGNATURE, states=[HELD, alone, HELD]))] == [
        "body hash holds, signed fields as signed"
    ]
    assert shown(replace(SIGNATURE, states=[alone])) == [("body hash unknown, signed fields as signed", False)]


@pytest.mark.parametrize(
    ("more", "title"),
    [
        ({}, "DKIM-Signature for contoso.test (selector s1, c=relaxed/simple), added by Signer"),
        ({"added": None, "domain": None}, "DKIM-Signature for no domain (selector s1, c=relaxed/simple), came with"),
        (
            {"instance": 2, "field": "ARC-Message-Signature", "selector": None},
            "ARC-Message-Signature for ",
        ),
        ({"length": 1234}, "DKIM-Signature for contoso.test (selector s1, c=relaxed/simple, the first 1,234 bytes"),
        (
            {"added": ("x", "Routing0009.eml")},
            "DKIM-Signature for contoso.test (selector s1, c=relaxed/simple), added in",
        ),
    ],
)
def test_a_title_says_what_signs_and_who_added_it(more: dict[str, object], title: str) -> None:
    assert signature_title(replace(SIGNATURE, **more), TRACE, str).startswith(title)


HOSTILE = b"\x1b[31m<script>alert(1)</script>|`**"


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_what_a_mail_says_is_shown_and_does_nothing(tmp_path: Path, form: str) -> None:
    tags = b"v=1; a=rsa-sha256; c=relaxed/relaxed; d=" + HOSTILE + b"; s=" + HOSTILE + b"; h=from; bh=YQ==; b=YQ=="
    mail = b"From: a@contoso.test\r\nDKIM-Signature: " + tags + b"\r\n\r\nHello\r\n"
    for number, body in ((1, mail), (2, mail + b"More\r\n")):
        agent = f"{EVENT},Agent" if number > 1 else EVENT
        (tmp_path / f"Routing000{number}.eml").write_bytes(routing(number, agent, body).raw())
    out = snapdiff(tmp_path, "--format", form).out
    assert b"Signatures" in out
    assert b"alert(1)" in out
    assert b"\x1b[31m" not in out
    if form == "html":
        assert b"<script>alert(1)" not in out


def test_more_than_are_shown_are_counted(tmp_path: Path) -> None:
    tags = b"v=1; a=rsa-sha256; c=relaxed/relaxed; d=x; s=y; h=from; bh=YQ==; b=YQ"
    fields = b"".join(b"DKIM-Signature: %s%02d\r\n" % (tags, number) for number in range(SIGNATURES_SHOWN + 3))
    mail = fields + b"From: a@contoso.test\r\n\r\nHello\r\n"
    (tmp_path / "Routing0001.eml").write_bytes(routing(1, EVENT, mail).raw())
    (tmp_path / "Routing0002.eml").write_bytes(routing(2, f"{EVENT},Agent", b"X-A: b\r\n" + mail).raw())
    for form in ("text", "markdown", "html"):
        assert b"3 more signatures" in snapdiff(tmp_path, "--format", form).out
    (trace,) = snapdiff(tmp_path, "--format", "json").json()["traces"]
    assert len(trace["signatures"]) == SIGNATURES_SHOWN + 3


def test_a_message_without_a_signature_says_nothing_of_them(tmp_path: Path) -> None:
    assert TRACE.signatures is UNSET
    (tmp_path / "Routing0001.eml").write_bytes(routing(1, EVENT).raw())
    (tmp_path / "Routing0002.eml").write_bytes(routing(2, f"{EVENT},Agent").raw())
    for form in ("text", "markdown", "html", "json"):
        assert (
            b"ignatures" not in snapdiff(tmp_path, "--format", form).out.partition(b"<body")[2 if form == "html" else 0]
        )
