"""A trace with its steps to findings: changes with a known meaning, who caused them, and what mends them."""
