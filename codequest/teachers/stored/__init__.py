"""Vectors that someone already computed, as a teacher and in files."""
