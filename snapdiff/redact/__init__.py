"""Nouns to nouns that can be shown outside the house: words of mails and logs become keyed words of the same shape."""
