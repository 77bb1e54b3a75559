"""The adapter folder: its contents, the places it is found in, its card, and its teacher's reference vectors."""

from codequest.adapters.places import find_adapter, push_folder, shipped_adapters

__all__ = ["find_adapter", "push_folder", "shipped_adapters"]
