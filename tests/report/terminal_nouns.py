"""Builders for nouns of the model with few words: what a test does not name has a plain value."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from snapdiff import model
from snapdiff.model import Change, Step


def snapshot(file: str, event: str | None = None, agent: str | None = None, **keys: Any) -> model.Snapshot:
    stage = next((stage for stage in ("Original", "SmtpReceive", "Routing") if file.startswith(stage)), None)
    given: dict[str, Any] = {
        "file": file,
        "stage": stage,
        "sequence": None,
        "event": event,
        "agent": agent,
        "time": None,
        "record_id": None,
        "protocol_id": None,
        "status": None,
        "sender": "anna@contoso.com",
        "recipients": [],
        "headers_only": False,
        "size": 2048,
        "message_offset": 400,
        "sha256": "00" * 32,
    }
    return model.Snapshot(**(given | keys))


def step(from_: str | None, to: str, event: str | None, agent: str | None, *changes: Change, **keys: Any) -> Step:
    given: dict[str, Any] = {
        "from_": from_,
        "to": to,
        "compared_with": from_,
        "event": event,
        "agent": agent,
        "actor": "agent" if agent is not None else "transport",
        "certain": True,
        "reason": None,
        "missing": [],
        "candidates": [],
        "elapsed_ms": 3,
        "changes": list(changes),
    }
    return Step(**(given | keys))


def trace(steps: list[Step], snapshots: list[model.Snapshot], **keys: Any) -> model.Trace:
    given: dict[str, Any] = {
        "id": "11111111-2222-3333-4444-555555555555",
        "path": "MBX01/MessageSnapshots/11111111-2222-3333-4444-555555555555",
        "server": "MBX01",
        "service": "transport",
        "parent": None,
        "message_id": "<q2@contoso.com>",
        "network_message_id": None,
        "subject": "Q2 figures",
        "sender": "anna@contoso.com",
        "recipients": ["bob@fabrikam.com"],
        "snapshots": snapshots,
        "steps": steps,
        "findings": [],
        "problems": [],
    }
    return model.Trace(**(given | keys))


def chain(*entries: tuple[str, str | None, str | None, list[Change]], **keys: Any) -> model.Trace:
    """A trace from (file, event, agent, changes since the entry before); the first entry's changes are not used."""
    snapshots = [
        snapshot(file, event, agent, time=f"2024-05-14T07:02:{10 + number:02d}.000Z")
        for number, (file, event, agent, _) in enumerate(entries)
    ]
    steps = []
    for (before, _, _, _), (file, event, agent, changes) in pairwise(entries):
        actor = "agent" if agent is not None else "session" if before == "Original.eml" else "transport"
        steps.append(step(before, file, event, agent, *changes, actor=actor, elapsed_ms=1000))
    return trace(steps, snapshots, **keys)
