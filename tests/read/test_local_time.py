"""Times of a shell: their order of day and month as it is proven or assumed, their zone, and their times in UTC."""

from datetime import datetime, timedelta

import pytest

from snapdiff.read.local_time import LocalTime, Order, OrderFound, order_found, to_utc, zone_shown


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("06/09/2015 01:02:44", "day-first", "2015-09-06T01:02:44.000Z"),
        ("06/09/2015 01:02:44", "month-first", "2015-06-09T01:02:44.000Z"),
        ("15-01-21 22:06:01", "year-first", "2015-01-21T22:06:01.000Z"),
        ("7/18/2016 12:00:00 AM", "month-first", "2016-07-18T00:00:00.000Z"),
        ("7/18/2016 12:00:00 PM", "month-first", "2016-07-18T12:00:00.000Z"),
        ("18.07.2016 11:57", "day-first", "2016-07-18T11:57:00.000Z"),
        ("2016-07-18T11:57:15.5-04:00", "month-first", "2016-07-18T15:57:15.500Z"),
        ("18.7.2016 11.57.15", "day-first", "2016-07-18T11:57:15.000Z"),
        ("18. 7. 2016 23:57:15", "day-first", "2016-07-18T23:57:15.000Z"),
        ("2016. 07. 18. 11:57:15", "year-first", "2016-07-18T11:57:15.000Z"),
        ("18.7.2016. 11:57:15", "day-first", "2016-07-18T11:57:15.000Z"),
        ("18.7.2016 г. 11:57:15", "day-first", "2016-07-18T11:57:15.000Z"),
        ("2016/7/18 下午 11:57:15", "year-first", "2016-07-18T23:57:15.000Z"),
        ("2016-07-18 오전 11:57:15", "year-first", "2016-07-18T11:57:15.000Z"),
        ("18/7/2016 11:57:15 μμ", "day-first", "2016-07-18T23:57:15.000Z"),
        ("\u200f18/\u200f07/\u200f2016 11:57:15 م", "day-first", "2016-07-18T23:57:15.000Z"),
        ("18/07/2016 11:57:15 p. m.", "day-first", "2016-07-18T23:57:15.000Z"),
        ("7/18/2016 11:57:15\u202fPM", "month-first", "2016-07-18T23:57:15.000Z"),
        ("7/18/2016 11:57:15.5 pm", "month-first", "2016-07-18T23:57:15.500Z"),
        ("18/7/2559 11:57:15", "day-first", None),
        ("1395/04/28 11:57:15 ق.ظ", "year-first", None),
        ("7/18/2016 11:57:15 teatime", "month-first", None),
        ("18/18/2016 11:57:15", "day-first", None),
        ("yesterday", "day-first", None),
        ("0001-01-01T00:00:00+14:00", "year-first", None),
    ],
)
def test_times_by_their_order(text: str, order: Order, expected: str | None) -> None:
    assert to_utc(text, LocalTime(), order) == expected


@pytest.mark.parametrize(
    ("texts", "order", "proof"),
    [
        (["7/18/2016 11:57:15 AM", "7/1/2016 1:00:00 PM"], "month-first", "values"),
        (["18/07/2016 11:57:15", "01/07/2016 11:57:15"], "day-first", "values"),
        (["01/07/2016 11:57:15"] * 50 + ["18/07/2016 11:57:15"], "day-first", "values"),
        (["2016-07-18 11:57:15"], "year-first", "values"),
        (["01/07/2016 11:57:15"], "month-first", None),
        (["18/07/2016 11:57:15", "07/18/2016 11:57:15"], "month-first", None),
        (["15-01-21 22:06:01"], "year-first", None),
        (["15.01.21 22:06"], "day-first", None),
        (["01.07.2016 11:57:15"], "day-first", None),
        (["01-07-2016 11:57:15"], "day-first", None),
        (["01.07.2016 11.57.15"], "day-first", None),
        (["2016/7/18 上午 11:57:15"], "year-first", "values"),
        (["15-01-21 22:06:01", "15-01-32 22:06:01"], "day-first", "values"),
        (["15-01-21 22:06:01", "32-01-21 22:06:01"], "year-first", "values"),
        (["15-01-21 22:06:01", "15-21-01 22:06:01"], "month-first", None),
        ([], "month-first", None),
    ],
)
def test_what_the_values_prove(texts: list[str], order: Order, proof: str | None) -> None:
    assert order_found(texts) == OrderFound(order, proof)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "utc", "order", "proof"),
    [
        ("06/09/2015 01:02:44", "2015-09-06T00:02:43.649Z", "day-first", "utc"),
        ("06/09/2015 01:02:44", "2015-06-09T00:02:43.649Z", "month-first", "utc"),
        ("06/09/2015 23:02:44", "2015-06-10T10:00:00.000Z", "month-first", "utc"),
        ("06/09/2015 01:02:44", "2015-06-06T10:00:00.000Z", "month-first", "utc"),
        ("15-01-21 22:06:01", "2015-01-21T20:06:01.000Z", "year-first", "utc"),
        ("15-01-21 22:06:01", "2021-01-15T20:06:01.000Z", "day-first", "utc"),
        ("06/06/2015 01:02:44", "2015-06-06T00:02:43.649Z", "month-first", None),
        ("06/09/2015 01:02:44", "2012-06-09T00:02:43.649Z", "month-first", None),
        ("noon", "2015-09-06T00:02:43.649Z", "month-first", None),
    ],
)
def test_what_the_utc_time_of_a_row_proves(text: str, utc: str, order: Order, proof: str | None) -> None:
    assert order_found([text], [(text, datetime.fromisoformat(utc))]) == OrderFound(order, proof)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pairs", "hours"),
    [
        ([("7/18/2016 11:57:15 AM", "2016-07-18T15:57:14.276Z")], -4),
        ([("7/18/2016 5:57:15 PM", "2016-07-18T15:57:15.000Z"), ("7/18/2016 9:00 PM", "2016-07-18T15:57:15.000Z")], 2),
        ([("7/18/2016 9:42:15 PM", "2016-07-18T15:57:14.276Z")], 5.75),
        ([("7/18/2016 4:10:15 PM", "2016-07-18T15:57:14.276Z")], 0),
        ([("7/25/2016 4:10:15 PM", "2016-07-18T15:57:14.276Z")], None),
        ([("noon", "2016-07-18T15:57:14.276Z")], None),
        ([], None),
    ],
)
def test_the_zone_that_times_show(pairs: list[tuple[str, str]], hours: float | None) -> None:
    known = [(text, datetime.fromisoformat(utc)) for text, utc in pairs]
    assert zone_shown(known, "month-first") == (None if hours is None else timedelta(hours=hours))
