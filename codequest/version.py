"""The version of codequest: of the distribution, of what it saves, of what it caches."""

__version__ = "0.1.0"
