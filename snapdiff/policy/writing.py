"""The rules of a first policy to the text of its file, commented so that it can be read, loosened and kept."""

from collections.abc import Iterator, Sequence

from snapdiff.policy.observing import Observed
from snapdiff.policy.starting import Rule

_LONGEST_COMMENT = 80
_HEAD = """\
# A first policy, written by snapdiff policy init from {source}.
# It passes on that run, and fails where an agent does less than it did there, more, or something else.
# Read it, and loosen what may differ from message to message: what stands under may is allowed and not asked for.
# Check a run with: snapdiff check PATH --policy FILE    All words: docs/policy.md
version: 1
# messages: {{subject: "Rollout probe*"}}     # check only these; also sender, recipient, message_id
require: {{min_messages: {messages}}}           # fewer messages than in that run: no answer (exit code 2)
"""
_OTHERS = """\
others: {may: []}     # every agent not named above changed nothing in that run, and has to go on so
"""
_UNCERTAIN = """\
uncertain:            # what may happen where it can't be known who did it; anything else there: exit code 2
  may:
"""
_SERVICE = """\
# The transport service and the SMTP session are left unrestricted. To hold them to what they did in that run:
# transport: {{may: [{kinds}]}}
"""
_FINAL = """\
# final:                          # what has to be true of the last snapshot; here are examples
#   must: [header: {name: X-Disclaimer-Applied, times: 1}]
#   must_not: ["finding:SD2xx"]   # no signature broken on the way; snapdiff explain lists the findings
# waivers:                        # what may fail for a while
#   - {expectation: "NAME AS IN THE OUTPUT OF CHECK", reason: "why", until: "2030-01-31"}
"""


def written(observed: Observed, rules: Sequence[Rule], source: str, messages: int) -> str:
    """The whole file. `source` is what was read, `messages` how many messages there were."""
    lines = [_HEAD.format(source=_comment(source, 200), messages=messages)]
    agents = list(dict.fromkeys(rule.asked.agent for rule in rules if rule.asked.agent is not None))
    names: dict[tuple[str, ...], str] = {}
    if agents:
        lines.append("agents:\n")
    for agent in agents:
        lines += _agent(agent, [rule for rule in rules if rule.asked.agent == agent], observed, names)
    lines.append(_OTHERS)
    if unsure := [rule for rule in rules if rule.asked.agent is None]:
        lines.append(_UNCERTAIN)
        lines += [f"    - {_entry(rule, names)}{_here(rule)}\n" for rule in unsure]
    if observed.service:
        lines.append(_SERVICE.format(kinds=", ".join(sorted(observed.service))))
    lines.append(_FINAL)
    return "".join(lines)


def _agent(agent: str, rules: Sequence[Rule], observed: Observed, names: dict[tuple[str, ...], str]) -> Iterator[str]:
    events = ", ".join(_comment(event, 60) for event in observed.ran.get(agent, {}) if event)
    yield f"  {quoted(agent)}:{'     # ran at ' + events if events else ''}\n"
    musts = [rule for rule in rules if rule.times is not None]
    if musts:
        yield "    must:\n"
    for rule in musts:
        yield f"      - {_entry(rule, names)}{_here(rule)}\n"
    allowed = [rule for rule in rules if rule.times is None]
    yield "    may:\n" if allowed else "    may: []\n"
    yield from dict.fromkeys(f"      - {_entry(rule, names)}{_here(rule)}\n" for rule in allowed)


def _entry(rule: Rule, names: dict[tuple[str, ...], str]) -> str:
    """One entry in one line. A list of subjects is written once, and named for the entries behind it."""
    condition, key = rule.asked.condition, rule.asked.key
    said = []
    if condition.name is not None:
        said.append(f"{'address' if key.what.startswith('envelope.') else 'name'}: {pattern(condition.name.text)}")
    if condition.value is not None:
        said.append(f"value: {pattern(condition.value.text)}")
    if condition.filename is not None:
        said.append(f"filename: {pattern(condition.filename.text)}")
    if condition.parts:
        said.append(f"part: {pattern(key.part)}")
    if condition.body is not None and rule.times is not None:
        said.append(f"text: {quoted(condition.body.text)}")
    if rule.times is not None:
        said.append(f"times: {rule.times}")
    if rule.subjects:
        said.append(f"messages: {_messages(rule.subjects, names)}")
    what = "part.changed" if condition.body is not None and rule.times is None else key.what
    return f"{what}: {{{', '.join(said)}}}" if said else what


def _messages(subjects: tuple[str, ...], names: dict[tuple[str, ...], str]) -> str:
    if subjects in names:
        return f"*{names[subjects]}"
    names[subjects] = f"messages{len(names) + 1}"
    listed = ", ".join(pattern(subject) for subject in subjects)
    return f"&{names[subjects]} {{subject: [{listed}]}}"


def _here(rule: Rule) -> str:
    """Why it is allowed alone, and what the value was in that run, where it is not asked for."""
    asked, said = rule.asked, []
    if rule.times is None:
        said += ["not every time, and no rule shows"] if asked.agent is not None else []
    if asked.value is None and asked.seen.values:
        more = ", ..." if len(asked.seen.values) > 1 else ""
        said.append(f"here: {_comment(asked.seen.values[0], _LONGEST_COMMENT)}{more}")
    return f"     # {'; '.join(said)}" if said else ""


def pattern(text: str) -> str:
    """A text as a pattern that fits it alone."""
    plain = text and "*" not in text and "?" not in text
    return quoted(text) if plain else f"{{exact: {quoted(text)}}}"


def quoted(text: str) -> str:
    """A text as a YAML scalar in double quotes, on one line, whatever it holds (YAML 1.2, 5.7)."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _comment(text: str, longest: int) -> str:
    """A text for a comment: on one line, and with nothing in it that can't be seen."""
    shown = "".join(map(_escaped, text[:longest])).replace('\\"', '"').replace("\\\\", "\\")
    return shown if len(text) <= longest else f"{shown}..."
