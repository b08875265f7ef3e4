"""What two texts have in common at their ends."""

from hypothesis import given
from hypothesis import strategies as st

from snapdiff.texts import same_end, same_start

TEXTS = st.text("ab", max_size=12)


@given(one=TEXTS, other=TEXTS)
def test_the_same_start_is_the_longest(one: str, other: str) -> None:
    size = same_start(one, other)
    assert one[:size] == other[:size]
    assert size in (len(one), len(other)) or one[size] != other[size]


@given(one=TEXTS, other=TEXTS)
def test_the_same_end_is_the_longest(one: str, other: str) -> None:
    size = same_end(one, other)
    assert one[len(one) - size :] == other[len(other) - size :]
    assert size in (len(one), len(other)) or one[-size - 1] != other[-size - 1]
