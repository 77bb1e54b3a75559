"""The exported forms of encoders, as competitors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from codequest.bench.competitors import Competitor, adapter_competitor
from codequest.encoders import QueryEncoder
from codequest.errors import CodequestError, InvalidInputError
from codequest.progress import Progress, silent

FORMS = ("onnx:fp32", "onnx:int8", "openvino:fp32", "openvino:bf16", "openvino:int8")
"""What is measured of every encoder by default, where it runs."""


def export_forms(
    adapters: Sequence[Competitor],
    forms: Sequence[str],
    folder: Path,
    *,
    teacher: Competitor,
    progress: Progress = silent,
) -> tuple[list[Competitor], dict[str, str]]:
    """Export encoders.

    Args:
        adapters: The encoders as they are.
        forms: ``"RUNTIME:PRECISION"``.
        folder: Where the exported folders go.
        teacher: Their teacher.
        progress: Called after every export.

    Returns:
        The exported forms, and by name why others cannot be had: a runtime that is not installed, a precision that
        the CPU lacks, or vectors that left the space.
    """
    exported, not_run = [], {}
    for done, (adapter, form) in enumerate(((adapter, form) for adapter in adapters for form in forms), start=1):
        name = f"{adapter.name}, {form.replace(':', ' ')}"
        runtime, _, precision = form.partition(":")
        target = folder / name.replace(", ", "-").replace(" ", "-")
        try:
            encoder: Any = QueryEncoder.from_pretrained(adapter.source, device="cpu")
            encoder.export(target, runtime=runtime, precision=precision)
            exported.append(adapter_competitor(name, str(target), teacher=teacher, reference=adapter.name))
        except CodequestError as error:
            not_run[name] = str(error)
        progress("exporting", done, len(adapters) * len(forms))
    return exported, not_run


def check_forms(forms: Sequence[str]) -> None:
    """Refuse what is no form.

    Raises:
        InvalidInputError: Not ``RUNTIME:PRECISION``.
    """
    for form in forms:
        if form not in FORMS:
            raise InvalidInputError(f"There is no form {form!r}. Expected one of {', '.join(FORMS)}.")
