"""Nouns to outputs, one output a module. Computes nothing."""
