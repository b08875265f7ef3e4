"""A step to who did it, in words that stand inside a sentence."""

from snapdiff.model import Step

_OTHERS = {"transport": "the transport service itself", "session": "the SMTP session"}


def who_did(step: Step) -> str:
    """Who did it; nobody is named where it can't be known."""
    if step.certain and step.actor == "agent":
        return step.agent or ""
    if step.certain and step.actor in _OTHERS:
        return _OTHERS[step.actor]
    return f"somebody (it can't be known who, up to {step.to})"
