"""One trace's steps, as they are compared, to what a drawn report shows beside the contract: views and blame."""

from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from snapdiff.blame import Blaming
from snapdiff.diff.lineage import Meeting
from snapdiff.diff.message import Side, compare
from snapdiff.diff.passages import Passages
from snapdiff.diff.views import Views
from snapdiff.model import Blame, Change, Step, StepView, TraceViews


class Drawn:
    """Watches the steps of one trace (`Steps(watch=drawn.watch)`); then `views` and `blame` tell the rest.

    Nothing is computed before the first step that changed a message.
    """

    def __init__(self) -> None:
        self._views = Views()
        self._seen: list[StepView] = []
        self._changed = False
        self._full: Side | None = None
        self._before_hollow: Side | None = None
        self._passages: Passages | None = None
        self._blaming: Blaming | None = None

    def watch(self, step: Step, before: Side, after: Side) -> None:
        """One step and the two messages it compared."""
        changed = any(change.kind.startswith(("header.", "part.")) for change in step.changes)
        if changed:
            self._changed = True
            if (view := self._views.view(step.to, Meeting((before, after), step.changes))) is not None:
                self._seen.append(view)
        if before.message.raw and not after.message.raw:
            self._before_hollow = before
        elif not before.message.raw and self._before_hollow is not None:
            # An empty file took nothing away: what follows is compared with what stood before it.
            over, self._before_hollow = self._before_hollow, None
            self._follow(step.to, (over, after), compare(over, after).changes)
        elif changed or self._shows_again(before, after):
            self._follow(step.to, (before, after), step.changes)

    def _shows_again(self, before: Side, after: Side) -> bool:
        """Whether a body stands behind a snapshot of the header alone, with someone to compare it for."""
        if self._blaming is None:
            if after.headers_only and not before.headers_only:
                self._full = before
            elif before.headers_only and not after.headers_only:
                self._full = None
            return False
        return before.headers_only != after.headers_only

    def _follow(self, to: str, sides: tuple[Side, Side], changes: Sequence[Change]) -> None:
        if self._passages is None or self._blaming is None:
            self._passages = Passages(self._full or sides[0])
            self._blaming = Blaming(self._passages.began())
            self._full = None
        self._blaming.follow(self._passages.passed(to, Meeting(sides, changes)))

    def views(self) -> TraceViews | UnsetType:
        """The views of the steps that changed a part; unset where no message changed."""
        if not self._changed:
            return UNSET
        return TraceViews(self._seen, self._views.cut or UNSET)

    def blame(self, file: str, steps: Sequence[Step]) -> Blame | UnsetType:
        """Who owns what in `file`, the last snapshot with a message; unset where no message changed."""
        return UNSET if self._blaming is None else self._blaming.blame(file, steps)
