"""A size to a set of message tracking logs: several servers, rows as Exchange writes them, the same for one seed.

    python benchmarks/make_logs.py FOLDER --megabytes 1000

Rows are written as they are made, so that any size needs little memory.
"""

import argparse
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

SERVERS = ("MBX01", "MBX02", "MBX03")
ADDRESS = "Dana.Okafor@Contoso.com"
"""Takes part in WANTED messages of a set, written in several letter cases, and in no other."""
WANTED = 20
HEADER = (
    "#Software: Microsoft Exchange Server\r\n#Version: 15.02.1544.004\r\n#Log-type: Message Tracking Log\r\n"
    "#Date: {time}\r\n#Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,"
    "connector-id,source,event-id,internal-message-id,message-id,network-message-id,recipient-address,"
    "recipient-status,total-bytes,recipient-count,related-recipient-address,reference,message-subject,sender-address,"
    "return-path,message-info,directionality,tenant-id,original-client-ip,original-server-ip,custom-data,"
    "transport-traffic-type,log-id,schema-version\r\n"
)
_START = datetime(2024, 5, 13, tzinfo=UTC)
_NAMES = ("anna", "ben", "carla", "diego", "elif", "farid", "grace", "hugo", "ines", "jonas", "kim", "lena", "marco")
_SURNAMES = ("okoye", "schmidt", "silva", "novak", "robbins", "lorenz", "haddad", "jensen", "moreau", "rossi", "tanaka")
_DOMAINS = ("contoso.com", "fabrikam.com", "tailspintoys.com", "wingtiptoys.com", "northwindtraders.com")
_SUBJECTS = ("Quarterly figures", "Re: [Ticket #{n}] printer", '"Lunch, then golf?"', "Rechnung {n}", "AW: Angebot {n}")
_LATENCY = "SRV={server}.contoso.com:TOTAL-FE=0.0{n}|SMR=0.0{n}(SMRPI=0.006(SMRPI-FrontendProxyAgent=0.006))"


@dataclass(frozen=True)
class Made:
    """What was made: `message_id` is that of one message in the middle, `rows` counts the rows of all files."""

    folder: Path
    rows: int
    size: int
    message_id: str
    address: str = ADDRESS


@dataclass
class _Message:
    number: int
    time: datetime
    id: str
    network_id: str
    sender: str
    recipients: str
    subject: str
    size: int


def make(folder: Path, size: int, seed: int = 1) -> Made:
    """Writes about `size` bytes of logs below `folder`, one folder a server and one file an hour."""
    if shutil.disk_usage(folder).free < size + (1 << 30):
        raise OSError(f"{folder} has no room for logs of {size >> 20} MiB and 1 GiB to spare")
    logs = _Logs(folder)
    random_ = random.Random(seed)
    every = max(size // 4200 // WANTED, 1)
    middle, at = "", _START
    while logs.size < size:
        at += timedelta(milliseconds=random_.randrange(1, 500))
        message = _message(random_, logs.messages, at, is_wanted=logs.messages % every == every // 2)
        if logs.size < size // 2:
            middle = message.id
        for server, row in _rows(random_, message):
            logs.write(server, message.time, row)
        logs.messages += 1
    logs.close()
    return Made(folder, logs.rows, logs.size, middle)


class _Logs:
    """The file of each server for the hour that is written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, BinaryIO] = {}
        self._hour = ""
        self.rows = self.size = self.messages = 0

    def write(self, server: str, time: datetime, row: str) -> None:
        hour = time.strftime("%Y%m%d%H")
        if hour != self._hour:
            self.close()
            self._hour = hour
        if server not in self._open:
            place = self._folder / server / "MessageTracking"
            place.mkdir(parents=True, exist_ok=True)
            self._open[server] = (place / f"MSGTRK{hour}-1.LOG").open("wb")
            self.size += self._open[server].write(b"\xef\xbb\xbf" + HEADER.format(time=_stamp(time)).encode())
        self.size += self._open[server].write(row.encode())
        self.rows += 1

    def close(self) -> None:
        for stream in self._open.values():
            stream.close()
        self._open.clear()


def _message(random_: random.Random, number: int, time: datetime, *, is_wanted: bool) -> _Message:
    sender = _address(random_, random_.choice(_DOMAINS))
    recipients = [_address(random_, _DOMAINS[0]) for _ in range(random_.choice((1, 1, 1, 2, 2, 6)))]
    if is_wanted:
        written = random_.choice((ADDRESS, ADDRESS.lower(), ADDRESS.upper()))
        if random_.random() < 0.5:
            sender = written
        else:
            recipients[0] = written
    return _Message(
        number=number,
        time=time,
        id=f"<{_hex(random_, 32)}@{random_.choice(SERVERS)}.contoso.com>",
        network_id=f"{_hex(random_, 8)}-{_hex(random_, 4)}-4205-72d0-{_hex(random_, 12)}",
        sender=sender,
        recipients=";".join(recipients),
        subject=random_.choice(_SUBJECTS).format(n=random_.randrange(100_000)),
        size=random_.randrange(3_000, 900_000),
    )


def _rows(random_: random.Random, message: _Message) -> Iterator[tuple[str, str]]:
    """The way of a message over two servers, each row with the server that logs it."""
    first, second = random_.sample(SERVERS, 2)
    session = f"08DC{_hex(random_, 12).upper()};{_stamp(message.time)};1"
    latency = _LATENCY.format(server=first, n=random_.randrange(99))
    queued = (
        f'"{second}.contoso.com=250 2.6.0 {message.id} [InternalId={message.number}, Hostname={second}] Queued mail"'
    )
    agents = f"S:AMA=SUM|v=0|action=|error=|atch=0;S:CompCost=|ETR={random_.randrange(40)};S:DeliveryPriority=Normal"
    count = message.recipients.count(";") + 1
    accepted = ";".join(["250 2.1.5 Recipient OK"] * count)
    plain = "S:DeliveryPriority=Normal;S:AccountForest=contoso.com"
    for server, context, connector, source, event, status, info, data in (
        (first, queued, "", "SMTP", "HAREDIRECT", "", "", plain),
        (first, session, f"{first}\\Default {first}", "SMTP", "RECEIVE", "", latency, plain),
        (first, "CatContentConversion", "", "AGENT", "AGENTINFO", "", "", agents),
        (first, session, "Intra-Organization SMTP Send Connector", "SMTP", "SEND", accepted, latency, plain),
        (second, session, f"{second}\\Default {second}", "SMTP", "RECEIVE", "", latency, plain),
        (second, "", "", "STOREDRIVER", "DELIVER", "", latency, plain),
    ):
        row = (
            f"{_stamp(message.time)},10.20.0.11,{first},10.20.0.12,{server},{context},{connector},{source},{event},"
            f"{message.number},{message.id},{message.network_id},{message.recipients},{status},{message.size},{count},,,"
            f"{message.subject},{message.sender},{message.sender},{info},Originating,,10.20.4.31,10.20.0.12,{data},"
            f"Email,{_hex(random_, 8)}-74e0-{_hex(random_, 12)},15.02.1544.004\r\n"
        )
        yield server, row
        message.time += timedelta(milliseconds=7)


def _address(random_: random.Random, domain: str) -> str:
    return f"{random_.choice(_NAMES)}.{random_.choice(_SURNAMES)}{random_.randrange(90)}@{domain}"


def _hex(random_: random.Random, digits: int) -> str:
    return f"{random_.getrandbits(4 * digits):0{digits}x}"


def _stamp(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z"


def main() -> None:
    """Reads the arguments and says what was made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="an empty or new folder")
    parser.add_argument("--megabytes", type=int, default=1000, help="size of all logs together (default 1000)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    if any(given.folder.iterdir()):
        parser.error(f"{given.folder} is not empty")
    made = make(given.folder, given.megabytes * 1_000_000, given.seed)
    print(f"{made.rows:,} rows, {made.size / 1e6:.0f} MB; a message id: {made.message_id}; an address: {made.address}")


if __name__ == "__main__":
    main()
