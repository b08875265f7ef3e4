"""Words of a mail to other words of the same length and shape; one word always becomes the same one under one key.

The length in characters stays, so that offsets into a text still hold. Letter case and digits stay where they were;
everything between words stays as it is. Without the key nobody can tell what a word was, but by its shape.
"""

import hashlib
import hmac
import random
import re
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_LOWER = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"
_SHORT = 3
"""Words up to this length are mapped by a permutation of all of them: no two become the same one."""
_TAG = re.compile(r"<[!/?]?[A-Za-z][^<>]{0,10000}>?")
KEY_BYTES = 16


class Words:
    """What words become under one key (bytes of any length)."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._orders: dict[str, list[int]] = {}
        self.word = lru_cache(maxsize=100_000)(self._word)

    def text(self, text: str, kept: frozenset[str] = frozenset()) -> str:
        """The text with every word replaced but those of `kept` (in lower case)."""
        return _WORD.sub(lambda found: found[0] if found[0].lower() in kept else self.word(found[0]), text)

    def markup(self, source: str, kept: frozenset[str]) -> str:
        """HTML source with every word replaced but those of `kept` inside its tags."""
        pieces: list[str] = []
        at = 0
        for tag in _TAG.finditer(source):
            pieces += [self.text(source[at : tag.start()]), self.text(tag[0], kept)]
            at = tag.end()
        return "".join([*pieces, self.text(source[at:])])

    def hash(self, value: str) -> str:
        """A hexadecimal hash to another of the same length: equal ones stay equal, and can't be looked up."""
        return self._digest(f"hash {value}").hex()[: len(value)].ljust(len(value), "0")

    def _digest(self, text: str) -> bytes:
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()

    def _word(self, word: str) -> str:
        plain = word.lower() if len(word.lower()) == len(word) else word
        kinds = "".join("d" if char.isascii() and char.isdigit() else "l" for char in plain)
        new = self._short(plain, kinds) if plain.isascii() and len(plain) <= _SHORT else self._long(plain, kinds)
        return "".join(
            char.upper() if old.isupper() and char.isalpha() else char for old, char in zip(word, new, strict=True)
        )

    def _short(self, word: str, kinds: str) -> str:
        """By a permutation of all words of these kinds, which the key chooses."""
        alphabets = [_DIGITS if kind == "d" else _LOWER for kind in kinds]
        number, size = 0, 1
        for char, alphabet in zip(word, alphabets, strict=True):
            number = number * len(alphabet) + alphabet.index(char)
            size *= len(alphabet)
        number = self._order(kinds, size)[number]
        chars = []
        for alphabet in reversed(alphabets):
            number, place = divmod(number, len(alphabet))
            chars.append(alphabet[place])
        return "".join(reversed(chars))

    def _order(self, kinds: str, size: int) -> list[int]:
        if kinds not in self._orders:
            order = list(range(size))
            random.Random(int.from_bytes(self._digest(f"order {kinds}"))).shuffle(order)  # noqa: S311 - the key's seed
            self._orders[kinds] = order
        return self._orders[kinds]

    def _long(self, word: str, kinds: str) -> str:
        """By the key's hash of the word; never the word itself."""
        for attempt in range(4):
            stream = b""
            while len(stream) < 2 * len(word):
                stream += self._digest(f"word {attempt} {len(stream)} {word}")
            numbers = [int.from_bytes(stream[2 * at : 2 * at + 2]) for at in range(len(word))]
            new = "".join(
                _DIGITS[number % 10] if kind == "d" else _LOWER[number % 26]
                for number, kind in zip(numbers, kinds, strict=True)
            )
            if new != word:
                break
        return new
