"""The fast ways through a log give what reading every line gives, or leave it to that."""

import io
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.read import log_sweep
from snapdiff.read.log_lines import Lines
from snapdiff.read.log_needles import Needles
from snapdiff.read.log_sweep import Sweep, Swept

ROW = st.sampled_from(
    [
        b"2024-05-14T00:00:00.000Z,needle,b",
        b"2024-05-14T00:00:00.000Z,other,\xe9#",
        b"2024-05-15T00:00:00.000Z,NEEDLE",
        b"2024-05-13T",
    ]
)
HEADER = st.sampled_from([b"#Fields: a,b", b"\xef\xbb\xbf#Software: x", b"\0#Needle"])
ODD = st.sampled_from(
    [b"", b"\0", b"needle", b" 2024-05-14T,needle", b"\xef\xbb\xbf2024-05-14T,x", b"2024-05-1", b"9" * 70]
)
END = st.sampled_from([b"\n", b"\r\n"])
needles = Needles(["needle"])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sweep") / "swept.log"


def swept(path: Path, log: bytes, buffer: int, *, is_quoted: bool = True) -> Swept | None:
    path.write_bytes(b"before\n" + log + b"behind\n")
    with patch.object(log_sweep, "BUFFER", buffer), path.open("rb", buffering=0) as file:
        file.seek(len(b"before\n"))
        return Sweep(needles).rows(file, len(log), is_quoted=is_quoted)


def read(log: bytes, *, is_quoted: bool = True) -> Swept:
    """What reading every line gives."""
    lines = Lines(io.BytesIO(log), "log", lambda problem: None, is_quoted=is_quoted)
    found = [line for line in lines if line.is_header or "needle" in line.text.lower()]
    return Swept(found, lines.rows, lines.ended)


def told(one: Swept) -> tuple[list[tuple[int, str, bool]], int, int]:
    return [(line.number, line.text, line.is_ended) for line in one.lines], one.rows, one.ended


@st.composite
def plain_logs(draw: st.DrawFn) -> bytes:
    lines = [*draw(st.lists(HEADER, max_size=3)), *draw(st.lists(ROW, min_size=1))]
    log = b"".join(line + draw(END) for line in lines)
    return log if draw(st.booleans()) else log.removesuffix(b"\n").removesuffix(b"\r")


@given(plain_logs(), st.integers(50, 400))
def test_a_plain_log_is_swept_wherever_the_buffer_ends(path: Path, log: bytes, buffer: int) -> None:
    found = swept(path, log, buffer)
    assert found is not None
    assert told(found) == told(read(log))


@given(st.lists(st.tuples(st.one_of(ROW, HEADER, ODD), END)), st.integers(20, 400), st.booleans(), st.booleans())
def test_what_is_odd_is_swept_rightly_or_left(
    path: Path, lines: list[tuple[bytes, bytes]], buffer: int, is_ended: bool, is_quoted: bool
) -> None:
    log = b"".join(line + end for line, end in lines)
    if not is_ended:
        log = log.removesuffix(b"\n")
    found = swept(path, log, buffer, is_quoted=is_quoted)
    if found is not None and log:
        assert told(found) == told(read(log, is_quoted=is_quoted))


@pytest.mark.parametrize(
    "log",
    [
        b"2024-05-14T,a\n\n2024-05-14T,b\n",
        b"2024-05-14T,a\n#Fields: a\n2024-05-14T,b\n",
        b'2024-05-14T,"a\nb"\n',
        b"2024-05-14T,%s\n" % (b"a" * 300),
        b"#Fields: a\n",
        b"2024-05-14T,a\n2024-05",
    ],
)
def test_what_is_not_plain_is_left(path: Path, log: bytes) -> None:
    assert swept(path, log, 200) is None


def test_a_log_that_became_shorter_is_left(path: Path) -> None:
    path.write_bytes(b"2024-05-14T,a\n")
    with path.open("rb", buffering=0) as file:
        assert Sweep(needles).rows(file, 1000, is_quoted=True) is None
        file.seek(0)
        assert Sweep(needles).may_hold(file, 1000)


@given(
    st.lists(st.sampled_from([b"<1@a.test>", b"<1@a", b".test>", b"x" * 7, b"\n", b"<<1@a.test>"]), min_size=1),
    st.integers(9, 60),
)
def test_a_needle_is_seen_wherever_the_buffer_ends(path: Path, parts: list[bytes], buffer: int) -> None:
    log = b"".join(parts)
    path.write_bytes(log + b"<1@a.test>")
    with patch.object(log_sweep, "BUFFER", buffer), path.open("rb", buffering=0) as file:
        sweep = Sweep(Needles(["<1@a.test>"], exact=True))
        assert sweep.may_hold(file, len(log)) is (b"<1@a.test>" in log or buffer < len(b"<1@a.test>"))
