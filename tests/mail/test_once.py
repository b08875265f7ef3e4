"""What is worked out once: for each noun, by each function, and gone with the noun."""

import gc
import weakref

from snapdiff.mail.message import Message
from snapdiff.mail.once import once


def test_each_noun_is_asked_once() -> None:
    asked: list[bytes] = []

    @once
    def size(message: Message) -> int:
        asked.append(message.raw)
        return len(message.raw)

    one, other = Message(b"one"), Message(b"other")
    assert [size(one), size(other), size(one), size(Message(b"one"))] == [3, 5, 3, 3]
    assert asked == [b"one", b"other", b"one"]


def test_an_answer_of_none_is_an_answer() -> None:
    asked: list[bytes] = []

    @once
    def nothing(message: Message) -> None:
        asked.append(message.raw)

    one = Message(b"one")
    assert (nothing(one), nothing(one), asked) == (None, None, [b"one"])


def test_functions_do_not_take_one_another_s_answers() -> None:
    @once
    def first(message: Message) -> bytes:
        return message.raw[:1]

    @once
    def rest(message: Message) -> bytes:
        return message.raw[1:]

    one = Message(b"one")
    assert (first(one), rest(one), first(one)) == (b"o", b"ne", b"o")


def test_the_answer_goes_with_the_noun() -> None:
    class Answer:
        """What a weak reference can point to."""

    @once
    def answered(message: Message) -> Answer:
        return Answer()

    one = Message(b"one")
    held = weakref.ref(answered(one))
    assert held() is not None
    del one
    gc.collect()
    assert held() is None
