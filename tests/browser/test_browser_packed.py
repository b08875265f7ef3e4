"""Large reports keep closed messages in <noscript>: they open, are found, walked, printed and ticked all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser_pages import ROOT, Open, write_report
from test_browser_hostile import ATTACKS, mail
from tracemaker import with_crlf, write_trace

_HERE = "() => document.querySelector('.here')?.id ?? null"
_PACKED = "() => document.querySelectorAll('.message > noscript').length"
_STEPS = "() => [...document.querySelectorAll('.step')].map(one => one.id)"
_LOOKED_AT = 150
"""Mails of the corpus that are opened one by one."""


def packed_report(paths: list[Path], file: Path) -> Path:
    """A report as a large one is written, whatever its size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("snapdiff.report.html._PACKED_FROM", 0)
        return write_report(paths, file)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packed_report([ROOT / "samples"], tmp_path_factory.mktemp("packed") / "samples.html")


def test_a_message_is_put_in_place_when_it_is_opened(packed: Path, open_page: Open) -> None:
    opened = open_page(packed)
    page = opened.page
    messages = page.locator(".message")
    assert page.evaluate(_PACKED) == messages.count() > 3
    assert page.evaluate(_STEPS) == []
    messages.nth(1).locator("summary").first.click()
    page.wait_for_function("() => document.querySelector('.step')")
    assert page.evaluate(_PACKED) == messages.count() - 1
    assert messages.nth(1).locator(".step, .verdict").first.is_visible()
    opened.check_quiet()


def test_a_packed_message_is_the_same_as_one_that_was_not(packed: Path, samples: Path, open_page: Open) -> None:
    page = open_page(packed).page
    page.evaluate("() => document.querySelectorAll('.message').forEach(window.snapdiff.unpack)")
    whole = "() => [...document.querySelectorAll('.message')].map(one => one.outerHTML)"
    assert page.evaluate(whole) == open_page(samples).page.evaluate(whole)


def test_a_deep_link_finds_what_is_packed(packed: Path, samples: Path, open_page: Open) -> None:
    change = open_page(samples).page.evaluate("() => document.querySelectorAll('.step .fields .change')[20].id")
    for target in (change, change.rpartition("-")[0]):
        opened = open_page(packed, "#" + target)
        assert opened.page.locator("#" + target).is_visible()
        assert opened.page.evaluate(_HERE) == target
        opened.check_quiet()


def test_a_row_of_the_overview_opens_its_message(packed: Path, open_page: Open) -> None:
    page = open_page(packed).page
    page.get_by_role("link", name="Q2 budget: first figures", exact=True).click()
    assert page.locator(".message[open] a.chip.solid").first.is_visible()


def test_the_keys_walk_through_packed_messages(packed: Path, samples: Path, open_page: Open) -> None:
    every = open_page(samples).page.evaluate(_STEPS)
    page = open_page(packed).page
    walked = []
    for _ in every:
        page.keyboard.press("j")
        walked.append(page.evaluate(_HERE))
    assert walked == every
    page.keyboard.press("k")
    assert page.evaluate(_HERE) == every[-2]
    page.keyboard.press("n")
    assert page.evaluate(_HERE).startswith(every[-2])


def test_walking_back_from_a_deep_link_meets_what_is_packed_before_it(
    packed: Path, samples: Path, open_page: Open
) -> None:
    every = open_page(samples).page.evaluate(_STEPS)
    page = open_page(packed, "#" + every[-1]).page
    for expected in reversed(every[:-1]):
        page.keyboard.press("k")
        assert page.evaluate(_HERE) == expected


def test_ticks_are_kept_over_the_packing(packed: Path, open_page: Open) -> None:
    page = open_page(packed).page
    page.keyboard.press("j")
    step = page.evaluate(_HERE)
    page.keyboard.press("v")
    page.goto(packed.as_uri() + "#" + step)
    page.reload()
    assert page.is_checked(f"#{step} .viewed input")


def test_print_shows_what_is_packed(packed: Path, open_page: Open) -> None:
    page = open_page(packed).page
    page.emulate_media(media="print")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(_PACKED) == 0
    assert page.locator(".step .fields").first.is_visible()


def test_packed_messages_are_readable_without_javascript(packed: Path, open_page: Open) -> None:
    opened = open_page(packed, java_script_enabled=False)
    message = opened.page.locator(".message").nth(2)
    message.locator("summary").first.click()
    assert message.locator(".step").first.is_visible()
    opened.check_quiet()


def check_harmless(file: Path, open_page: Open) -> int:
    """Opens each message of a packed report in its turn; returns how many frames with mail there were."""
    opened = open_page(file)
    page = opened.page
    messages = page.locator(".message").count()
    page.evaluate("() => document.querySelectorAll('.message').forEach(one => one.open = true)")
    page.wait_for_function("() => !document.querySelector('.message > noscript')")
    page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
    page.evaluate("() => document.querySelectorAll('iframe').forEach(one => one.loading = 'eager')")
    frames: int = page.evaluate("() => document.querySelectorAll('iframe').length")
    page.wait_for_function(f"() => window.length >= {frames}")
    page.wait_for_timeout(1000)
    opened.check_quiet()
    assert page.locator(".message").count() == messages
    assert page.title() == "snapdiff report"
    assert page.evaluate("() => window.pwned === undefined")
    assert page.evaluate("() => document.querySelectorAll('script').length") == 6
    assert page.evaluate(
        "() => [...document.querySelectorAll('iframe')].every(one => one.getAttribute('sandbox') === '')"
    )
    assert page.url.split("#")[0] == file.as_uri()
    return frames


def test_no_attack_breaks_out_of_its_packing(tmp_path: Path, open_page: Open) -> None:
    for number, attack in enumerate(ATTACKS.values()):
        flat = attack.replace("\x00", "").replace("\n", " ")
        before = mail(f"Mail {number}", "<p>Hello</p>")
        after = mail(
            f"{number} {flat}", f"<p>Hello</p>\n{attack}\n</noscript>{attack}", f"X-Attack: </noscript>{flat}\r\n"
        )
        write_trace(tmp_path / "MessageSnapshots", number, [before, after])
    file = packed_report([tmp_path / "MessageSnapshots"], tmp_path / "attacks.html")
    assert check_harmless(file, open_page) >= len(ATTACKS)


@pytest.mark.corpus
def test_the_hostile_mails_of_the_corpus_do_nothing(tmp_path: Path, real_mails: list[Path], open_page: Open) -> None:
    with_html = [path for path in real_mails if b"html" in path.read_bytes().lower()][:_LOOKED_AT]
    for number, path in enumerate(with_html):
        whole = with_crlf(path.read_bytes())
        start = whole.lower().find(b"<body")
        cut = whole[: whole.find(b">", start) + 1] + b"<p>First line</p>" + whole[whole.find(b">", start) + 1 :]
        write_trace(tmp_path / "MessageSnapshots", number, [b"X-Came: 1\r\n" + whole, cut if start > 0 else whole])
    file = packed_report([tmp_path / "MessageSnapshots"], tmp_path / "corpus.html")
    assert check_harmless(file, open_page) > 0
