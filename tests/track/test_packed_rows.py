"""What is packed comes back equal, and what is made when it is looked at is what would have been made before."""

from hypothesis import given
from hypothesis import strategies as st

from snapdiff.model import TrackingRow
from snapdiff.track.packed import Each, PackedRows

TEXT = st.text(st.characters(), max_size=8)  # halves of surrogate pairs too: an export of the cmdlet can hold them
ROWS = st.builds(
    TrackingRow,
    st.sampled_from(["a.log", "b.log"]),
    st.integers(1, 1 << 40),
    st.sampled_from(["msgtrk", "cmdlet-clixml"]),
    st.none() | TEXT,
    st.dictionaries(TEXT, TEXT | st.lists(TEXT, max_size=3), max_size=4),
)


@given(st.lists(ROWS))
def test_rows_come_back_as_they_were(rows: list[TrackingRow]) -> None:
    kept = PackedRows()
    packed = [kept.packed(row) for row in rows]
    found = list(kept.unpacked(packed))
    assert found == rows
    assert [list(row.fields) for row in found] == [list(row.fields) for row in rows]


@given(st.lists(st.integers()), st.slices(9))
def test_each_is_made_when_it_is_looked_at(numbers: list[int], some: slice) -> None:
    made: list[int] = []

    def make(number: int) -> int:
        made.append(number)
        return number + 1

    each = Each(numbers, make)
    assert len(each) == len(numbers)
    assert not made
    assert list(each) == [number + 1 for number in numbers]
    assert each[some] == list(each)[some]
