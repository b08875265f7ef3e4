"""What runs in an HTML body, and where its links lead: added or rewritten by a step."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from snapdiff.findings.register import Found, Passing, of_step
from snapdiff.mail.active import activity
from snapdiff.mail.message import Message
from snapdiff.mail.once import once

_MAX_LINKS = 200
_LONGEST_LINK = 4_000
_SHORTEST_LINK = "http://a.b"
_NAMED = 6
_LINK = re.compile(r"https?://[^\s<>\"]{1,4000}", re.IGNORECASE)


class _Content(NamedTuple):
    """What the texts of a message hold: links in order, and how often which kind of active content."""

    links: list[str]
    active: Counter[str]


@of_step
def active_content_added(at: Passing) -> Iterator[Found]:
    """SD604 to SD606: scripts and the like that a step added, links that it rewrote."""
    if at.before_headers_only or at.after_headers_only:
        return
    numbers = tuple(number for number, change in enumerate(at.step.changes) if _is_of_text(change.kind, change.name))
    if not numbers:
        return
    before, after = _content(at.before), _content(at.after)
    added = after.active - before.active
    if added:
        what = ", ".join(f"{count:,} × {name}" if count > 1 else name for name, count in sorted(added.items())[:_NAMED])
        yield Found("SD604", {"what": what}, numbers)
    wrapped, replaced = _rewritten(before.links, after.links)
    if wrapped:
        yield Found("SD605", _links(wrapped), numbers, words={"count": _count(wrapped)})
    if replaced:
        yield Found("SD606", _links(replaced), numbers, words={"count": _count(replaced)})


def _is_of_text(kind: str, name: str | None) -> bool:
    return kind in {"part.added", "part.changed"} or (name or "").lower() == "content-type"


@once
def _content(message: Message) -> _Content:
    """Links and active content of the message's own texts; what is attached is not looked into."""
    content = _Content([], Counter())
    for part in message.tree.root.leaves():
        if not part.is_text or part.is_attachment:
            continue
        if part.type == "text/html":
            found = activity(part.text.text)
            content.links.extend(link[:_LONGEST_LINK] for link in found.links[:_MAX_LINKS])
            content.active.update(found.active)
        else:
            content.links.extend(islice(links_of(part.text.text), _MAX_LINKS))
    return content


def links_of(text: str) -> Iterator[str]:
    """The links of a plain text, looked for by what all of them hold: that is much faster than by how they begin."""
    end = 0
    at = text.find("://")
    while at >= 0:
        for start in (at - len("https"), at - len("http")):
            if start >= end and (link := _LINK.match(text, start)):
                yield link.group()
                end = link.end()
                break
        at = text.find("://", max(end, at + 1))


def _rewritten(before: list[str], after: list[str]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Pairs of links, old and new: those where one holds the other, and those where another stands in its place."""
    gone = list((Counter(before) - Counter(after)).elements())[:_MAX_LINKS]
    came = list((Counter(after) - Counter(before)).elements())[:_MAX_LINKS]
    forms = {link: _forms(link) for link in (*gone, *came)}
    wrapped: list[tuple[str, str]] = []
    for old in list(gone):
        new = next((one for one in came if _is_rewritten(forms[old], forms[one])), None)
        if new is not None:
            wrapped.append((old, new))
            gone.remove(old)
            came.remove(new)
    left_old, left_new = Counter(gone), Counter(came)
    replaced = (
        [
            (old, new)
            for old, new in zip(before, after, strict=True)
            if left_old[old] and left_new[new] and not _same(old, new)
        ]
        if len(before) == len(after)
        else []
    )
    return wrapped, replaced


def _forms(link: str) -> tuple[str, ...]:
    """A link as it is, and with what is encoded in it decoded: once, twice, and as Proofpoint writes it."""
    once = unquote(link)
    return link, once, unquote(once), unquote(link.replace("-", "%").replace("_", "/"))


def _is_rewritten(old: tuple[str, ...], new: tuple[str, ...]) -> bool:
    """Whether one of two links, given by their forms, stands inside the other, as link protection puts it there."""
    return old[1].rstrip("/") != new[1].rstrip("/") and (_is_within(old[0], new) or _is_within(new[0], old))


def _is_within(link: str, forms: tuple[str, ...]) -> bool:
    sought = link.rstrip("/")
    return len(_SHORTEST_LINK) <= len(sought) and any(sought in form for form in forms if len(form) > len(link))


def _same(one: str, other: str) -> bool:
    """Whether two links differ in their writing alone."""
    return unquote(one).rstrip("/").casefold() == unquote(other).rstrip("/").casefold()


def _links(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """The first pair, and the hosts that links led to and lead to now."""
    old, new = pairs[0]
    from_hosts = dict.fromkeys(_host(one) for one, _ in pairs)
    to_hosts = dict.fromkeys(_host(other) for _, other in pairs)
    return {
        "before": old,
        "after": new,
        "from_hosts": ", ".join(list(from_hosts)[:_NAMED]),
        "to_hosts": ", ".join(list(to_hosts)[:_NAMED]),
    }


def _count(pairs: list[tuple[str, str]]) -> str:
    return "a link" if len(pairs) == 1 else f"{len(pairs):,} links"


def _host(link: str) -> str:
    """The host a link leads to; the scheme where it has none; the link's beginning where it can't be read."""
    try:
        parts = urlsplit(link)
        return parts.hostname or (f"{parts.scheme}:" if parts.scheme else link[:40])
    except ValueError:
        return link[:40]
