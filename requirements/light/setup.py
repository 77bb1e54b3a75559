"""The distribution codequest-light: the same package, with the dependencies of what runs without torch."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from setuptools import setup

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TORCH = {"torch", "transformers", "peft", "bitsandbytes", "onnx", "onnxscript", "nncf"}
"""Packages that compute in torch, and those that write graphs from it: they come with the extra ``torch``."""

LEFT_OUT = {"all", "demo", "dev", "mteb", "sentence-transformers", "torch"}
"""Extras that need torch themselves."""


def name_of(requirement: str) -> str:
    return re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0]


def light(requirements: Iterable[str]) -> list[str]:
    kept = (requirement for requirement in requirements if name_of(requirement) not in TORCH)
    return [re.sub(r"^codequest\b", "codequest-light", requirement) for requirement in kept]


settings = tomllib.loads((Path(__file__).parent / "full.toml").read_text(encoding="utf-8"))
full, extras = settings["project"], settings["project"]["optional-dependencies"]
every = [*full["dependencies"], *extras["onnx"], *extras["openvino"]]

setup(
    install_requires=light(full["dependencies"]),
    extras_require={
        "torch": [requirement for requirement in every if name_of(requirement) in TORCH],
        **{name: light(requirements) for name, requirements in extras.items() if name not in LEFT_OUT},
    },
    python_requires=full["requires-python"],
    classifiers=full["classifiers"],
    keywords=full["keywords"],
    entry_points={"console_scripts": [f"{name} = {where}" for name, where in full["scripts"].items()]},
    package_data=settings["tool"]["setuptools"]["package-data"],
)
