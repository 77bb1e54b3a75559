"""Where model weights come from: a folder, an installed weight package, or the Hugging Face hub."""

from codequest.weights.packages import cache_root, describe_packages
from codequest.weights.resolver import WeightSource, locate, resolve

__all__ = ["WeightSource", "cache_root", "describe_packages", "locate", "resolve"]
