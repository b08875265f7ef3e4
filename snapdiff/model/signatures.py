"""The nouns of a signature's way through a trace: immutable, as the JSON report has them."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

BodyState = Literal["holds", "broken", "unknown"]
FieldsState = Literal["same", "changed", "unknown"]


class SignatureState(Struct, frozen=True):
    """How a signature stood from one snapshot on, until the next state.

    `body` says whether the body has the hash that the signature states, by its own c=, a= and l=; "unknown" where the
    snapshot holds a header alone or the hash can't be computed. `fields` says whether the signed fields (h=) are those
    of the first snapshot that bears the signature; `changed_fields` names those that are not. `gone` is set where the
    field is not in the header any more. Whether the signature itself is genuine needs the key and is not looked at.
    """

    file: str
    body: BodyState
    fields: FieldsState
    changed_fields: list[str] | UnsetType = UNSET
    gone: bool | UnsetType = UNSET


class TracedSignature(Struct, frozen=True):
    """One DKIM-Signature or ARC-Message-Signature field of a message, and how it stood from snapshot to snapshot.

    `domain`, `selector`, `algorithm`, `canonicalization`, `length` and `instance` are its tags d=, s=, a=, c=, l= and
    i= (i= of ARC alone), `signed` the names of h=. `added` is the step (from, to) it came with, None where the first
    snapshot bears it already; `added_by` the agent of that step, None where that can't be known or was no agent.
    `body_broken` is the step since which the body hash, which held, does not; `fields_broken` that since which the
    signed fields, as signed before, are others; each None where there is no such step, or where it was mended later.
    `states` begin at the first snapshot that bears it. `sha256` is a digest of the signature value (b=), the same
    wherever the signature is met, however its field is folded; `signed_sha256` one of the signed fields, canonicalised,
    as first seen, None where c= is unknown: two traces with the same one differ in no signed field.
    """

    field: Literal["DKIM-Signature", "ARC-Message-Signature"]
    domain: str | None
    selector: str | None
    algorithm: str
    canonicalization: str
    length: int | None
    instance: int | None
    signed: list[str]
    added: tuple[str, str] | None
    added_by: str | None
    body_broken: tuple[str, str] | None
    fields_broken: tuple[str, str] | None
    states: list[SignatureState]
    sha256: str
    signed_sha256: str | None
