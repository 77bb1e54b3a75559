"""Approximate search: what HNSW and IVF indexes find, and with how much effort."""
