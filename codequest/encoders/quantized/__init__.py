"""Compact adaptation: the query side of the teacher itself in lower precision."""
