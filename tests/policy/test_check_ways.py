"""One message over several traces: copies that were split off, several services, several servers."""

from dataclasses import replace
from pathlib import Path

from checking import EVENT, TODAY, mail, outcomes, policy
from stepmaker import File, routing
from tracemaker import guid

from snapdiff.commands.check import checked
from snapdiff.model.check import CheckReport

FINE = mail("X-Note: v3")
ONCE = "agents: {A: {must: [header.added: {name: X-Note, times: 1}]}}"
HUB, DELIVERY = "Hub/PipelineTracing/MessageSnapshots", "Mailbox/PipelineTracing/Delivery/MessageSnapshots"


def over(folder: Path, text: str, **places: list[File]) -> CheckReport:
    """The result for traces at `SERVER_SERVICE`; all are of one message."""
    for number, (place, files) in enumerate(places.items()):
        server, _, service = place.partition("_")
        at = folder / server / (DELIVERY if service.startswith("delivery") else HUB) / guid(number)
        at.mkdir(parents=True)
        for file in files:
            (at / file.name).write_bytes(file.raw())
    return checked([folder], policy(text), TODAY, 1)


def came(message: bytes, at: int, *after: tuple[str, bytes], event: str = EVENT) -> list[File]:
    """A trace that begins with an Original, so that it is no copy, then agents."""
    files = [File("Original.eml", mail=message, at=at), routing(1, event, message, at=at + 1)]
    files += [routing(n, f"{event},{agent}", made, at=at + n) for n, (agent, made) in enumerate(after, 2)]
    return files


def test_two_servers_count_as_one_message(tmp_path: Path) -> None:
    report = over(tmp_path, ONCE, E1_hub=came(mail(), 0, ("A", FINE)), M1_hub=came(FINE, 5000, ("A", FINE)))
    assert [len(one.traces) for one in report.messages] == [2]
    assert outcomes(report)["A/header.added"] == "passed"
    assert report.exit_code == 0


def test_copies_for_other_recipients_are_no_stretch_of_one_way(tmp_path: Path) -> None:
    one = came(mail(), 0, ("A", FINE))
    other = [replace(file, to=("other@fabrikam.test",)) for file in came(mail(), 5000, ("A", FINE))]
    report = over(tmp_path, ONCE, M1_hub=one, M2_hub=other)
    assert [len(one.traces) for one in report.messages] == [2]
    assert report.exit_code == 0


def test_what_the_second_server_does_counts_too(tmp_path: Path) -> None:
    report = over(tmp_path, ONCE, E1_hub=came(mail(), 0, ("A", mail())), M1_hub=came(mail(), 5000, ("A", FINE)))
    assert report.exit_code == 0


def test_done_on_both_servers_is_twice(tmp_path: Path) -> None:
    twice = mail("X-Note: v3", "X-Note: v3")
    report = over(tmp_path, ONCE, E1_hub=came(mail(), 0, ("A", FINE)), M1_hub=came(FINE, 5000, ("A", twice)))
    assert report.exit_code == 1
    assert "twice" in report.messages[0].verdicts[0].failures[0].sentence


def test_a_service_in_which_an_agent_does_not_run_says_nothing(tmp_path: Path) -> None:
    delivery = came(FINE, 5000, ("Mailbox Rules Agent", FINE), event="OnDeliveredMessage")
    report = over(tmp_path, ONCE, M1_hub=came(mail(), 0, ("A", FINE)), M1_delivery=delivery)
    assert report.exit_code == 0


def test_a_selection_means_the_whole_message(tmp_path: Path) -> None:
    renamed = FINE.replace(b"Rollout probe 1", b"[X] Rollout probe 1")
    text = """
        messages: {subject: "Rollout*"}
        agents:
          A: {must: [header.added: {name: X-Note}], may: [header.changed]}
          B: {must: [header.removed: {messages: {subject: "Rollout*"}}]}
    """
    report = over(
        tmp_path, text, M1_hub=came(mail(), 0, ("A", renamed)), M2_hub=came(renamed, 5000, ("B", renamed[23:]))
    )
    assert [len(one.traces) for one in report.messages] == [2]
    assert outcomes(report)["B/header.removed"] == "passed", report


def test_a_copy_has_what_was_done_before_it_was_split_off(tmp_path: Path) -> None:
    parent = [
        *came(mail(), 0, ("A", FINE)),
        routing(3, f"{EVENT},B", FINE, at=10),
        routing(4, "OnCategorizedMessage", FINE, at=30),
    ]
    copy = [routing(1, EVENT, FINE, at=20), routing(2, f"{EVENT},B", FINE, at=25)]
    report = over(tmp_path, ONCE, M1_hub=parent, M1_copy=copy)
    assert [len(one.traces) for one in report.messages] == [2]
    assert outcomes(report)["A/header.added"] == "passed", report


def test_a_copy_that_went_without_fails(tmp_path: Path) -> None:
    parent = [*came(mail(), 0, ("B", mail())), routing(3, f"{EVENT},A", FINE, at=30)]
    copy = [routing(1, EVENT, mail(), at=20), routing(2, f"{EVENT},A", mail(), at=25)]
    report = over(tmp_path, ONCE, M1_hub=parent, M1_copy=copy)
    assert [len(one.traces) for one in report.messages] == [2]
    assert outcomes(report)["A/header.added"] == "failed", report
    assert report.messages[0].verdicts[0].failures[0].trace.endswith(guid(1))


def test_a_copy_that_the_agent_never_saw_is_not_exercised(tmp_path: Path) -> None:
    parent = [*came(mail(), 0, ("B", mail())), routing(3, f"{EVENT},A", FINE, at=30)]
    copy = [routing(1, EVENT, mail(), at=20), routing(2, f"{EVENT},B", mail(), at=25)]
    report = over(tmp_path, ONCE, M1_hub=parent, M1_copy=copy)
    assert outcomes(report)["A/header.added"] == "not-exercised", report
    assert report.exit_code == 2
