"""What a tracking event means, in plain words, for every output that shows one.

The meanings follow the documentation of message tracking (Event types in the message tracking log); the numbers are
those of Exchange 4.0 to 2003 (Microsoft's articles 174078, 173364, 246959 and 821905).
"""

from snapdiff.model import TrackingRow

_EVENTS = {
    "RECEIVE": "received",
    "SEND": "handed to the next server",
    "DELIVER": "delivered to a mailbox",
    "FAIL": "delivery failed",
    "DSN": "a delivery report was made",
    "BADMAIL": "could not be read or returned, and was set aside",
    "RESOLVE": "an address was found to stand for another one",
    "EXPAND": "a distribution list was expanded into its members",
    "REDIRECT": "redirected to another recipient",
    "TRANSFER": "split into copies, or converted for some recipients",
    "SUBMIT": "submitted from a mailbox",
    "POISONMESSAGE": "put into the queue of poison messages, or taken out of it",
    "DEFER": "put off: it will be tried again",
    "DUPLICATEDELIVER": "not delivered again: it was there already",
    "DUPLICATEEXPAND": "left out: this recipient was there already, by another list",
    "DUPLICATEREDIRECT": "left out: this recipient was there already",
    "RESUBMIT": "submitted again by Safety Net or shadow redundancy",
    "RESUBMITDEFER": "submitting it again was put off",
    "RESUBMITFAIL": "submitting it again failed",
    "INITMESSAGECREATED": "sent to a moderator for approval",
    "MODERATORAPPROVE": "a moderator approved it",
    "MODERATORREJECT": "a moderator rejected it",
    "MODERATORSALLNDR": "no moderator could be reached",
    "MODERATIONEXPIRE": "no moderator decided in time",
    "THROTTLE": "held back by a limit",
    "NOTIFYMAPI": "seen in the Outbox of a mailbox",
    "NOTIFYSHADOW": "seen in the Outbox of a mailbox, and needs a shadow copy",
    "PROCESS": "processed",
    "PROCESSMEETINGMESSAGE": "a meeting message was processed",
    "SUBMITDEFER": "submitting from the mailbox was put off",
    "SUBMITFAIL": "submitting from the mailbox failed",
    "HARECEIVE": "a shadow copy was received",
    "HAREDIRECT": "a shadow copy was made",
    "HAREDIRECTFAIL": "a shadow copy could not be made",
    "HADISCARD": "a shadow copy was thrown away: the message had been delivered",
    "AGENTINFO": "what agents noted about it",
    "SUPPRESSED": "sending it was suppressed",
    "LOAD": "loaded from the queue when the service started",
    "DROP": "dropped without a report",
    "CLIENTSUBMISSION": "submitted by a mail program",
    "DELIVERFAIL": "could not be put into its folder of the mailbox",
    "0": "taken over from another system",
    "1": "a probe was taken over",
    "2": "a report was taken over",
    "4": "submitted",
    "5": "a probe was submitted",
    "6": "a probe was handed on",
    "7": "handed on to another system",
    "8": "a report was handed on",
    "9": "delivered",
    "10": "a report was delivered",
    "26": "a distribution list was expanded",
    "28": "redirected",
    "29": "rerouted",
    "31": "downgraded to plain mail",
    "33": "a report was absorbed",
    "34": "a report was made",
    "43": "a report that could not be routed was discarded",
    "50": "an administrator deleted it from a gateway's queue",
    "51": "an administrator deleted a probe from a gateway's queue",
    "52": "an administrator deleted a report from a gateway's queue",
    "1000": "delivered on its own server",
    "1001": "taken over from another MAPI system",
    "1002": "handed on to another MAPI system",
    "1003": "handed on through a gateway",
    "1004": "taken over from a gateway",
    "1005": "a report was taken over from a gateway",
    "1006": "a report was handed on through a gateway",
    "1007": "a gateway reported that delivery failed",
    "1010": "put into the queue for SMTP",
    "1011": "handed on by SMTP",
    "1012": "received by SMTP",
    "1013": "taken over from SMTP",
    "1014": "rerouted by SMTP",
    "1015": "a report was taken over from SMTP",
    "1016": "a report was handed on by SMTP",
    "1017": "a report was made by SMTP",
    "1018": "a report was absorbed by SMTP",
    "1019": "submitted to the queue",
    "1020": "handing it to the next server began",
    "1021": "set aside as bad mail",
    "1022": "the queue could not take it on",
    "1023": "delivered on this server",
    "1024": "handed to the categorizer, which looks up its recipients",
    "1025": "submitting it began",
    "1026": "the queue could not handle it",
    "1027": "submitted from a mailbox",
    "1028": "delivered to a mailbox on this server",
    "1029": "handed to a gateway",
    "1030": "delivery failed for all recipients",
    "1031": "handed to the next server",
}

_REFERENCE_TOLD = ("TRANSFER", "DSN", "FAIL", "SEND", "DEFER")
"""Events whose reference is told elsewhere: as a copy that was split off, or as a delivery report."""
_OF_A_CLIENT = ("ClientType", "MessageClass", "SubmissionAssistant")
"""What the source-context of a submission says of the program behind it."""


def event_words(event: str) -> str:
    """What an event says happened; an event that is not known stands as it is."""
    return _EVENTS.get(event.upper(), event)


def row_words(row: TrackingRow) -> str:
    """What a row says happened: its event in words; of a split by whom and for whom; of a failure which agent is to
    blame; until when a message was put off; the rule of a rules tracking log.

    Names in it come from the log.
    """
    if row.format == "rulestrk":
        return f"transport rule {row.text('rule_name') or '(no name)'}: {row.text('action') or 'fired'}"
    if row.event == "TRANSFER":
        return _split_words(row)
    words = event_words(row.text("event_id"))
    if row.event == "DELIVER" and row.text("source").upper() == "PUBLICFOLDER":
        return "delivered to a public folder"
    if _agent_that_ended_it(row):
        return f"{words}, by agent {_agent_that_ended_it(row)}"
    until = row.parsed.message_info.time if row.event == "DEFER" and row.parsed.message_info else None
    return f"put off until {until[:19].replace('T', ' ')} UTC" if until else words


def context_words(row: TrackingRow) -> list[str]:
    """What a row tells beside its meaning: why, what the next server answered, what program submitted it, and what
    follows no grammar that is known. Empty where it is a number of a session, or stands in the meaning already.
    """
    named, text, event = row.parsed.source_context, row.text("source_context").strip(), row.event
    told = []
    if reply := named.get("reply"):
        told.append(f"answer: {reply}")
    elif client := [f"{name} {named[name]}" for name in _OF_A_CLIENT if named.get(name)]:
        told.append(", ".join(client))
    elif text and not named and event != "TRANSFER" and not _agent_that_ended_it(row):
        told.append(f"context: {text}")
    if event not in _REFERENCE_TOLD and (references := row.texts("reference")):
        told.append(f"reference: {', '.join(references)}")
    info = row.parsed.message_info
    if info is not None and info.text and info.text.strip():
        told.append(f"{'authentication' if event in ('RECEIVE', 'HARECEIVE') else 'message-info'}: {info.text.strip()}")
    return [*told, *(f"{one.key}: {one.group}" for one in row.parsed.custom_data if one.key.endswith("Reason"))]


def _agent_that_ended_it(row: TrackingRow) -> str:
    is_end = row.event in ("FAIL", "DROP") and row.is_by_agent
    return row.text("source_context").strip() if is_end else ""


def _split_words(row: TrackingRow) -> str:
    """For how many recipients a copy was split off, and by whom: an agent, or a part of Exchange as the Resolver is."""
    count, who = len(row.texts("recipient_address")), row.text("source_context").strip()
    if not count:
        return event_words("TRANSFER")
    went = "recipient went on as a copy of its own" if count == 1 else "recipients went on as a copy of their own"
    by = f"agent {who}" if row.is_by_agent else who
    return f"from here {count:,} {went}" + (f", split off by {by}" if who else "")
