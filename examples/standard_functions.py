"""A few dozen functions of the standard library, to search: their code and their descriptions, by name."""

import fnmatch
import glob
import heapq
import inspect
import shlex
import shutil
import textwrap

_MODULES = (fnmatch, glob, heapq, shlex, shutil, textwrap)
_FUNCTIONS = {
    f"{module.__name__}.{name}": function
    for module in _MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_") and function.__doc__
}

CODE = {name: inspect.getsource(function).replace(function.__doc__, "…") for name, function in _FUNCTIONS.items()}
DESCRIPTIONS = {name: inspect.getdoc(function).splitlines()[0] for name, function in _FUNCTIONS.items()}
ENCODER = "minilm-lora"
TEACHER = "auto:sentence-transformers/all-mpnet-base-v2"
