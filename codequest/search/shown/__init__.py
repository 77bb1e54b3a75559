"""Hits as they are shown: as the files are now, and as much of them as there is room for."""
