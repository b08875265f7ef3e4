"""The way of signatures through a trace: the same as looking at each snapshot by itself, whatever happens to it."""

from hypothesis import given, settings
from hypothesis import strategies as st
from signed import sign
from stepmaker import routing

from snapdiff.diff.message import Side
from snapdiff.diff.steps import Steps
from snapdiff.mail.dkim import Signature, bodies_hold, signatures, signed_fields
from snapdiff.mail.message import Message
from snapdiff.model import SignatureState, Step, TracedSignature
from snapdiff.signatures import SignatureWatch

PLAIN = b"From: anna@contoso.test\r\nSubject: Offer\r\n\r\nHello  world\r\n"
STRICT = sign(PLAIN, canonicalize=(b"simple", b"simple"))
BOTH = sign(STRICT, b"other.test", canonicalize=(b"relaxed", b"relaxed"))
MAILS = [
    PLAIN,
    STRICT,
    BOTH,
    BOTH.replace(b"Offer", b"Order"),
    BOTH.replace(b"Hello  world", b"Hello world"),
    BOTH.replace(b"Subject: ", b"Subject:  "),
    STRICT + b"Footer\r\n",
    b"Received: x\r\n" + STRICT,
    BOTH.replace(b"d=contoso.test", b"d=fabrikam.test"),
    b"",
    b"\r\n",
]


def followed(mails: list[bytes]) -> list[TracedSignature]:
    """What is told of a trace of these mails, an agent between each two."""
    signed = SignatureWatch()

    def watch(step: Step, before: Side, after: Side) -> None:
        signed.passed(step, (before.message, after.message), (before.headers_only, after.headers_only))

    steps = Steps(watch=watch)
    for number, mail in enumerate(mails, 1):
        loaded = routing(number, "OnRoutedMessage" + (f",Agent {number}" if number > 1 else ""), mail).loaded()
        if number == 1:
            signed.began(loaded.snapshot, Message(mail))
        steps.add(loaded)
    return signed.traced()


@settings(deadline=None)
@given(st.lists(st.sampled_from(MAILS), min_size=1, max_size=8))
def test_it_is_the_same_as_looking_at_each_snapshot_by_itself(mails: list[bytes]) -> None:
    for way in followed(mails):
        first = next(message for message in map(Message, mails) if way.sha256 in _by_key(message))
        at_first = signed_fields(_by_key(first)[way.sha256], first)
        began = False
        for number, message in enumerate(map(Message, mails), 1):
            state = _state_at(way, number)
            found = _by_key(message).get(way.sha256)
            began = began or found is not None
            if not began:
                assert state is None
                continue
            assert state is not None
            if found is None:
                assert state.gone
                continue
            (holds,) = bodies_hold([found], message)
            assert (state.body, state.gone is True) == ("holds" if holds else "broken", False)
            assert state.fields == ("same" if signed_fields(found, message) == at_first else "changed")


@settings(deadline=None)
@given(st.lists(st.sampled_from(MAILS), min_size=2, max_size=8))
def test_what_is_broken_for_good_stays_so(mails: list[bytes]) -> None:
    for way in followed(mails):
        bodies = [state.body for state in way.states if state.body != "unknown"]
        assert (way.body_broken is not None) == ("holds" in bodies and bodies[-1] == "broken")
        if way.body_broken:
            since = [state for state in way.states if state.file >= way.body_broken[1]]
            assert all(state.body != "holds" for state in since)
            assert since[0].body == "broken"


def _by_key(message: Message) -> dict[str, Signature]:
    return {one.key: one for one in signatures(message)}


def _state_at(way: TracedSignature, number: int) -> SignatureState | None:
    file = f"Routing{number:04d}.eml"
    return next((state for state in reversed(way.states) if state.file <= file), None)
