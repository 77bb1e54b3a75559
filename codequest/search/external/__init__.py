"""Searches of vector stores that someone else has filled with a teacher's vectors."""
