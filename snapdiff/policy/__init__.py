"""Policies: what was expected of a rollout, read from a file, held against traces, or written from a good run."""
