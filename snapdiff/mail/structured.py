"""Turns a structured header value (or an AGENTINFO member list) into a flat mapping of names to texts and lists.

The parsers are thin and our own, take time linear in the value's length, and leave out what does not follow the
grammar. `snapdiff.mail.values` compares what they return.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator

from msgspec import Struct

from snapdiff.mail.parameters import comment_end, parameters


class Items(dict[str, int]):
    """A list whose order says little: how often each item stands in it. `text` is the list as a whole."""

    def __init__(self, items: list[str], separator: str) -> None:
        super().__init__()
        for item in items:
            self[item] = self.get(item, 0) + 1
        self.text = separator.join(items)


class Named(dict[str, "str | Items"]):
    """The values inside a field by name, in order; a name that is taken goes on with a number."""

    def __init__(self) -> None:
        super().__init__()
        self._taken: dict[str, int] = {}

    def put(self, name: str, value: str | Items) -> None:
        number = self._taken[name] = self._taken.get(name, 0) + 1
        self[name if number == 1 else f"{name} {number}"] = value

    def size(self) -> int:
        return sum(sum(value.values()) if isinstance(value, Items) else 1 for value in self.values())


class AgentInfo(Struct, frozen=True):
    """One member of an AGENTINFO row's custom-data, such as `S:TRA=ETR|ruleId=<guid>|action=<name>|sev=1`.

    `type` is that of the value (S, I32, Dt, F, Dbl), "" where none stands before the key; `key` names the agent
    (TRA, AMA, JA) or the value; `group` is the first piece of the value (ETR, SUM), or the whole of a plain one;
    `values` are the other pieces by name, in order, as often as they stand there.
    """

    type: str
    key: str
    group: str
    values: dict[str, list[str]]


def parse_agentinfo(text: str) -> list[AgentInfo]:
    """The members of an AGENTINFO row's custom-data, in order; `text` is the field as the CSV file has it, unquoted.

    Members are divided by `;`; one that holds a `;` or `'` stands in single quotes, with `'` doubled.
    """
    members: list[AgentInfo] = []
    at = 0
    while at < len(text):
        quoted = _QUOTED_MEMBER.match(text, at)
        end = text.find(";", quoted.end() if quoted else at)
        end = len(text) if end < 0 else end
        member = quoted.group(1).replace("''", "'") if quoted else text[at:end]
        at = end + 1
        typed, equals, value = member.partition("=")
        kind, colon, key = typed.partition(":")
        if not typed.strip():
            continue
        group, *pieces = value.split("|") if equals else [""]
        values: dict[str, list[str]] = {}
        for piece in pieces:
            name, _, item = piece.partition("=")
            values.setdefault(name, []).append(item)
        members.append(AgentInfo(kind.strip() if colon else "", (key if colon else kind).strip(), group, values))
    return members


_QUOTED_MEMBER = re.compile(r"[ \t]*+'([^']*+(?:''[^']*+)*)'?")


def _read_custom_data(value: str) -> Named:
    named = Named()
    for member in parse_agentinfo(value):
        if not member.values:
            named.put(member.key, member.group)
            continue
        rule = "".join(f"[{guid}]" for guid in member.values.get("ruleId", [])[:1])
        label = f"{member.key}.{member.group}{rule}" if member.group else member.key
        for name, texts in member.values.items():
            for text in texts:
                named.put(f"{label}.{name}", text)
    return named


def _read_media_type(value: str) -> Named:
    return _read_parameters(value, "media-type")


def _read_disposition(value: str) -> Named:
    return _read_parameters(value, "disposition")


def _read_parameters(value: str, first: str) -> Named:
    named = Named()
    kind, parameter = parameters(value)
    if kind:
        named.put(first, kind)
    for name, text in parameter.items():
        named.put(name, text)
    return named


def _read_tags(value: str) -> Named:
    """A tag list (RFC 6376 section 3.2). White space in `b`, `bh` and between the names of `h` says nothing."""
    named = Named()
    for tag in value.split(";"):
        name, equals, text = tag.partition("=")
        name = name.strip()
        if not equals or not name:
            continue
        if name == "h":
            named.put(name, Items([field.strip() for field in text.split(":")], ":"))
        else:
            named.put(name, ("" if name in {"b", "bh"} else " ").join(text.split()))
    return named


def _read_antispam(value: str) -> Named:
    """KEY:value pairs as Exchange's anti-spam headers have them; `(1)(2)` and `1|2` are lists."""
    named = Named()
    for pair in value.split(";"):
        key, colon, text = pair.partition(":")
        key, text = key.strip(), text.strip()
        if not colon or not key:
            continue
        if text.startswith("(") and text.endswith(")"):
            named.put(key, Items([item.strip("() ") for item in text.split(")(")], ","))
        elif "|" in text:
            named.put(key, Items(text.split("|"), "|"))
        else:
            named.put(key, text)
    return named


def _read_spf(value: str) -> Named:
    """Received-SPF (RFC 7208 section 9.1): a result, a comment, and pairs."""
    named = Named()
    for number, (words, comments) in enumerate(_clauses(value)):
        for place, word in enumerate(words):
            key, equals, text = word.partition("=")
            if equals:
                named.put(key.lower(), _unquoted(text))
            elif number == place == 0:
                named.put("result", word)
        for comment in comments:
            named.put("comment", comment)
    return named


class _Result(Struct, frozen=True):
    """One method's result of Authentication-Results, with its comment and properties."""

    method: str
    result: str
    comments: list[str]
    properties: list[tuple[str, str]]

    def label(self, several: bool) -> str:
        """The method, with the domain it is about where it stands there several times."""
        if several:
            for name in ("header.d", "header.i", "smtp.mailfrom", "header.from", "smtp.client-ip"):
                for key, text in self.properties:
                    if key == name:
                        return f"{self.method}[{text.lstrip('@')}]"
        return self.method


def _read_results(before: str, after: str) -> tuple[Named, Named]:
    """Authentication-Results (RFC 8601 section 2.2) of both sides; Exchange Online leaves the authserv-id out."""
    (old_head, old), (new_head, new) = _results(before), _results(after)
    several = {
        method
        for results in (old, new)
        for method, count in Counter(result.method for result in results).items()
        if count > 1
    }
    return _named_results(old_head, old, several), _named_results(new_head, new, several)


def _named_results(head: list[tuple[str, str]], results: list[_Result], several: set[str]) -> Named:
    named = Named()
    for name, text in head:
        named.put(name, text)
    taken: dict[str, int] = {}
    for result in results:
        label = result.label(result.method in several)
        number = taken[label] = taken.get(label, 0) + 1
        if number > 1:
            label = f"{label} {number}"
        named.put(label, result.result)
        for comment in result.comments:
            named.put(f"{label}.comment", comment)
        for name, text in result.properties:
            named.put(f"{label}.{name}", text)
    return named


def _results(value: str) -> tuple[list[tuple[str, str]], list[_Result]]:
    head: list[tuple[str, str]] = []
    results: list[_Result] = []
    for number, (words, comments) in enumerate(_clauses(value)):
        if not words:
            continue
        pairs = [
            (name.lower(), _unquoted(text)) for name, equals, text in (word.partition("=") for word in words) if equals
        ]
        method, _, _ = words[0].partition("=")[0].lower().partition("/")
        if "=" not in words[0]:
            if not results and not any(name == "authserv-id" for name, _ in head):
                head += zip(("authserv-id", "version"), words, strict=False)
            elif words == ["none"]:
                head.append(("result", "none"))
        elif number == 0 and method == "i":
            # The instance of ARC-Authentication-Results (RFC 8617 section 4.1.1).
            head += pairs[:1]
        else:
            results.append(_Result(method, pairs[0][1], comments, pairs[1:]))
    return head, results


def _clauses(value: str) -> Iterator[tuple[list[str], list[str]]]:
    """What stands between semicolons: words (a quoted text is one, `a = b` too) and comments."""
    words: list[str] = []
    comments: list[str] = []
    at, end = 0, len(value)
    open_pair = False
    while at < end:
        character = value[at]
        word = _WORD.match(value, at)
        if word is not None:
            at, text = word.end(), word.group()
            if words and (open_pair or (text[0] == "=" and "=" not in words[-1])):
                words[-1] += text
                open_pair = text == "="
            else:
                words.append(text)
            continue
        if character == "(":
            close = comment_end(value, at) or end + 1
            comments.append(" ".join(value[at + 1 : close - 1].split()))
            at = close
        else:
            at += 1
        if character == ";":
            yield words, comments
            words, comments, open_pair = [], [], False
    yield words, comments


_WORD = re.compile(r'(?:[^ \t\r\n;("]+|"[^"\\]*(?:\\.?[^"\\]*)*"?)+', re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    return _QUOTED_PAIR.sub(r"\1", text[1:].removesuffix('"'))


Reader = Callable[[str, str], tuple[Named, Named]]


def _each(read: Callable[[str], Named]) -> Reader:
    return lambda before, after: (read(before), read(after))


READERS: dict[str, Reader] = {
    "content-type": _each(_read_media_type),
    "content-disposition": _each(_read_disposition),
    "dkim-signature": _each(_read_tags),
    "arc-seal": _each(_read_tags),
    "arc-message-signature": _each(_read_tags),
    "authentication-results": _read_results,
    "arc-authentication-results": _read_results,
    "x-ms-exchange-authentication-results": _read_results,
    "received-spf": _each(_read_spf),
    "x-forefront-antispam-report": _each(_read_antispam),
    "x-forefront-antispam-report-untrusted": _each(_read_antispam),
    "x-microsoft-antispam": _each(_read_antispam),
    "x-microsoft-antispam-untrusted": _each(_read_antispam),
    "x-microsoft-antispam-mailbox-delivery": _each(_read_antispam),
    "x-ms-exchange-organization-antispam-report": _each(_read_antispam),
    "custom-data": _each(_read_custom_data),
}
