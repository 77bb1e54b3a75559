"""Model weights: where they come from (a folder, an installed package, the hub), and what is known of public models."""

from codequest.weights.known import KnownModel, known_models
from codequest.weights.packages import describe_packages
from codequest.weights.resolver import WeightSource, locate, resolve

__all__ = ["KnownModel", "WeightSource", "describe_packages", "known_models", "locate", "resolve"]
