"""Links and active content of HTML."""

import pytest

from snapdiff.mail.active import activity

ACTIVE = [
    ("<p>Hello <b>you</b></p>", {}),
    ("<SCRIPT>x()</SCRIPT>", {"<script>": 1}),
    ("<img src=x onerror=run()><body onload='x()'>", {"onerror": 1, "onload": 1}),
    ("<a href=' java\tscript:alert(1)'>", {"href=javascript:": 1}),
    ("<a href='&#106;avascript:x'>", {"href=javascript:": 1}),
    ("<a href='https://x.test/javascript:y'>", {}),
    ("<form action='https://x.test'><input></form><iframe src=y></iframe>", {"<form>": 1, "<iframe>": 1}),
    ("<meta http-equiv=Refresh content='0;url=x'>", {"<meta http-equiv=refresh>": 1}),
    ("<meta http-equiv=Content-Type content='text/html'>", {}),
    ("<!-- <script> --><title><script></title>&lt;script&gt;", {}),
    ("<embed src=x><embed src=y>", {"<embed>": 2}),
    ("<img src='data:image/png;base64,x'><a href='data:text/html,x'>", {"href=data:text/html": 1}),
]


@pytest.mark.parametrize(("html", "active"), ACTIVE)
def test_active_content(html: str, active: dict[str, int]) -> None:
    assert {name: count for name, count in activity(html).active.items() if count} == active


def test_links_in_order() -> None:
    html = "<a href='https://b.test/?x=1&amp;y=2'>b</a><a name=x><area href=https://a.test><link href=c>"
    assert activity(html).links == ["https://b.test/?x=1&y=2", "https://a.test"]


def test_html_without_end_is_passed_over() -> None:
    assert activity("<a href=x>" * 600_000).links == []
