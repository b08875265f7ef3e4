"""Policy files to policies, and every mistake in them with its line, its column and the word that was meant."""
# ruff: noqa: E501 - a case a line reads best

from pathlib import Path

import pytest
from checking import mistakes, policy
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.policy.form import Policy
from snapdiff.policy.reading import WrongPolicy, read_policy
from snapdiff.policy.yaml_text import MAX_BYTES

TOP = "version, messages, require, agents, transport, others, uncertain, final, waivers"
WRONG = [
    ("mesages: {subject: x}", "1:1: 'mesages' is no key at the top of a policy; did you mean messages?"),
    ("foo: 1", f"1:1: 'foo' is no key at the top of a policy; known here: {TOP}"),
    ("version: 1", "1:1: 'version' stands here twice; the first is in line 1"),
    ("messages: Rollout*", "1:11: below messages there must be keys with values; known here: subject, "),
    ("messages: {subjet: x}", "1:12: 'subjet' is no key below messages; did you mean subject?"),
    ("messages: {subject: []}", "1:21: subject has an empty list; leave it out to mean all"),
    ("messages: {subject: {regex: '(a'}}", "1:29: this regular expression can't be used: missing ): (a"),
    ("messages: {subject: {regx: a}}", "1:22: 'regx' is no key below subject; did you mean regex?"),
    ("require: {min_messages: many}", "1:25: min_messages takes a whole number from 1 to 1,000,000"),
    ("require: {agents: A}", "1:19: agents takes a list: begin each entry with a -, or write [..]"),
    ("agents: [A]", "1:9: below agents there must be names of agents, each with its rules"),
    ("agents: {A: [x]}", "1:14: of agent 'A' there must be keys with values; known here: event, "),
    ("agents: {A: {musts: []}}", "1:14: 'musts' is no key of agent 'A'; did you mean must?"),
    ("agents: {A: {must: header.added}}", "1:20: must takes a list: begin each entry with a -, or write [..]"),
    ("agents: {A: {must: [[x]]}}", "1:21: an entry is a word such as part.rewritten, or header.added: {name: X-Header}"),
    ("agents: {A: , a: }", "1:15: 'a' stands here twice: letter case does not count"),
    ("agents: {'A*': , 'a*': }", "1:18: 'a*' stands here twice: letter case does not count"),
    ("agents: {'A*': , 'Ab*': }", "1:18: 'Ab*' never counts: 'A*' in line 2 fits all that it fits; put 'Ab*' before it"),
    ("agents: {' A* ': , ' Ab*': }", "1:20: ' Ab*' never counts: ' A* ' in line 2 fits all that it fits"),
    ("agents: {'*': , 'A?': }", "1:17: 'A?' never counts: '*' in line 2 fits all that it fits"),
    ("agents: {A: , A: }", "1:15: 'A' stands here twice; the first is in line 2"),
    ("agents: {A: {must: [header.add: {name: X}]}}", "1:21: 'header.add' is no kind of change; did you mean header.added?"),
    ("agents: {A: {must: [header.added: {nam: X}]}}", "1:36: 'nam' is no key below header.added; did you mean name?"),
    ("agents: {A: {may: [attachment.removed]}}", "1:20: 'attachment.removed' is no kind of change; did you mean part.removed?"),
    ("agents: {A: {must: [header.added: {times: 0}]}}", "1:43: times takes a whole number from 1 to 1,000,000; for never, put it under must_not"),
    ("agents: {A: {may: [header.added: {times: 1}]}}", "1:35: times stands under must alone, not under may"),
    ("agents: {A: {must: [cosmetic]}}", "1:21: cosmetic stands under may or must_not"),
    ("agents: {A: {may: [body.contains: {text: x}]}}", "1:20: body.contains stands under must or must_not"),
    ("agents: {A: {may: ['finding:SD201']}}", "1:20: a finding stands under must_not or must"),
    ("agents: {A: {must_not: ['finding:dkim-body-change']}}", "1:25: there is no finding 'dkim-body-change'; did you mean dkim-body-changed-after-sign?"),
    ("agents: {A: {must: [body.contains]}}", "1:21: body.contains needs one of text, text_file and regex"),
    ("agents: {A: {must: [body.contains: {text: x, regex: y}]}}", "1:46: body.contains needs one of text, text_file and regex"),
    ("agents: {A: {must: [body.contains: {text: '  '}]}}", "1:43: the text to look for is empty"),
    ("agents: {A: {must: [body.contains: {part: image/png, text: x}]}}", "1:43: 'image/png' is no type of text"),
    ("agents: {A: {must: [body.contains: {regex: 'a*'}]}}", "1:44: this regular expression can't be used: it fits an empty text"),
    ("agents: {A: {must: [body.contains: {regex: '(?=a)b'}]}}", "1:44: this regular expression can't be used: invalid perl operator"),
    ("agents: {A: {must: [body.contains: {text_file: none.txt}]}}", "1:48: there is no file none.txt"),
    ("others: {must: [header]}", "1:10: 'must' is no key below others; did you mean must_not?"),
    ("final: {may: []}", "1:9: 'may' is no key below final; known here: must, must_not"),
    ("final: {must: [header.added: {name: X}]}", "1:16: 'header.added' is no condition on the last snapshot; final is about"),
    ("waivers: {a: b}", "1:10: waivers takes a list"),
    ("waivers: [{expectation: A/x, reason: r}]", "1:11: a waiver needs expectation, reason and until; until is missing"),
    ("others: {may: []}\nwaivers: [{expectation: others/nothing, reason: r, until: 2026-02-30}]", "2:59: '2026-02-30' is no day"),
    ("a: [", "1:5: this is no YAML: "),
    ("? [a, b]\n: c", "1:3: a key must be a plain text"),
    ("messages: &a {subject: *b}", "1:24: this is no YAML: found undefined alias 'b'"),
    ("messages: {subject: !!python/object:os.system x}\nfoo: 1", "2:1: 'foo' is no key"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), WRONG, ids=[text for text, _ in WRONG])
def test_a_mistake_is_told_where_it_stands(text: str, told: str) -> None:
    assert any(one.startswith(told) for one in mistakes(text)), mistakes(text)


def test_a_field_that_is_not_indented_is_told() -> None:
    text = "agents:\n  A:\n    must:\n      - header.added:\n        name: X\n"
    assert mistakes(text) == ["5:9: 'name' stands beside 'header.added': indent it below header.added"]


def test_several_mistakes_are_told_at_once_in_their_order() -> None:
    told = mistakes("messages: {subjet: x}\nagents:\n  A: {must: [header.add], my: []}\nothers: {may: [parts]}\n")
    assert [one.partition(" ")[0] for one in told] == ["1:12:", "3:14:", "3:27:", "4:16:"]


ENTRIES = ", ".join(["*{0}"] * 9)
BOMBS = [
    ("a lot of text", b"version: 1\n#" + b"x" * MAX_BYTES),
    ("deep", b"version: 1\nothers: {may: " + b"[" * 20_000),
    ("aliases of aliases", b"a: &a [x, x]\n" + "".join(f"{b}: &{b} [{ENTRIES.format(a)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)).encode()),
    ("an alias of itself", b"version: 1\nothers: &a {may: [*a]}\n"),
    ("not UTF-8", b"version: 1\nmessages: {subject: caf\xe9}\n"),
    ("UTF-16", "version: 1\n".encode("utf-16")),
    ("control characters", b"version: 1\nmessages: {subject: \x00\x1b}\n"),
    ("two documents", b"version: 1\n---\nversion: 1\n"),
    ("nothing", b""),
    ("a comment", b"# version: 1\n"),
    ("a list", b"- version: 1\n"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data"), BOMBS, ids=[name for name, _ in BOMBS])
def test_hostile_files_are_refused_with_a_sentence(name: str, data: bytes) -> None:
    with pytest.raises(WrongPolicy) as refused:
        read_policy(data, "p.yaml", {})
    assert all(line.startswith("p.yaml:") for line in refused.value.lines), name


@given(
    st.binary(max_size=200) | st.text(alphabet="{}[]&*!|>-:#'\"\n abcmustmayheader.added", max_size=200).map(str.encode)
)
def test_no_file_breaks_the_reader(data: bytes) -> None:
    read: Policy | WrongPolicy
    try:
        read = read_policy(b"version: 1\n" + data, "p.yaml", {})
    except WrongPolicy as refused:
        read = refused
    assert isinstance(read, Policy) or read.lines


def test_ids_are_stable_and_told_apart() -> None:
    text = """
        agents:
          A: {must: [header.added: {name: X}, header.added: {name: Y}], must_not: [header.added: {name: Z}]}
          B: [{event: OnRoutedMessage, must: [part.added]}, {event: OnSubmittedMessage}]
        others: {may: []}
        final: {must_not: ["finding:SD2xx"]}
    """
    assert [one.id for one in policy(text).expectations] == [
        "A/header.added",
        "A/header.added#2",
        "A/header.added#3",
        "A/nothing else",
        "B, OnRoutedMessage/part.added",
        "B, OnRoutedMessage/nothing else",
        "B, OnSubmittedMessage/nothing else",
        "others/nothing else",
        "final/finding:SD2xx",
    ]


def test_a_text_can_stand_in_a_file_beside_the_policy(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("\ufeffFor the\r\n  addressee\u00a0only.\r\n", encoding="utf-8")
    read = policy("agents: {A: {must: [body.contains: {text_file: note.txt}]}}", str(tmp_path / "policy.yaml"))
    body = read.blocks[0].must[0].body
    assert body is not None
    assert body.text == "For the addressee only."
