"""The teacher that is taken where none is named."""

DEFAULT_TEACHER = "auto:sentence-transformers/all-mpnet-base-v2"
"""Of those that embed code, the one that the adapters that come with codequest are of."""
