"""The messages of one trace, step by step, to the way of each signature: who added it, and where it stopped holding."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from msgspec import UNSET
from msgspec.structs import replace

from snapdiff.mail.dkim import MAX_SIGNATURES as MAX_IN_MESSAGE
from snapdiff.mail.dkim import Signature, bodies_hold, signatures, signed_fields
from snapdiff.mail.message import Message
from snapdiff.model import BodyState, SignatureState, Snapshot, Step, TracedSignature

MAX_SIGNATURES = 100
"""Signatures followed through one trace; those that come later are left out."""


@dataclass
class _Followed:
    """One signature on its way. `signed` has a digest of each signed field as first seen, None where c= is unknown."""

    signature: Signature
    added: Step | None
    signed: dict[str, bytes] | None
    states: list[SignatureState] = field(default_factory=list)
    steps: list[tuple[str, str]] = field(default_factory=list)
    """The step into each state; the first one's files are both the same where it came with the message."""


class SignatureWatch:
    """Takes the messages of one trace in order; `traced` then tells the way of each signature.

    It keeps digests, never a mail. A message whose multipart lost its closing delimiter may be one whose file was cut:
    what it says of a signature counts only where the next file has it so as well.
    """

    def __init__(self) -> None:
        self._followed: dict[str, _Followed] = {}
        self._body: dict[str, BodyState] = {}
        """The body's state under each signature, at the last message."""
        self._waiting: Step | None = None
        """The step into the last message, where the next file has to tell whether its own was cut."""

    def began(self, snapshot: Snapshot, message: Message) -> None:
        """The first snapshot that holds a message."""
        self._look(snapshot.file, None, message, snapshot.headers_only)

    def passed(
        self,
        step: Step,
        sides: tuple[Message, Message],
        headers_only: tuple[bool, bool],
        *,
        is_cut: bool = False,
        unclosed: tuple[bool, bool] = (False, False),
    ) -> None:
        """One step that compared two messages; `headers_only` says of either whether it holds a header alone.

        `is_cut` is set where the later file ends short: it says nothing then of what became of a signature. `unclosed`
        says of either whether a multipart lacks its closing delimiter where the other one has it.
        """
        before, after = sides
        waiting, self._waiting = self._waiting, None
        if is_cut:
            self._body = {}
            return
        if waiting is not None and not unclosed[0] and headers_only == (False, False):
            self._look(waiting.to, waiting, before, False)
        if unclosed[1]:
            self._body, self._waiting = {}, step
            return
        if before.raw == after.raw and headers_only[0] == headers_only[1]:
            return
        if self._body and (headers_only != (False, False) or _body(before) != _body(after)):
            self._body = {}
        self._look(step.to, step, after, headers_only[1])

    def traced(self) -> list[TracedSignature]:
        """Every signature the trace has seen, in the order it was seen, from the top of the header."""
        return [_traced(one) for one in self._followed.values()]

    def _look(self, file: str, step: Step | None, message: Message, headers_only: bool) -> None:
        present = {signature.key: signature for signature in signatures(message)}
        self._hash_bodies(list(present.values()), message, headers_only)
        signed: dict[str, dict[str, bytes] | None] = {}
        for key, signature in present.items():
            if key not in self._followed and len(self._followed) < MAX_SIGNATURES:
                signed[key] = _digests(signature, message)
                self._followed[key] = _Followed(signature, step, signed[key])
        for key, one in self._followed.items():
            found = present.get(key)
            if found is None and len(present) >= MAX_IN_MESSAGE:
                continue
            if found is None:
                state = SignatureState(file, "unknown", "unknown", gone=True)
            else:
                now = signed[key] if key in signed else _digests(found, message)
                state = _state(file, self._body[key], one, now)
            _enter(one, state, step)

    def _hash_bodies(self, present: list[Signature], message: Message, headers_only: bool) -> None:
        new = [signature for signature in present if signature.key not in self._body]
        held = [None] * len(new) if headers_only else bodies_hold(new, message)
        for signature, holds in zip(new, held, strict=True):
            self._body[signature.key] = "unknown" if holds is None else "holds" if holds else "broken"


def _body(message: Message) -> bytes:
    return message.raw[message.header.body :]


def _digests(signature: Signature, message: Message) -> dict[str, bytes] | None:
    signed = signed_fields(signature, message)
    return None if signed is None else {name: sha256(value).digest() for name, value in signed.items()}


def _state(file: str, body: BodyState, one: _Followed, now: dict[str, bytes] | None) -> SignatureState:
    if one.signed is None or now is None:
        return SignatureState(file, body, "unknown")
    names = [*one.signed, *(name for name in now if name not in one.signed)]
    changed = [name for name in names if one.signed.get(name) != now.get(name)]
    return SignatureState(file, body, "changed" if changed else "same", changed_fields=changed or UNSET)


def _enter(one: _Followed, state: SignatureState, step: Step | None) -> None:
    """Adds the state where it differs from the one before."""
    last = one.states[-1] if one.states else None
    if last is None or replace(state, file=last.file) != last:
        one.states.append(state)
        one.steps.append((step.from_ or "", step.to) if step else (state.file, state.file))


def _broken(one: _Followed, said: Sequence[str], held: str, broken: str) -> tuple[str, str] | None:
    """The step since which what was `held` is `broken`, by what each state says of it; None where it is not so."""
    since = None
    for place, word in enumerate(said):
        if word == held:
            since = -1
        elif word == broken and since == -1:
            since = place
    return one.steps[since] if since is not None and since >= 0 else None


def _traced(one: _Followed) -> TracedSignature:
    signature, step = one.signature, one.added
    return TracedSignature(
        field=signature.field,
        domain=signature.domain,
        selector=signature.selector,
        algorithm=signature.algorithm,
        canonicalization=signature.canonicalization,
        length=signature.length,
        instance=signature.instance,
        signed=list(signature.names),
        added=(step.from_ or "", step.to) if step else None,
        added_by=step.agent if step is not None and step.certain and step.actor == "agent" else None,
        body_broken=_broken(one, [state.body for state in one.states], "holds", "broken"),
        fields_broken=_broken(one, [state.fields for state in one.states], "same", "changed"),
        states=one.states,
        sha256=signature.key,
        signed_sha256=None if one.signed is None else _digest_of(one.signed),
    )


def _digest_of(signed: dict[str, bytes]) -> str:
    return sha256(b"".join(sha256(name.encode()).digest() + digest for name, digest in signed.items())).hexdigest()
