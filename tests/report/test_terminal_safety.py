"""Whatever the nouns hold, what is drawn of them neither steers the terminal nor runs over its width."""

from __future__ import annotations

import unicodedata
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from terminal_drawing import SGR, draw

from snapdiff import model
from snapdiff.model import Change, Hunk, Words
from snapdiff.report.terminal_text import cells

NOUN_TEXT = st.one_of(
    st.text(max_size=30),
    st.text(
        alphabet="\x00\t\n\r\x1b\x7f\x85\x9b\u200b\u202e\u2028\u2066\ufeff\ud800\udcff\U000e0041<&請e\u0301 ",
        max_size=60,
    ),
)
SMALL = st.integers(0, 10**12)
HUNK = st.builds(
    Hunk,
    st.none() | NOUN_TEXT,
    st.none() | NOUN_TEXT,
    st.integers(1, 10**7),
    st.integers(1, 10**7),
    st.builds(
        Words,
        st.just([(0, 2), (5, 9)]),
        st.just([(1, 3)]),
    ),
)
INFO = st.builds(model.PartInfo, NOUN_TEXT, st.none() | NOUN_TEXT, SMALL, NOUN_TEXT, opaque=st.booleans())
CHANGE = st.builds(
    Change,
    st.sampled_from(get_args(model.Kind)),
    st.none() | NOUN_TEXT,
    st.none() | NOUN_TEXT,
    st.booleans(),
    st.none() | NOUN_TEXT | INFO,
    st.none() | NOUN_TEXT | INFO,
    hunks=st.none() | st.lists(HUNK, max_size=3),
    moved=st.booleans(),
    visible=st.lists(HUNK, max_size=2),
    degree=st.sampled_from(get_args(model.Degree)),
    values=st.lists(st.builds(model.ValueChange, NOUN_TEXT, st.none() | NOUN_TEXT, st.none() | NOUN_TEXT), max_size=2),
    note=NOUN_TEXT,
)
OPTIONAL = st.none() | NOUN_TEXT
STEP = st.builds(
    model.Step,
    OPTIONAL,
    NOUN_TEXT,
    OPTIONAL,
    OPTIONAL,
    OPTIONAL,
    st.sampled_from(get_args(model.Actor)),
    st.booleans(),
    OPTIONAL,
    st.lists(NOUN_TEXT, max_size=3),
    st.lists(NOUN_TEXT, max_size=3),
    st.none() | st.integers(-(10**9), 10**12),
    st.lists(CHANGE, max_size=4),
)
PROBLEM = st.builds(model.Problem, NOUN_TEXT, NOUN_TEXT, NOUN_TEXT)
ADDRESSES = st.lists(st.builds(model.Address, NOUN_TEXT, NOUN_TEXT), max_size=2)
VIEW = st.builds(
    model.DecodedView,
    ADDRESSES,
    ADDRESSES,
    ADDRESSES,
    ADDRESSES,
    NOUN_TEXT,
    OPTIONAL,
    NOUN_TEXT,
    NOUN_TEXT,
    st.lists(st.builds(model.Attachment, NOUN_TEXT, NOUN_TEXT, SMALL), max_size=2),
    st.lists(st.builds(model.Hop, OPTIONAL, OPTIONAL, OPTIONAL, OPTIONAL, st.none() | st.floats()), max_size=2),
)
SNAPSHOT = st.builds(
    model.Snapshot,
    NOUN_TEXT,
    st.none() | st.sampled_from(get_args(model.Stage)),
    st.none(),
    OPTIONAL,
    OPTIONAL,
    OPTIONAL | st.datetimes().map(lambda time: time.isoformat() + "Z"),
    st.none(),
    st.none(),
    st.none(),
    OPTIONAL,
    st.just([]),
    st.booleans(),
    SMALL,
    SMALL,
    NOUN_TEXT,
)
TRACE = st.builds(
    model.Trace,
    NOUN_TEXT,
    NOUN_TEXT,
    OPTIONAL,
    st.none() | st.sampled_from(get_args(model.Service)),
    st.none() | st.builds(model.Parent, NOUN_TEXT, NOUN_TEXT),
    OPTIONAL,
    OPTIONAL,
    OPTIONAL,
    OPTIONAL,
    st.lists(NOUN_TEXT, max_size=7),
    st.lists(SNAPSHOT, max_size=3),
    st.lists(STEP, max_size=3),
    st.lists(
        st.builds(
            model.Finding,
            NOUN_TEXT,
            NOUN_TEXT,
            st.sampled_from(get_args(model.Severity)),
            st.none(),
            OPTIONAL,
            NOUN_TEXT,
            st.just({}),
            NOUN_TEXT,
            st.just([]),
        ),
        max_size=2,
    ),
    st.lists(PROBLEM, max_size=2),
    decoded=VIEW,
)
LEG = st.builds(
    model.Leg, OPTIONAL, st.none() | st.sampled_from(get_args(model.Service)), NOUN_TEXT, OPTIONAL, OPTIONAL
)
JOURNEY = st.builds(
    model.Journey,
    OPTIONAL,
    OPTIONAL,
    OPTIONAL,
    st.lists(NOUN_TEXT, min_size=2, max_size=2),
    st.lists(LEG, max_size=2),
    st.just([]),
    st.just([]),
    st.lists(NOUN_TEXT, max_size=2),
    st.lists(NOUN_TEXT, max_size=2),
)
STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@settings(max_examples=150, deadline=None)
@given(
    traces=st.lists(TRACE, max_size=2),
    journeys=st.lists(JOURNEY, max_size=2),
    problems=st.lists(PROBLEM, max_size=3),
    source=NOUN_TEXT,
    color=st.booleans(),
    ascii_only=st.booleans(),
    changed_only=st.booleans(),
    width=st.integers(0, 250),
)
def test_no_noun_steers_the_terminal(traces: list[model.Trace], source: str, width: int, **how: Any) -> None:
    drawn = draw(*traces, source=source, width=width, **how)
    plain = SGR.sub("", drawn)
    if not how["color"]:
        assert plain == drawn
    assert not {unicodedata.category(char) for char in plain.replace("\n", "")} & STEERING
    assert not how["ascii_only"] or drawn.isascii()
    assert max(map(cells, plain.split("\n"))) <= max(width, 40)
