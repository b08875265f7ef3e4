"""A Parquet dataset holds every row once, in the folder of its server and day, as DuckDB and Spark read it."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from rowmaker import row

from snapdiff.model import TrackingRow
from snapdiff.report import track_parquet
from snapdiff.report.track_parquet import LISTS, NUMBERS, TEXTS, Place, Written, schema, write_dataset

pytest.importorskip("pyarrow")
duckdb = pytest.importorskip("duckdb")

Rows = list[tuple[str, TrackingRow]]


def rows_of(folder: Path, query: str) -> list[tuple[Any, ...]]:
    files = (folder / "**" / "*.parquet").as_posix()
    found = duckdb.connect().execute(query.replace("ROWS", f"read_parquet('{files}', hive_partitioning = true)"))
    return list(found.fetchall())


def files_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
    }


def many() -> Iterator[tuple[str, TrackingRow]]:
    for at in range(600):
        time = f"{at // 60 % 24:02}:{at % 60:02}:00"
        yield f"mbx0{at % 3}", row("RECEIVE", time, message_id=f"<{at}@x>", recipient_address=[f"{at}@x", "b@y"])


def test_every_row_is_there_once_whatever_is_held_and_open(tmp_path: Path) -> None:
    files = []
    for held, opened in ((1, 1), (5_000, 2), (1 << 30, 32)):
        folder = tmp_path / str(held)
        with patch.multiple(track_parquet, _HELD=held, _ROW_GROUP=held // 2 + 1, _OPEN_AT_ONCE=opened):
            assert write_dataset(many(), folder).rows == 600
        (counts,) = rows_of(folder, "SELECT count(*), count(DISTINCT message_id), count(DISTINCT server) FROM ROWS")
        assert counts == (600, 600, 3)
        with patch.multiple(track_parquet, _HELD=held, _ROW_GROUP=held // 2 + 1, _OPEN_AT_ONCE=opened):
            write_dataset(many(), tmp_path / f"{held} again")
        assert files_of(folder) == files_of(tmp_path / f"{held} again")
        files.append(len(files_of(folder)))
    assert files[0] > files[-1] == 3


def test_columns_have_their_types(tmp_path: Path) -> None:
    full = row(
        "DELIVER",
        total_bytes="1360",
        recipient_count="2",
        recipient_address=["a@x", "b;c@y"],
        connector_id="",
        x_new="something",
    )
    write_dataset([("mbx01", full)], tmp_path)
    ((time, size, recipients, connector, other, server, day),) = rows_of(
        tmp_path, "SELECT time, total_bytes, recipient_address, connector_id, other, server, day FROM ROWS"
    )
    assert time == datetime(2024, 5, 14, 8, tzinfo=UTC)
    assert (size, recipients, connector) == (1360, ["a@x", "b;c@y"], None)
    assert (other, server, str(day)) == ({"x_new": "something"}, "mbx01", "2024-05-14")


@pytest.mark.parametrize(
    ("fields", "time", "column", "value", "other"),
    [
        ({"total_bytes": "many"}, None, "total_bytes", None, {"total_bytes": "many"}),
        ({"total_bytes": str(2**63)}, None, "total_bytes", None, {"total_bytes": str(2**63)}),
        ({"total_bytes": str(2**63 - 1)}, None, "total_bytes", 2**63 - 1, {}),
        ({"total_bytes": "-1"}, None, "total_bytes", None, {"total_bytes": "-1"}),
        ({}, "yesterday", "time", None, {"time": "yesterday"}),
        ({}, "0001-01-01T00:00:00+09:00", "time", None, {"time": "0001-01-01T00:00:00+09:00"}),
        ({"sender": "a@x", "sender_address": ""}, None, "sender_address", "a@x", {}),
        ({"sender": "a@x", "sender_address": "b@x"}, None, "sender_address", "b@x", {"sender": "a@x"}),
        ({"message_subject": "half \ud83d"}, None, "message_subject", "half \\ud83d", {}),
        ({"reference": ["\udc00"]}, None, "reference", ["\\udc00"], {}),
        ({"column_31": "\0"}, None, "source", "SMTP", {"column_31": "\0"}),
    ],
)
def test_nothing_of_an_odd_row_is_lost(
    tmp_path: Path, fields: dict[str, Any], time: str | None, column: str, value: object, other: dict[str, str]
) -> None:
    plain = row("RECEIVE", **fields)
    odd = TrackingRow(plain.file, 1, "msgtrk", time or plain.time, plain.fields)
    write_dataset([("mbx01", odd)], tmp_path)
    assert rows_of(tmp_path, f"SELECT {column}, other FROM ROWS") == [(value, other)]  # noqa: S608


@pytest.mark.parametrize(
    ("server", "name"),
    [
        ("mbx01", "server=mbx01"),
        ("MBX01", "server=mbx01"),
        ("", "server=__HIVE_DEFAULT_PARTITION__"),
        ("../../etc/x", "server=..%2F..%2Fetc%2Fx"),
        ("a=b c:\\", "server=a%3Db%20c%3A%5C"),
        ("mbx.", "server=mbx%2E"),
        ("größe", "server=gr%C3%B6%C3%9Fe"),
    ],
)
def test_a_server_names_a_folder_on_every_system(tmp_path: Path, server: str, name: str) -> None:
    write_dataset([(server, row("RECEIVE"))], tmp_path / "x" / "y")
    assert [path.relative_to(tmp_path / "x" / "y").parts[0] for path in tmp_path.rglob("*.parquet")] == [name]


def test_a_name_without_end_becomes_a_short_one() -> None:
    folders = {Place("x" * length, "").folder() for length in (200, 201)}
    assert len(folders) == 2
    assert all(len(folder) < 150 for folder in folders)


def test_without_rows_the_columns_are_there(tmp_path: Path) -> None:
    assert write_dataset([], tmp_path) == Written(0, 1)
    assert rows_of(tmp_path, "SELECT count(*), count(message_subject) FROM ROWS") == [(0, 0)]


def test_the_documentation_names_every_column_in_its_order() -> None:
    page = (Path(__file__).parents[2] / "docs" / "parquet.md").read_text(encoding="utf-8")
    documented = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert documented == [*schema().names, "server", "day"]
    assert set(documented) >= {*TEXTS, *LISTS, *NUMBERS}


def test_spark_reads_it(tmp_path: Path) -> None:
    session = pytest.importorskip("pyspark.sql").SparkSession
    write_dataset(many(), tmp_path / "rows")
    try:
        spark = session.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    except Exception as failed:
        pytest.skip(f"Spark does not start here: {type(failed).__name__}")
    try:
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        frame = spark.read.parquet(str(tmp_path / "rows"))
        assert frame.count() == 600
        (found,) = frame.where("server = 'mbx01' AND array_contains(recipient_address, '1@x')").collect()
        assert (found.message_id, str(found.day), found.other) == ("<1@x>", "2024-05-14", {})
    finally:
        spark.stop()
