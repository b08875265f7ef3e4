"""The MIME structure of a message: alternatives made anew or dropped, parts put elsewhere, bodies as attachments."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence

from snapdiff.findings.alternatives import alternatives, is_made_anew, lost_between
from snapdiff.findings.register import Found, Passing, follower, of_step
from snapdiff.mail.message import Message
from snapdiff.mail.once import once
from snapdiff.mail.parts import Part
from snapdiff.model import PartInfo, Snapshot, Trace

_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_PLACING = frozenset({"content-type", "content-disposition"})
_FORM_WORDS = {"text/plain": "plain text", "text/html": "HTML"}
_MOST_SHOWN = 40
_MOST_PARTS_SHOWN = 12


@of_step
def alternative_made_anew(at: Passing) -> Iterator[Found]:
    """SD409: the plain text was thrown away, and made from the HTML."""
    if not _touches_parts(at):
        return
    before, after = alternatives(at.before), alternatives(at.after)
    if before is None or after is None or before.plain.content_key == after.plain.content_key:
        return
    if is_made_anew(before, after):
        lost = lost_between(before.plain, after.plain)
        characters = " ".join(lost[:_MOST_SHOWN]) + (" and more" if len(lost) > _MOST_SHOWN else "")
        evidence = {"part": after.plain.section, "characters": characters or "none"}
        yield Found("SD409", evidence, _about(at, {before.plain.section, after.plain.section}))


@of_step
def alternative_dropped(at: Passing) -> Iterator[Found]:
    """SD417: of plain text and HTML, one is gone."""
    if not _touches_parts(at):
        return
    before = alternatives(at.before)
    if before is None:
        return
    types = {leaf.type for leaf in at.after.tree.root.leaves()}
    for kept, gone in ((before.html, before.plain), (before.plain, before.html)):
        if kept.type in types and gone.type not in types:
            evidence = {"gone": _FORM_WORDS[gone.type], "kept": _FORM_WORDS[kept.type]}
            yield Found("SD417", evidence, _about(at, {gone.section}))


@of_step
def restructured(at: Passing) -> Iterator[Found]:
    """SD410: the same parts, in other multiparts."""
    if not _touches_parts(at):
        return
    before, after = _holders(at.before), _holders(at.after)
    moved = [key for key, holders in after.items() if before.get(key, holders) != holders]
    if not moved or _is_wrapped(at):
        return
    evidence = {"before": _outline(at.before.tree.root), "after": _outline(at.after.tree.root)}
    numbers = [number for number, change in enumerate(at.step.changes) if change.kind == "part.moved"]
    yield Found("SD410", evidence, tuple(numbers) or _placing(at))


@of_step
def body_became_attachment(at: Passing) -> Iterator[Found]:
    """SD418: a body that was shown as text is listed as an attachment now."""
    if not _touches_parts(at):
        return
    hidden = _hidden_body(at.after)
    if hidden is not None and _hidden_body(at.before) is not None:
        return
    before, after = _own_texts(at.before), _own_texts(at.after)
    listed = [text for text in after if text.is_attachment or text is hidden]
    is_shown = {text.content_key for text in after} - {text.content_key for text in listed}
    was_shown = {text.content_key for text in before if not text.is_attachment} - is_shown
    was_listed = {text.content_key for text in before if text.is_attachment}
    for text in listed:
        if text.content_key in was_shown - was_listed and text.content_key[0] != "empty":
            yield Found("SD418", {"part": text.section}, _about(at, {text.section}) or _placing(at))


@follower
class AsItCame:
    """SD415, SD416: what the message was like before any agent saw it."""

    def __init__(self) -> None:
        self._seen = False
        self._found: list[Found] = []

    def began(self, snapshot: Snapshot, message: Message) -> None:
        """Looks at the first message."""
        if not snapshot.headers_only:
            self._look(message)

    def passed(self, at: Passing) -> None:
        """Looks at the first message that is whole."""
        if not self._seen and not at.before_headers_only:
            self._look(at.before)

    def ended(self, trace: Trace) -> Iterable[Found]:
        """What was found at the start."""
        return self._found

    def _look(self, message: Message) -> None:
        self._seen = True
        tnef = next((leaf for leaf in message.tree.root.leaves() if leaf.type in _TNEF and not leaf.embedding), None)
        if tnef is not None:
            evidence = {"file": tnef.file_name or tnef.type, "part": tnef.section}
            self._found.append(Found("SD415", evidence))
        hidden = _hidden_body(message)
        if hidden is not None:
            why = "it is marked Content-Disposition: attachment" if hidden.is_attachment else "it follows an attachment"
            self._found.append(Found("SD416", {"part": hidden.section, "why": why}))


@once
def _touches_parts(at: Passing) -> bool:
    return any(
        change.kind.startswith("part.")
        or (change.kind.startswith("header.") and (change.name or "").lower() in _PLACING)
        for change in at.step.changes
    )


def _about(at: Passing, sections: set[str]) -> tuple[int, ...]:
    """The changes of these parts."""
    changes = enumerate(at.step.changes)
    return tuple(number for number, one in changes if one.kind.startswith("part.") and one.part in sections)


def _placing(at: Passing) -> tuple[int, ...]:
    """The changes of the fields that say what kind of part a part is, and how it is shown."""
    changes = enumerate(at.step.changes)
    return tuple(
        number for number, one in changes if one.kind.startswith("header.") and (one.name or "").lower() in _PLACING
    )


@once
def _holders(message: Message) -> dict[Hashable, tuple[str, ...]]:
    """The types of the multiparts that hold each part of the message's own, outermost first.

    The parts go by their content (the n-th of that content), and the only text in a form by that form too.
    """
    found: dict[Hashable, tuple[str, ...]] = {}
    counts: Counter[Hashable] = Counter()
    forms: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    stack: list[tuple[Part, tuple[str, ...]]] = [(message.tree.root, ())]
    while stack:
        part, holders = stack.pop()
        if part.shape == "multipart":
            stack.extend((child, (*holders, part.type)) for child in reversed(part.children))
            continue
        if part.content_key[0] != "empty":
            found[part.content_key, counts[part.content_key]] = holders
            counts[part.content_key] += 1
        if part.type in _FORM_WORDS and not part.is_attachment:
            forms[part.type].append(holders)
    return found | {form: all_holders[0] for form, all_holders in forms.items() if len(all_holders) == 1}


def _is_wrapped(at: Passing) -> bool:
    """Whether a message was attached: SD307 tells of it."""
    return any(change.kind == "part.added" and _is_message(change.after) for change in at.step.changes)


def _is_message(info: object) -> bool:
    return isinstance(info, PartInfo) and info.type.startswith("message/")


def _outline(root: Part) -> str:
    """The structure in one line: `multipart/mixed (multipart/alternative (text/plain, text/html), image/png)`."""
    shown = 0

    def told(part: Part) -> str:
        nonlocal shown
        shown += 1
        if part.shape != "multipart":
            return part.type
        children = [told(child) for child in part.children[: max(_MOST_PARTS_SHOWN - shown, 0)]]
        more = ["…"] if len(children) < len(part.children) else []
        return f"{part.type} ({', '.join([*children, *more])})"

    return told(root)


@once
def _own_texts(message: Message) -> Sequence[Part]:
    """The texts of the message itself, in plain text and HTML, shown or listed as attachments."""
    leaves = message.tree.root.leaves()
    return [leaf for leaf in leaves if leaf.type in _FORM_WORDS and leaf.shape == "leaf" and not leaf.embedding]


@once
def _hidden_body(message: Message) -> Part | None:
    """The text that should be the body and is shown as an attachment; None where a body is shown, or none is there.

    It is marked as an attachment and has no file's name, or it follows an attachment in a multipart/mixed.
    """
    root, texts = message.tree.root, _own_texts(message)
    if not texts:
        return None
    shown = [part for part in texts if not part.is_attachment]
    if not shown:
        return texts[0] if texts[0] is root.leaves()[0] and texts[0].file_name is None else None
    follows = root.type == "multipart/mixed" and shown[0] in root.children[1:] and _is_file(root.children[0])
    return shown[0] if follows else None


def _is_file(part: Part) -> bool:
    return part.is_attachment and not part.type.startswith(("text/", "image/"))
