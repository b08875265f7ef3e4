"""Why no snapshots appear: what is wrong with a server's set-up for pipeline tracing."""

from collections.abc import Iterable, Iterator

from snapdiff.findings.register import Found, of_setup
from snapdiff.model.setup import FolderRights, ServiceSettings, SetUp

_SERVICE_WORDS = {
    "transport": "the Transport service",
    "mailbox-delivery": "the Mailbox Transport Delivery service",
    "front-end": "the Front End Transport service",
}


@of_setup
def not_enabled(setup: SetUp) -> Iterator[Found]:
    """SD801: tracing is off. With another service that is on, SD813 says it."""
    if not any(one.enabled for one in _traceable(setup)):
        for one in _traceable(setup):
            if one.enabled is False:
                yield Found("SD801", _words(one))


@of_setup
def wrong_sender(setup: SetUp) -> Iterator[Found]:
    """SD802, SD803, SD804: the sender that is set is none, or not the one that is meant."""
    for one in _meant(setup):
        if one.sender is None:
            continue
        wanted = setup.sender
        if one.sender == "":
            yield Found("SD802", {**_words(one), "sender": wanted or '"the address"'})
        elif wanted is not None and wanted != one.sender:
            evidence = {**_words(one), "set": one.sender, "sender": wanted}
            if wanted.casefold() == one.sender.casefold():
                yield Found("SD803", evidence)
            else:
                yield Found("SD804", evidence)


@of_setup
def path_not_local(setup: SetUp) -> Iterator[Found]:
    """SD805: a share, or no path at all."""
    for one in _meant(setup):
        if one.path is not None and (one.path == "" or one.path.startswith(("\\\\", "//"))):
            yield Found("SD805", {**_words(one), "path": one.path or "no folder"})


@of_setup
def rights(setup: SetUp) -> Iterator[Found]:
    """SD806, SD807: Network Service may not write, or it can't be told."""
    for right in setup.rights:
        if right.service_writes is False:
            yield Found("SD806", {"path": right.path, "file": right.file})
    for one in _meant(setup):
        if one.path and ":\\" in one.path and "\\transportroles\\logs\\" not in one.path.lower():
            known = _rights_of(one.path, setup.rights)
            if known is None or known.service_writes is None:
                yield Found("SD807", {**_words(one), "path": one.path})


@of_setup
def switched_off(setup: SetUp) -> Iterator[Found]:
    """SD808: agents.config switches snapshots off."""
    for switch in setup.switches:
        if not switch.enabled:
            yield Found("SD808", {"file": switch.file})


@of_setup
def front_end_alone(setup: SetUp) -> Iterator[Found]:
    """SD809: the settings given are of the one service that has no tracing."""
    if setup.services and not _traceable(setup):
        yield Found("SD809", {"servers": _list(one.server for one in setup.services)})


@of_setup
def no_snapshots(setup: SetUp) -> Iterator[Found]:
    """SD810: a folder without snapshots, where no other folder given has them."""
    if not any(one.snapshots for one in setup.folders):
        for one in setup.folders:
            yield Found("SD810", {"file": one.file})


@of_setup
def disabled_agents(setup: SetUp) -> Iterator[Found]:
    """SD811: agents that do not run."""
    off = [one.name for one in setup.agents if not one.enabled]
    if off:
        yield Found("SD811", {"agents": _list(off)})


@of_setup
def still_on(setup: SetUp) -> Iterator[Found]:
    """SD812: tracing is on, and whole mails are written."""
    for one in _traceable(setup):
        if one.enabled:
            evidence = {**_words(one), "set": one.sender or "the sender set", "path": one.path or "its folder"}
            yield Found("SD812", evidence)


@of_setup
def some_not_traced(setup: SetUp) -> Iterator[Found]:
    """SD813: some of the services given are traced, and others are not."""
    on = [one for one in _traceable(setup) if one.enabled]
    off = [one for one in _traceable(setup) if one.enabled is False]
    if on and off:
        yield Found("SD813", {"services": _list(map(_named, on)), "others": _list(map(_named, off))})


def _traceable(setup: SetUp) -> list[ServiceSettings]:
    return [one for one in setup.services if one.kind != "front-end"]


def _meant(setup: SetUp) -> list[ServiceSettings]:
    """The services that are to trace: those switched on, or all that could be where none is."""
    return [one for one in _traceable(setup) if one.enabled] or _traceable(setup)


def _words(one: ServiceSettings) -> dict[str, str]:
    return {
        "service": _SERVICE_WORDS[one.kind],
        "server": one.server or "SERVER",
        "cmdlet": f"Set-{one.cmdlet}",
        "line": f"{one.file}:{one.line}",
    }


def _named(one: ServiceSettings) -> str:
    return f"{_SERVICE_WORDS[one.kind]} on {one.server or 'SERVER'}"


def _rights_of(path: str, known: list[FolderRights]) -> FolderRights | None:
    """The rights of a folder, or of the nearest one above it that was given."""
    plain = path.rstrip("\\").lower()
    fitting = [one for one in known if f"{plain}\\".startswith(one.path.rstrip("\\").lower() + "\\")]
    return max(fitting, key=lambda one: len(one.path), default=None)


def _list(names: Iterable[str | None]) -> str:
    return ", ".join(dict.fromkeys(name for name in names if name))
