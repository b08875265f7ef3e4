"""Which trace a copy was split from: by a TRANSFER row of the logs, by Message-Id and times, or not known."""

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace
from program import called
from rowmaker import row

from snapdiff.forks import Fork, forks, split, transfers
from snapdiff.joining import Joining
from snapdiff.journey import TraceKey, journeys
from snapdiff.model import LogValue, Snapshot, Trace, TrackingRow

ROOT = Path(__file__).parents[1]
PARENT = TraceKey(
    path="s/parent",
    server="MBX01",
    service="transport",
    message_id="<1@x.test>",
    network_message_id="n1",
    subject=None,
    from_time="2024-05-14T08:00:00.000Z",
    to_time="2024-05-14T08:00:05.000Z",
    has_original=True,
    first_event_agent=None,
    first_stage="Original",
    record_ids=("10",),
)
COPY = replace(
    PARENT,
    path="s/copy",
    from_time="2024-05-14T08:00:04.000Z",
    has_original=False,
    first_stage="Routing",
    record_ids=("11",),
)
OTHER = replace(PARENT, path="s/other", record_ids=("20",))


def transfer(own: str = "11", reference: str = "10", at: str = "08:00:03", **fields: LogValue) -> TrackingRow:
    told: dict[str, LogValue] = {
        "client_hostname": "MBX01.x.test",
        "internal_message_id": own,
        "reference": [reference],
        "source": "AGENT",
        "source_context": "Rule Agent",
    }
    return row("TRANSFER", at, **(told | fields))


PROVED = "proved"
GUESSED = "guessed"


@pytest.mark.parametrize(
    ("keys", "rows", "parent", "how"),
    [
        ([PARENT, COPY], [], "s/parent", GUESSED),
        ([PARENT, COPY], [transfer()], "s/parent", PROVED),
        # Two traces fit by times, and the log knows which one it was.
        ([PARENT, OTHER, COPY], [], None, None),
        ([PARENT, OTHER, COPY], [transfer()], "s/parent", PROVED),
        ([PARENT, OTHER, COPY], [transfer(reference="20")], "s/other", PROVED),
        # The log names a message that has no trace here: the guess was wrong.
        ([PARENT, COPY], [transfer(reference="99")], None, None),
        # It names no message of a parent whose own number is not known.
        ([replace(PARENT, record_ids=()), COPY], [transfer()], "s/parent", GUESSED),
        # Times alone would not have found it, the log does.
        (
            [replace(PARENT, to_time=None), replace(COPY, from_time="2024-05-14T09:00:00Z")],
            [transfer()],
            "s/parent",
            PROVED,
        ),
        ([PARENT, replace(COPY, network_message_id="n2")], [transfer(network_message_id="n2")], "s/parent", PROVED),
        # Numbers are a server's own, and are used again.
        ([PARENT, COPY], [transfer(client_hostname="MBX02")], "s/parent", GUESSED),
        ([PARENT, COPY], [transfer(message_id="<2@x.test>")], "s/parent", GUESSED),
        # Rows that contradict each other prove nothing.
        ([PARENT, OTHER, COPY], [transfer(), transfer(reference="20")], None, None),
        ([PARENT, COPY], [transfer(), transfer()], "s/parent", PROVED),
        # A server that is not known needs the Message-Id.
        ([replace(PARENT, server=None), replace(COPY, server=None)], [transfer()], "s/parent", PROVED),
        ([replace(PARENT, server=None), replace(COPY, server=None)], [transfer(message_id="")], "s/parent", GUESSED),
        # Not a fork: it has the message as it came in.
        ([PARENT, replace(COPY, has_original=True, first_stage="Original")], [transfer()], None, None),
        # Two copies of one folder: the one beside it.
        ([PARENT, replace(PARENT, path="t/parent"), COPY], [transfer()], "s/parent", PROVED),
    ],
)
def test_the_parent_of_a_copy(
    keys: list[TraceKey], rows: list[TrackingRow], parent: str | None, how: str | None
) -> None:
    for order in (keys, keys[::-1]):
        found = forks(order, transfers(rows, order))
        assert {path: fork.parent for path, fork in found.items()} == ({"s/copy": parent} if parent else {})
        assert [fork.row is not None for fork in found.values()] == ([how == PROVED] if parent else [])


def test_only_rows_about_these_messages_are_kept() -> None:
    copy_of_the_copy = transfer("12", "11", "08:00:04")
    rows = [
        transfer("31", "30"),
        transfer(),
        copy_of_the_copy,
        row("RECEIVE", internal_message_id="10"),
        transfer("12", "12"),
    ]
    kept = transfers(rows, [PARENT])
    assert [(one.text("internal_message_id"), one.text("reference")) for one in kept] == [
        ("11", "10"),
        ("12", "12"),
        ("12", "11"),
    ]
    assert transfers(rows, []) == []


def snapshot(file: str, second: float, agent: str | None, **fields: object) -> Snapshot:
    stage = "Original" if file.startswith("O") else "Routing"
    return replace(
        Snapshot(
            file=f"{file}.eml",
            stage="Original" if stage == "Original" else "Routing",
            sequence=int(file[-4:]) if stage == "Routing" else None,
            event=None if stage == "Original" else "OnResolvedMessage",
            agent=agent,
            time=f"2024-05-14T08:00:{second:06.3f}Z",
            record_id="10",
            protocol_id=None,
            status=None,
            sender=None,
            recipients=[],
            headers_only=False,
            size=1,
            message_offset=0,
            sha256=file,
        ),
        **fields,
    )


WAY = [
    snapshot("Original", 0, None),
    snapshot("Routing0001", 1, None),
    snapshot("Routing0002", 2, "Other Agent"),
    snapshot("Routing0003", 3, "Rule Agent"),
    snapshot("Routing0004", 4, None),
]
DEFERRED = [*WAY[:2], replace(WAY[2], status="Deferred"), *WAY[3:]]
FIRST = snapshot("Routing0001", 5, None, sha256="copy")


def way(*snapshots: Snapshot) -> Trace:
    return Trace("g", "s/parent", None, None, None, None, None, None, None, [], list(snapshots), [], [], [])


@pytest.mark.parametrize(
    ("snapshots", "first", "told", "left_at", "agent", "certain"),
    [
        (WAY, FIRST, transfer(at="08:00:02"), "Routing0002", "Rule Agent", True),
        (WAY, FIRST, transfer(at="08:00:03", source_context="rule agent "), "Routing0002", "Rule Agent", True),
        (WAY, FIRST, transfer(at="08:00:04", source="ROUTING", source_context="Resolver"), "Routing0003", None, True),
        (WAY, FIRST, transfer(at="08:00:01", source="ROUTING", source_context=""), "Original", None, True),
        # The agent named is not the one that ran then.
        (WAY, FIRST, transfer(at="08:00:01"), "Routing0004", None, False),
        (WAY, FIRST, transfer(at="08:00:04"), "Routing0004", None, False),
        (WAY, FIRST, transfer(at="08:00:02", source_context="Nobody"), "Routing0004", None, False),
        # A number is missing: another agent may have run.
        ([*WAY[:2], *WAY[3:]], FIRST, transfer(at="08:00:02"), "Routing0004", None, False),
        (WAY, replace(FIRST, sequence=2), transfer(at="08:00:02"), "Routing0004", None, False),
        # What was deleted there holds no message to compare with.
        (
            [*WAY[:2], replace(WAY[2], status="Deferred"), *WAY[3:]],
            FIRST,
            transfer(at="08:00:02"),
            "Routing0004",
            None,
            False,
        ),
        # By Message-Id and times alone: the last one before, best one of the same message.
        (WAY, FIRST, None, "Routing0004", None, False),
        (WAY, replace(FIRST, sha256="Routing0002"), None, "Routing0002", None, False),
    ],
)
def test_where_a_copy_left_and_who_split_it(
    snapshots: list[Snapshot], first: Snapshot, told: TrackingRow | None, left_at: str, agent: str | None, certain: bool
) -> None:
    found = split(way(*snapshots), first, Fork("s/parent", told))
    assert found is not None
    assert (found.left_at.file, found.agent, found.certain) == (f"{left_at}.eml", agent, certain)
    assert (f"TRANSFER row of {told.time}" if told else "Message-Id and times alone") in found.reason


def test_what_a_log_names_but_no_part_of_exchange_is_not_repeated() -> None:
    for named, said in (("Resolver", "Exchange itself (Resolver) split"), ("bob@x.test", "Exchange itself split")):
        told = transfer(at="08:00:04", source="ROUTING", source_context=named)
        found = split(way(*WAY), FIRST, Fork("s/parent", told))
        assert found is not None
        assert said in found.reason


def test_a_parent_that_was_not_there_yet_is_none() -> None:
    assert split(way(WAY[4]), snapshot("Routing0001", 1, None), Fork("s/parent")) is None


def test_copies_with_an_id_of_their_own_are_one_journey() -> None:
    copy = replace(COPY, network_message_id="n2")
    keys = [PARENT, copy]
    assert len(journeys(keys)) == 2
    rows = transfers([transfer(network_message_id="n2")], keys)
    found = forks(keys, rows)
    (journey,) = journeys(keys, {path: fork.parent for path, fork in found.items()})
    assert journey.traces == ["s/parent", "s/copy"]
    assert journey.joined_by == ["TRANSFER reference (logs)"]


def test_rows_of_a_copy_that_has_no_trace_stand_with_its_parent() -> None:
    told = [transfer(network_message_id="n2"), transfer("12", "11", "08:00:04", network_message_id="n3")]
    known = transfers([*told, transfer("31", "30", network_message_id="n9")], [PARENT])
    belongs = [
        *told,
        row("SEND", "08:00:05", client_hostname="MBX01", internal_message_id="11", network_message_id=""),
        row("RECEIVE", "08:00:06", server_hostname="MBX02", internal_message_id="5", network_message_id="N3"),
    ]
    foreign = [
        row("SEND", client_hostname="MBX02", internal_message_id="11", network_message_id="", message_id="<9@x.test>"),
        row("RECEIVE", internal_message_id="5", network_message_id="n9"),
        transfer("31", "30", network_message_id="n9"),
    ]
    joining = Joining(journeys([PARENT]), [PARENT], known)
    for one in [*foreign, *belongs[::-1]]:
        joining.add(one)
    (journey,) = joining.journeys()
    assert journey.events == belongs
    assert "TRANSFER reference (logs)" in journey.joined_by


def test_the_samples_fork_is_proved_by_the_log_and_named(tmp_path: Path) -> None:
    told = called("samples", "--format", "json", "--subject", "hall 4").json()
    copy = next(trace for trace in told["traces"] if trace["parent"])
    step = copy["steps"][0]
    assert copy["parent"]["file"] == step["compared_with"] == "Routing0008.eml"
    assert (step["from"], step["agent"], step["certain"]) == (None, "Transport Rule Agent", True)
    assert "TRANSFER row of 2024-05-14T12:10:37.274Z" in step["reason"]
    assert "MBX02" not in step["reason"]
    assert {change["name"] for change in step["changes"]} >= {"Subject", "irvin.sayers@contoso.com"}
    assert "TRANSFER reference (logs)" in told["journeys"][0]["joined_by"]

    # The rule that fired for the copy stands at the step of the agent that split it off.
    assert [note["rule_id"] for note in step["logged"] if note["what"] == "rule"] == [
        "9300a520-6d07-4b86-9c45-a1c5a49d37de"
    ]

    alone = called("samples/traces", "--format", "json", "--subject", "hall 4").json()
    step = next(trace for trace in alone["traces"] if trace["parent"])["steps"][0]
    assert (step["agent"], step["certain"]) == (None, False)

    shutil.copytree(ROOT / "samples" / "traces" / "MBX02", tmp_path / "MBX02")
    log = (ROOT / "samples/logs/MBX02/MessageTracking/MSGTRK2024051412-1.LOG").read_text(encoding="utf-8")
    (tmp_path / "MSGTRK2024051412-1.LOG").write_text(
        log.replace(",17686675325842,[", ",17,["), encoding="utf-8", newline=""
    )
    other = called(tmp_path, "--format", "json", "--subject", "hall 4").json()
    assert not any(trace["parent"] for trace in other["traces"])
    for form in ("text", "markdown"):
        shown = " ".join(called("samples", "--format", form, "--subject", "hall 4").out.decode().split())
        assert "split this copy off" in shown
