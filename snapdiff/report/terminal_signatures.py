"""The ways of a message's signatures to lines of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapdiff.report.signature_words import SIGNATURES_SHOWN, signature_title, state_lines
from snapdiff.report.terminal_text import Line, Paper, Piece, hanging
from snapdiff.report.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snapdiff.model import Trace


def signature_lines(trace: Trace, paper: Paper) -> Iterator[Line]:
    """Each signature: what it signs for, who added it, and how it stood from snapshot to snapshot."""
    found = trace.signatures or []
    if found:
        yield []
        yield [Piece("  Signatures", "title")]
    for signature in found[:SIGNATURES_SHOWN]:
        yield from hanging([Piece("  ")], [Piece(signature_title(signature, trace, paper.show))], paper.width)
        for line in state_lines(signature, trace, paper.show):
            head = [Piece(f"    {paper.show(line.file, 60)}  ", "label")]
            yield from hanging(head, [Piece(line.words, "warning" if line.is_bad else "")], paper.width)
    if len(found) > SIGNATURES_SHOWN:
        more = counted(len(found) - SIGNATURES_SHOWN, "more signature")
        yield [Piece(f"  {paper.symbols.dots} {more}; --format json has them all", "note")]
