"""The text of a YAML file to plain nodes that know their line and column; nothing is constructed, so nothing can run.

Bounded on every side: a file can be large, deep, or grow without end by aliases of aliases.
"""

from collections.abc import Iterator

from msgspec import Struct

MAX_BYTES = 500_000
MAX_NODES = 50_000
MAX_DEPTH = 30
_NULL = frozenset({"", "~", "null", "Null", "NULL"})


class Place(Struct, frozen=True):
    """Where something stands in the file; both count from 1."""

    line: int
    column: int


class Wrong(Struct, frozen=True):
    """What is wrong with a policy, in one sentence, and where."""

    place: Place
    sentence: str


class Text(Struct, frozen=True):
    """A scalar as it was written. `quoted` is set where quotes say that it is a text whatever it looks like."""

    text: str
    quoted: bool
    place: Place

    @property
    def is_null(self) -> bool:
        """Whether nothing is given here."""
        return not self.quoted and self.text in _NULL


class Entry(Struct, frozen=True):
    """A key with its value."""

    key: Text
    value: "Node"


class Mapping(Struct, frozen=True):
    """Keys and values in their order."""

    entries: list[Entry]
    place: Place


class Sequence(Struct, frozen=True):
    """A list."""

    items: list["Node"]
    place: Place


Node = Text | Mapping | Sequence


class NotYaml(Exception):  # noqa: N818 - an answer for the user, not a fault
    """The file is no YAML, or larger than a policy can be; `wrong` says where and why."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong.sentence)
        self.wrong = wrong


def read_yaml(data: bytes) -> tuple[Node, list[Wrong]]:
    """The one document of a file, and the keys that stand in it twice. Raises NotYaml where it can't be read."""
    start = Place(1, 1)
    if len(data) > MAX_BYTES:
        raise NotYaml(Wrong(start, f"the file has {len(data):,} bytes; a policy may have up to {MAX_BYTES:,}"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        column = fault.start - (data.rfind(b"\n", 0, fault.start) + 1) + 1
        raise NotYaml(Wrong(Place(line, column), "this is not UTF-8; save the file as UTF-8")) from None
    return _Reading().read(text)


class _Reading:
    def __init__(self) -> None:
        self._count = 0
        self._wrong: list[Wrong] = []

    def read(self, text: str) -> tuple[Node, list[Wrong]]:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        try:
            composed = YAML(typ="safe", pure=True).compose(text)
        except MarkedYAMLError as fault:
            mark = fault.problem_mark or fault.context_mark
            place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
            said = " ".join(str(fault.problem or fault.context or "it can't be read").split())
            raise NotYaml(Wrong(place, f"this is no YAML: {said}")) from None
        except YAMLError as fault:
            raise NotYaml(Wrong(Place(1, 1), f"this is no YAML: {' '.join(str(fault).split())[:200]}")) from None
        except RecursionError:
            raise NotYaml(Wrong(Place(1, 1), f"it is nested deeper than {MAX_DEPTH} levels")) from None
        if composed is None:
            raise NotYaml(Wrong(Place(1, 1), "the file is empty"))
        return self._node(composed, 0), self._wrong

    def _node(self, node: object, depth: int) -> Node:
        from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

        if not isinstance(node, ScalarNode | MappingNode | SequenceNode):
            raise TypeError(f"a YAML node of another kind: {type(node).__name__}")
        place = Place(node.start_mark.line + 1, node.start_mark.column + 1)
        self._count += 1
        if self._count > MAX_NODES:
            raise NotYaml(Wrong(place, f"with its aliases this comes to more than {MAX_NODES:,} values"))
        if depth > MAX_DEPTH:
            raise NotYaml(Wrong(place, f"this is nested deeper than {MAX_DEPTH} levels"))
        if isinstance(node, ScalarNode):
            return Text(str(node.value), node.style is not None, place)
        if isinstance(node, SequenceNode):
            return Sequence([self._node(item, depth + 1) for item in node.value], place)
        return Mapping(list(self._entries(node.value, depth)), place)

    def _entries(self, pairs: list[tuple[object, object]], depth: int) -> Iterator[Entry]:
        seen: dict[str, Place] = {}
        for key_node, value_node in pairs:
            key = self._node(key_node, depth + 1)
            if not isinstance(key, Text):
                self._wrong.append(Wrong(key.place, "a key must be a plain text"))
                continue
            if key.text in seen:
                where = f"line {seen[key.text].line}"
                self._wrong.append(Wrong(key.place, f"{key.text!r} stands here twice; the first is in {where}"))
            seen.setdefault(key.text, key.place)
            yield Entry(key, self._node(value_node, depth + 1))
