"""The adapter folder: what is in it, where it comes from and goes to, its card, and its teacher's reference vectors."""

from codequest.adapters.places import find_adapter, push_folder, shipped_adapters

__all__ = ["find_adapter", "push_folder", "shipped_adapters"]
