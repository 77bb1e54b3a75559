"""The exported forms of encoders, as competitors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from codequest.adapters.folder import read_config
from codequest.bench.competitors import TEACHER, Competitor, adapter_competitor, bare_competitor
from codequest.encoders import QueryEncoder
from codequest.errors import CodequestError, InvalidInputError
from codequest.progress import Progress, silent
from codequest.runtimes import RUNTIMES

FORMS = tuple(f"{row.name}:{precision}" for row in RUNTIMES.values() for precision in row.precisions)
"""Exports that are measured of every encoder by default, where they run: ``"RUNTIME:PRECISION"``."""


def export_forms(
    competitors: Sequence[Competitor], forms: Sequence[str], folder: Path, *, progress: Progress = silent
) -> tuple[list[Competitor], dict[str, str]]:
    """Export encoders, each to every form.

    Args:
        competitors: The teacher, and the adapters as they are.
        forms: Some of `FORMS`.
        folder: Where the exported folders go.
        progress: Called after every export.

    Returns:
        The exported forms, each with its bare graph, and by name why others cannot be had: a runtime that is not
        installed, a precision that the CPU lacks, or vectors that left the space.
    """
    exported: list[Competitor] = []
    not_run: dict[str, str] = {}
    for number, competitor in enumerate(competitors if forms else ()):
        encoder = _encoder(competitor)
        for done, form in enumerate(forms, start=1):
            name, target = f"{competitor.name}, {form.replace(':', ' ')}", folder / f"{number}-{form.replace(':', '-')}"
            try:
                _export(encoder, form, target)
                found = replace(adapter_competitor(name, str(target), reference=competitor.name), optional=True)
                reads_tokens = read_config(target).encoder["reader"] == "tokens"
                exported += [found, *([bare_competitor(found)] if reads_tokens else [])]
            except CodequestError as error:
                not_run[name] = str(error)
            progress("exporting", number * len(forms) + done, len(competitors) * len(forms))
    return exported, not_run


def check_forms(forms: Sequence[str]) -> None:
    """Refuse names that are not forms.

    Raises:
        InvalidInputError: Not one of `FORMS`.
    """
    unknown = [form for form in forms if form not in FORMS]
    if unknown:
        raise InvalidInputError(f"There is no form {unknown[0]!r}. Expected some of {', '.join(FORMS)}.")


def _export(encoder: QueryEncoder, form: str, target: Path) -> None:
    runtime, precision = form.split(":")
    choices: dict[str, Any] = {"runtime": runtime, "precision": precision}
    encoder.export(target, **choices)


def _encoder(competitor: Competitor) -> QueryEncoder:
    """Encoder that exports a competitor's graph; that of the teacher is its compact adaptation, with any weights."""
    if competitor.name != TEACHER:
        return QueryEncoder.from_pretrained(competitor.source, device="cpu")
    from codequest.encoders import QuantizedQueryEncoder
    from codequest.teachers import LocalTeacher

    space = LocalTeacher(competitor.source, revision=competitor.options["revision"], device="cpu").space
    return QuantizedQueryEncoder.create(
        space=space, precision="int8", runtime="torch", weights=competitor.source, device="cpu"
    )
