"""Two texts to what is the same at their ends, found by halving, so that long texts cost one pass."""


def same_start(one: str, other: str) -> int:
    """How many characters two texts begin alike with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def same_end(one: str, other: str) -> int:
    """How many characters two texts end alike with."""
    return same_start(one[::-1], other[::-1])
