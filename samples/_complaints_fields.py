"""Complaints 14 to 16, of header fields and of the envelope: what vanished, who came into it, what was renamed."""

from dataclasses import replace

from _complaint_servers import (
    LAST,
    PLAIN,
    QUOTED,
    RULES,
    Files,
    Passed,
    Written,
    files_of,
    lean,
    rule_stamp,
    through_hub,
)
from _exchange import Transit, guid, later, quoted_printable
from _hub import snapshots_folder
from _pipeline import Script, Trace
from _servers import CATEGORIZED, END_OF_HEADERS, MBX01, ROUTED

GATEWAY = "Fabrikam Archive Gateway"
_LETTER = "Dear Mr Gu,\n\nthe ticket is closed.\n\nJoni Sherman\n"
_CONTENT = (PLAIN, QUOTED)


def fields_vanish() -> Files:
    """14: fields go at three places: header firewall, a rule that removes one, and content conversion."""
    written = Written(
        "Ticket 4711 is closed",
        (
            *_CONTENT,
            "Keywords: Service, Hall 4",
            "X-Contoso-Ticket: 4711",
            "X-MS-Exchange-Organization-SCL: -1",
            "X-MS-Exchange-Organization-AuthAs: Internal",
        ),
        quoted_printable(_LETTER),
    )

    def firewall(transit: Transit) -> Transit:
        """The connector does not trust the program that sent the mail: what it said of itself is taken away."""
        theirs = ("X-MS-Exchange-Organization-SCL: -1", "X-MS-Exchange-Organization-AuthAs: Internal")
        return transit.changed(
            lambda mail: replace(mail, fields=_without_first(_without_first(mail.fields, theirs[0]), theirs[1]))
        )

    def by_rule(transit: Transit) -> Transit:
        return transit.changed(lambda mail: mail.without("X-Contoso-Ticket").below(rule_stamp("rule: tickets")))

    service = {END_OF_HEADERS: firewall, CATEGORIZED: lambda t: t.changed(lambda mail: mail.without("Keywords"))}
    return files_of(through_hub("14 fields", written, "12:40:55.510", {RULES: by_rule}, service=service))


def recipients_come() -> Files:
    """15: a blind copy that came so, a recipient that a rule adds, and a copy split off for those outside."""
    inside, outside, hidden = "irvin.sayers@contoso.com", "lee.gu@adatum.com", "patti.fernandez@contoso.com"
    written = Written(
        "Drawings, revision C",
        _CONTENT,
        quoted_printable(_LETTER),
        recipients=(inside, outside, hidden),
        to=f"Irvin Sayers <{inside}>, Lee Gu <{outside}>",
    )
    before: list[Transit] = []

    def copied(transit: Transit) -> Transit:
        more = (*transit.recipients, "compliance@contoso.com")
        return replace(transit, recipients=more).changed(lambda mail: mail.below(rule_stamp("rule: compliance")))

    def split(transit: Transit) -> Transit:
        before.append(transit)
        return replace(transit, recipients=tuple(one for one in transit.recipients if one != outside))

    parent = through_hub("15 parent", written, "13:05:17.220", {RULES: copied}, service={CATEGORIZED: split})
    return files_of(parent, _split_off(parent, replace(before[0], recipients=(outside,))))


def _split_off(parent: Passed, transit: Transit) -> Passed:
    """The copy: no Original.eml, and its first snapshot is that of the event at which it was made."""
    server = parent.trace.server
    path = snapshots_folder(f"{server.name}/Hub/PipelineTracing", "15 copy")
    made = later(parent.trace.times[CATEGORIZED, None], 4)
    trace = Trace(path, server, made, record_id=parent.trace.record_id + 1)
    return Passed(trace, trace.run(transit, Script(), {CATEGORIZED: (LAST,)}, (CATEGORIZED,)), parent.sent)


def message_id_altered() -> Files:
    """16: an agent gives the message another Message-ID."""
    server = lean(MBX01, {ROUTED: (GATEWAY,)})
    other = f"Message-ID: <{guid('archive')[:13]}@gateway.contoso.com>"
    letter = Written("Invoice 90211", _CONTENT, quoted_printable(_LETTER))
    acts = {(ROUTED, GATEWAY): lambda t: t.changed(lambda mail: mail.with_field(other))}
    return files_of(through_hub("16 gateway", letter, "14:10:48.930", acts, server))


def _without_first(fields: tuple[str, ...], field: str) -> tuple[str, ...]:
    at = fields.index(field)
    return fields[:at] + fields[at + 1 :]
