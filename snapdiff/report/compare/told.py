"""What two runs do otherwise to the words that each form of it uses."""

from snapdiff.model.compare import AgentCompared, ComparedMessage, CompareReport, Did, Difference
from snapdiff.report.words import counted

SIGNS = {"new": "+", "gone": "-", "times": "~"}


def verdict(report: CompareReport) -> str:
    """The whole result in one sentence."""
    pairs = f"{counted(report.compared, 'pair')} of messages compared"
    if not report.compared:
        return "Nothing was compared: no message of the one run has a counterpart in the other."
    if not report.differs:
        return f"Nothing is done otherwise: {pairs}."
    alone = len(report.unpaired_before) + len(report.unpaired_after)
    more = f", {counted(alone, 'message')} without a counterpart" if alone else ""
    return f"{pairs}, {len(report.pairs):,} differ{'s' if len(report.pairs) == 1 else ''}{more}."


def name_of(one: AgentCompared) -> str:
    """Who does it."""
    if one.agent is not None:
        return one.agent
    return {"transport": "the transport service", "session": "the SMTP session"}.get(one.by, "nobody knows who")


def ran(one: AgentCompared) -> str:
    """A word on an agent that ran in one of the runs alone; "" for any other."""
    return {"before": "ran before and does not run now", "after": "runs now and did not before", "both": ""}[one.ran]


def what(did: Did) -> str:
    """What is done, without who does it: `header.added X-Note`."""
    said: str = did.change
    said += f" {did.name}" if did.name else ""
    said += f" in {did.part}" if did.part else ""
    said += f", {did.degree}" if did.degree else ""
    return said + (", cosmetic" if did.cosmetic else "")


def how_often(one: Difference) -> str:
    """`2 times now, 1 before, on 3 messages`."""
    if one.turn == "new":
        said = "new" if one.after == 1 else f"new, {one.after:,} times"
    elif one.turn == "gone":
        said = "no more"
    else:
        said = (
            f"{one.after:,} times now, {one.before:,} before" if one.after > 1 else f"once now, {one.before:,} before"
        )
    return f"{said}, on {counted(one.messages, 'message')}"


def message_name(message: ComparedMessage) -> str:
    """What a message is called."""
    return message.subject or message.message_id or message.key or (message.traces[0] if message.traces else "")
