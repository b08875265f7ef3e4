"""snapdiff: which Exchange transport agent changed a message, and what exactly it changed."""

__version__ = "0.1.0"
