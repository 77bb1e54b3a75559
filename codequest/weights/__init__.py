"""Model weights from a folder, an installed package or the hub, and known facts about public models."""

from codequest.weights.known import KnownModel, known_models
from codequest.weights.packages import describe_packages
from codequest.weights.resolver import WeightSource, find_folder, locate, resolve

__all__ = ["KnownModel", "WeightSource", "describe_packages", "find_folder", "known_models", "locate", "resolve"]
