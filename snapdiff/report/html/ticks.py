"""A journey's timeline to the lines of its list on the page: day, clock, server, and what happened there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import UNSET, Struct
from msgspec.structs import replace

from snapdiff.log_words import context_words, row_words
from snapdiff.report.html.digests import key_of
from snapdiff.report.moments import moments, session_words, who_words
from snapdiff.report.words import cut, summary
from snapdiff.servers import host

if TYPE_CHECKING:
    from collections.abc import Sequence

    from snapdiff.model import Session, TimelineEntry, TrackingRow
    from snapdiff.report.moments import Moment

SHOWN = 300
_REFUSALS_SHOWN = 3
_LONGEST = 400
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d*Z?")


class Tick(Struct, frozen=True):
    """One line. `day` is set where another one begins; `look` is the class that gives it its sign.

    `who` did it, where that is to be told apart, and `href` is the place of the step on the page, where it has one;
    `event` and `ends` are a row's, `more` what else to say of it in small print.
    """

    day: str
    clock: str
    server: str
    folder: int
    look: str
    who: str
    words: str
    href: str
    event: str
    ends: str
    more: list[str]


class Ticks(Struct, frozen=True):
    """The lines that are shown, and how many more there are."""

    shown: list[Tick]
    left_out: int
    servers: int


def ticks(entries: Sequence[TimelineEntry], folders: Sequence[str]) -> Ticks:
    """The lines of a timeline; `folders` are the paths of its traces that are on the page, in their order."""
    numbers = {path: number for number, path in enumerate(folders, 1)}
    found = list(moments(entries))
    shown: list[Tick] = []
    day = ""
    for moment in found[:SHOWN]:
        known = _TIME.fullmatch(moment.entry.time or "")
        today = known[1] if known else "no time"
        clock = known[2] if known else cut(moment.entry.time or "-", 40)
        tick = _tick(moment, today if today != day else "", clock)
        number = numbers.get(str(moment.entry.trace), 0)
        shown.append(replace(tick, folder=number if len(folders) > 1 else 0, href=tick.href if number else ""))
        day = today
    servers = {host(entry.server or "") for entry in entries} - {""}
    return Ticks(shown, len(found) - len(shown), len(servers))


def _tick(moment: Moment, day: str, clock: str) -> Tick:
    entry = moment.entry
    server = cut((entry.server or "").partition(".")[0], 60)
    tick = Tick(day, clock, server, 0, "gap", "Gap", cut(str(entry.text), _LONGEST), "", "", "", [])
    if entry.trace is not UNSET:
        return _snapshot(moment, tick)
    if entry.row is not UNSET:
        return _row(entry.row, tick)
    return tick if entry.session is UNSET else _session(entry.session, tick)


def _snapshot(moment: Moment, tick: Tick) -> Tick:
    entry, step = moment.entry, moment.entry.step
    words = who_words(moment, str)
    if step is UNSET or moment.quiet:
        return replace(tick, look="first" if step is UNSET else "same", who="", words=cut(words, _LONGEST))
    kinds = {change.kind for change in step.changes}
    look = "changed" if step.certain else "unsure"
    if kinds & {"message.deleted", "message.deferred"}:
        look = "gone"
    elif step.certain and all(change.cosmetic for change in step.changes):
        look = "cosmetic"
    href = f"{key_of(str(entry.trace))}-s{moment.number}"
    return replace(tick, look=look, who=words.removesuffix(": "), words=cut(summary(step.changes), _LONGEST), href=href)


def _row(row: TrackingRow, tick: Tick) -> Tick:
    event = row.text("event_id")
    words = row_words(row)
    ends = dict.fromkeys(cut(row.text(name), 100) for name in ("client_hostname", "server_hostname"))
    statuses = dict.fromkeys(text for text in row.texts("recipient_status") if text)
    is_told = bool(statuses) and row.event in ("FAIL", "DEFER", "DSN")
    return replace(
        tick,
        look="failed" if row.event == "FAIL" else "row",
        who="",
        words=cut(words[:1].upper() + words[1:], _LONGEST),
        event=cut(event, 40),
        ends=" → ".join(filter(None, ends)),
        more=[cut(one, 300) for one in (*context_words(row), *(["; ".join(statuses)] if is_told else []))],
    )


def _session(session: Session, tick: Tick) -> Tick:
    refused = [cut(line.data, 300) for line in session.lines if line.is_refusal][:_REFUSALS_SHOWN]
    words = session_words(session, lambda text: cut(text, 80))
    return replace(tick, look="session", who="", words=words, more=refused)
