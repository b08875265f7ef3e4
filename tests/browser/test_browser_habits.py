"""What people do with a report: search, filter, sort, jump, tick, switch, print, and read it without JavaScript."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from browser_pages import Open, Opened

_SHOWN_ROWS = (
    "() => [...document.querySelectorAll('#list tbody tr')].filter(row => !row.hidden).map(row => row.dataset.id)"
)
_HERE = "() => document.querySelector('.here')?.id ?? null"
DISCLAIMER = "Q2 budget: first figures"


def shown(opened: Opened) -> list[str]:
    opened.page.wait_for_timeout(150)
    rows: list[str] = opened.page.evaluate(_SHOWN_ROWS)
    return rows


def link_to(page: Any, subject: str) -> Any:
    return page.get_by_role("link", name=subject, exact=True)


def test_search_takes_words_in_any_order_and_says_how_many_fit(samples: Path, open_page: Open) -> None:
    opened = open_page(samples)
    everything = shown(opened)
    opened.page.fill("#q", "figures lynne.robbins")
    assert len(shown(opened)) == 1
    assert opened.page.text_content("#f-count") == f"1 of {len(everything)} messages"
    opened.page.fill("#q", "no such words")
    assert shown(opened) == []
    assert opened.page.is_visible("#nothing")
    opened.page.click("#nothing-clear")
    assert shown(opened) == everything
    opened.check_quiet()


def test_filters_by_agent_event_kind_and_change(samples: Path, open_page: Open) -> None:
    opened = open_page(samples)
    page = opened.page
    everything = len(shown(opened))
    page.select_option("#f-agent", label="Exchange DkimSigner")
    ran = len(shown(opened))
    page.check("#f-changed")
    changed = len(shown(opened))
    assert everything > ran > changed == 1
    page.click("text=Clear")
    page.select_option("#f-kind", label="Deleted")
    assert len(shown(opened)) == 1
    page.select_option("#f-event", label="OnEndOfData")
    assert len(shown(opened)) == 0
    opened.check_quiet()


def test_a_message_the_filters_hide_is_hidden_below_too(samples: Path, open_page: Open) -> None:
    opened = open_page(samples)
    opened.page.fill("#q", "lynne.robbins")
    kept = shown(opened)
    visible = opened.page.evaluate("() => [...document.querySelectorAll('.message:not([hidden])')].map(one => one.id)")
    assert visible == kept


def test_sorting_goes_both_ways(samples: Path, open_page: Open) -> None:
    opened = open_page(samples)
    page = opened.page
    by_time = shown(opened)
    page.click("#list thead button:text-is('Time (UTC)')")
    assert shown(opened) == by_time[::-1]
    page.click("#list thead button:text-is('Subject')")
    names = page.evaluate("() => [...document.querySelectorAll('#list tbody th a')].map(one => one.textContent)")
    assert names == sorted(names, key=lambda name: (name[0] not in "[(", name[0] != "(", name.casefold()))
    assert page.get_attribute("#list thead th:first-child", "aria-sort") == "ascending"
    opened.check_quiet()


def test_a_row_opens_its_message_and_a_chip_jumps_to_its_change(samples: Path, open_page: Open) -> None:
    opened = open_page(samples)
    page = opened.page
    link_to(page, DISCLAIMER).click()
    chip = page.locator(".message[open] a.chip.solid", has_text="Transport Rule Agent").first
    target = chip.get_attribute("href").removeprefix("#")
    chip.click()
    assert page.evaluate(_HERE) == target
    assert page.evaluate("() => location.hash") == "#" + target
    assert page.locator("#" + target).bounding_box()["y"] < 300
    opened.check_quiet()


def test_a_hollow_chip_jumps_to_its_row_of_the_table(samples: Path, open_page: Open) -> None:
    opened = open_page(samples)
    page = opened.page
    link_to(page, DISCLAIMER).click()
    chip = page.locator(".message[open] a.chip.hollow").first
    chip.click()
    assert page.locator(chip.get_attribute("href")).is_visible()


def test_j_and_k_walk_the_steps_and_n_and_p_the_changes(samples: Path, open_page: Open) -> None:
    opened = open_page(samples)
    page = opened.page
    steps = page.evaluate("() => [...document.querySelectorAll('.step')].map(one => one.id)")
    walked = []
    for key in "jjjk":
        page.keyboard.press(key)
        walked.append(page.evaluate(_HERE))
    assert walked == [steps[0], steps[1], steps[2], steps[1]]
    page.keyboard.press("n")
    first = page.evaluate(_HERE)
    assert first.startswith(steps[1] + "-c")
    page.keyboard.press("n")
    second = page.evaluate(_HERE)
    page.keyboard.press("p")
    assert page.evaluate(_HERE) == first != second
    page.keyboard.press("j")
    assert page.evaluate(_HERE) == steps[2]
    assert page.locator("#" + steps[2]).is_visible()
    opened.check_quiet()


def test_slash_searches_and_letters_typed_there_do_nothing_else(samples: Path, open_page: Open) -> None:
    opened = open_page(samples)
    opened.page.keyboard.press("/")
    opened.page.keyboard.type("jn?")
    assert opened.page.input_value("#q") == "jn?"
    assert opened.page.evaluate(_HERE) is None
    assert not opened.page.is_visible("#help")


def test_the_question_mark_shows_the_keys(samples: Path, open_page: Open) -> None:
    opened = open_page(samples)
    opened.page.keyboard.press("?")
    assert opened.page.is_visible("#help")
    opened.page.keyboard.press("Escape")
    assert not opened.page.is_visible("#help")
    opened.page.click("#help-open")
    opened.page.click("#help-close")
    assert not opened.page.is_visible("#help")
    opened.check_quiet()


def test_a_deep_link_opens_what_it_names(samples: Path, open_page: Open) -> None:
    page = open_page(samples).page
    change = page.evaluate("() => document.querySelectorAll('.step .fields .change')[20].id")
    step = change.rpartition("-")[0]
    for fragment in (change, step):
        opened = open_page(samples, "#" + fragment)
        assert opened.page.locator("#" + fragment).is_visible()
        assert opened.page.evaluate(_HERE) == fragment
        opened.check_quiet()


def test_a_deep_link_to_a_cosmetic_change_shows_it(samples: Path, open_page: Open) -> None:
    page = open_page(samples).page
    change = page.evaluate("() => document.querySelector('.cosmetic-list .change').id")
    assert open_page(samples, "#" + change).page.locator("#" + change).is_visible()


def test_cosmetic_changes_stand_behind_a_switch(samples: Path, open_page: Open) -> None:
    opened = open_page(samples)
    page = opened.page
    page.evaluate("() => document.querySelectorAll('.message').forEach(one => one.open = true)")
    assert not page.locator(".cosmetic-list").first.is_visible()
    assert page.locator(".cosmetic-note").first.is_visible()
    page.keyboard.press("c")
    assert page.locator(".cosmetic-list").first.is_visible()
    page.reload()
    assert page.is_checked("#sw-cosmetic")


def test_side_by_side_or_in_one_column(samples: Path, open_page: Open) -> None:
    opened = open_page(samples)
    page = opened.page
    page.evaluate("() => document.querySelectorAll('.message').forEach(one => one.open = true)")
    hunk = page.locator(".hunk:not(.only-after):not(.only-before):not(.whole)").first
    tops = "one => [...one.children].map(side => side.getBoundingClientRect().top)"
    before, after = hunk.evaluate(tops)
    assert before == after
    page.check("#sw-one")
    before, after = hunk.evaluate(tops)
    assert before < after


def test_ticks_stay_with_this_report_and_fold_the_step(samples: Path, open_page: Open) -> None:
    opened = open_page(samples)
    page = opened.page
    page.keyboard.press("j")
    step = page.evaluate(_HERE)
    page.keyboard.press("v")
    assert page.is_checked(f"#{step} .viewed input")
    assert not page.locator(f"#{step} > .body").is_visible()
    page.reload()
    assert page.is_checked(f"#{step} .viewed input")
    page.evaluate(f"() => document.querySelector('#{step} .viewed input').click()")
    page.reload()
    assert not page.is_checked(f"#{step} .viewed input")
    opened.check_quiet()


def test_storage_that_refuses_is_no_fault(samples: Path, open_page: Open, chromium: Any) -> None:
    opened = open_page(samples)
    opened.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    opened.page.reload()
    opened.page.keyboard.press("j")
    opened.page.keyboard.press("v")
    opened.page.evaluate("() => document.getElementById('theme-dark').click()")
    opened.check_quiet()


def test_colours_follow_the_system_and_the_switch(samples: Path, open_page: Open) -> None:
    ground = "() => getComputedStyle(document.body).backgroundColor"
    light, dark = (open_page(samples, color_scheme=scheme).page for scheme in ("light", "dark"))
    white, black = light.evaluate(ground), dark.evaluate(ground)
    assert white != black
    light.evaluate("() => document.getElementById('theme-dark').click()")
    dark.evaluate("() => document.getElementById('theme-light').click()")
    assert (light.evaluate(ground), dark.evaluate(ground)) == (black, white)
    light.reload()
    assert light.evaluate(ground) == black


def test_everything_is_there_without_javascript(samples: Path, open_page: Open) -> None:
    opened = open_page(samples, java_script_enabled=False)
    page = opened.page
    assert not page.is_visible("#filters")
    assert page.locator("#list tbody tr").first.is_visible()
    message = page.locator(".message").nth(2)
    message.locator("summary").first.click()
    assert message.locator(".step").first.is_visible()
    assert (
        not message.locator(".cosmetic-list").first.is_visible() if message.locator(".cosmetic-list").count() else True
    )
    page.check("#sw-cosmetic")
    page.locator("label", has_text="Dark").click()
    link_to(page, DISCLAIMER).click()
    opened.check_quiet()


def test_print_shows_all_and_no_tools(samples: Path, open_page: Open) -> None:
    opened = open_page(samples)
    page = opened.page
    page.emulate_media(media="print")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    assert not page.locator(".bar").is_visible()
    assert page.locator(".step .fields").first.is_visible()
    assert page.locator(".cosmetic-list").first.is_visible()
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    assert page.locator(".message[open]").count() == 0


def test_a_copy_holds_the_words_alone(samples: Path, open_page: Open) -> None:
    page = open_page(samples).page
    page.evaluate("() => document.querySelectorAll('.message').forEach(one => one.open = true)")
    copied = page.locator(".hunk.only-after ins").first.evaluate(
        "one => { getSelection().selectAllChildren(one); return getSelection().toString(); }"
    )
    own = page.locator(".hunk.only-after ins div").evaluate_all("all => all[0].textContent")
    assert copied.strip()
    assert not any(line.startswith(("+", "−")) or line[:2].strip().isdigit() for line in copied.splitlines() if line)
    assert copied.lstrip("\n").startswith(own.strip())


def test_the_head_of_a_step_stays_in_sight(samples: Path, open_page: Open) -> None:
    opened = open_page(samples)
    page = opened.page
    page.evaluate("() => document.querySelectorAll('.message').forEach(one => one.open = true)")
    tall = page.evaluate("() => [...document.querySelectorAll('.step')].find(one => one.offsetHeight > 700).id")
    page.evaluate(f"() => scrollTo(0, document.getElementById('{tall}').getBoundingClientRect().top + scrollY + 300)")
    box = page.locator(f"#{tall} > header").bounding_box()
    assert 0 <= box["y"] < 120


def test_a_phone_scrolls_no_page_sideways(samples: Path, open_page: Open) -> None:
    page = open_page(samples, viewport={"width": 390, "height": 844}).page
    page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
    wide, room = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    assert wide <= room
