"""Result of an index probe, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from codequest.errors import SpaceMismatchError
from codequest.space import SAME, RowMatch, Vectors, match_rows, normalized
from codequest.teachers.base import Teacher
from codequest.teachers.index_probe.variants import Setting
from codequest.texts import counted

Verdict = Literal["match", "setting", "mismatch"]

_SAME_LENGTH = 0.02  # relative; half precision and 8-bit storage round


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was compared.

    Attributes:
        what: Its name.
        index: Its value in the index; ``"?"`` where that is not known.
        teacher: Its value in vectors that the teacher, set as it is, would have made.
        agrees: Whether both are the same.
    """

    what: str
    index: str
    teacher: str
    agrees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexProbe:
    """The result of `probe_index`.

    Attributes:
        verdict: ``"match"``: the teacher, set as it is, made the vectors; ``"setting"``: it made them with other
            settings, or their lengths were changed; ``"mismatch"``: it did not make them, or not of these texts.
        says: Meaning of the verdict, and what to do.
        cosine: Mean cosine of the stored vectors and the teacher's, set as it is; NaN where it has fewer dimensions.
        nearest: The same with the nearest setting that was tried.
        samples: Number of texts that were embedded again.
        findings: Everything that was compared, one by one.
        options: Arguments with which `LocalTeacher` makes such vectors, as far as it has arguments for that.
    """

    verdict: Verdict
    says: str
    cosine: float
    nearest: float
    samples: int
    findings: tuple[Finding, ...]
    options: Mapping[str, Any] = field(default_factory=dict)

    def check(self) -> None:
        """Refuse anything but a match.

        Raises:
            SpaceMismatchError: Says what is wrong and what to do.
        """
        if self.verdict != "match":
            raise SpaceMismatchError(self.says)


class Comparison:
    """The stored vectors and those of one setting.

    Args:
        setting: The setting.
        vectors: (n, dim or more), the setting's vectors of the sampled texts.
        stored: (n, dim), the index's vectors of the same texts.

    Attributes:
        vectors: The setting's, cut to the length of the stored ones, unit rows.
        lengths: Lengths of the stored vectors, (n,), and of the setting's before they were normalized.
        dims: Numbers of dimensions of the stored vectors and of the setting's.
        match: Likeness of both; NaN where the setting has fewer dimensions than the index.
    """

    def __init__(self, setting: Setting, vectors: Vectors, stored: Vectors) -> None:
        self.setting = setting
        self.dims = stored.shape[1], vectors.shape[1]
        self.lengths = np.linalg.norm(stored, axis=1), np.linalg.norm(vectors[:, : stored.shape[1]], axis=1)
        self.vectors = normalized(vectors[:, : stored.shape[1]])
        fits = self.dims[1] >= self.dims[0]
        self.match = match_rows(stored, self.vectors) if fits else RowMatch(float("nan"), float("nan"))

    @property
    def score(self) -> float:
        """The cosine; the least one where there is none."""
        return self.match.mean if np.isfinite(self.match.mean) else -1.0


def conclude(teacher: Teacher, own: Comparison, nearest: Comparison, *, elsewhere: int) -> IndexProbe:
    """The verdict.

    Args:
        teacher: The teacher that was asked about.
        own: Comparison with the teacher as it is set.
        nearest: Comparison with the setting that came nearest.
        elsewhere: Number of texts that have their vector in another row.
    """
    name, count = teacher.space.teacher, len(own.vectors)
    made = nearest.match.same
    findings = (*_of_vectors(teacher, own), *(_of_settings(own.setting, nearest.setting) if made else ()))
    different = {finding.what: finding for finding in findings if not finding.agrees}
    options: dict[str, Any] = {}
    if made and not different:
        verdict: Verdict = "match"
        says = f"{name} made these vectors."
    elif made:
        verdict = "setting"
        options = _options(nearest, different)
        says = f"{name} made these vectors, but {_listed(different)}. {_remedy(name, different, options)}"
    else:
        verdict = "mismatch"
        says = _other_rows(name, elsewhere, count) if 2 * elsewhere > count else _another_model(name, own, nearest)
    return IndexProbe(
        verdict=verdict,
        says=says,
        cosine=own.match.mean,
        nearest=nearest.match.mean,
        samples=count,
        findings=findings,
        options=options,
    )


def _of_vectors(teacher: Teacher, own: Comparison) -> list[Finding]:
    stored, expected = own.lengths
    if teacher.space.normalized:
        expected = np.ones_like(stored)
    same = bool(np.allclose(stored, expected, rtol=_SAME_LENGTH)) or own.dims[0] > own.dims[1]
    return [
        Finding("dimensions", str(own.dims[0]), str(own.dims[1]), own.dims[0] == own.dims[1]),
        Finding("length of a vector", _range(stored), _range(expected), same),
    ]


def _of_settings(own: Setting, nearest: Setting) -> list[Finding]:
    pairs = [
        ("side", nearest.side, own.side),
        ("prompt", repr(nearest.prompt), repr(own.prompt)),
        ("pooling", nearest.pooling, own.pooling),
        ("dense layers", "used" if nearest.dense else "left out", "used" if own.dense else "left out"),
        ("tokens read", str(nearest.max_tokens), str(own.max_tokens)),
    ]
    return [Finding(what, index, teacher, index == teacher) for what, index, teacher in pairs]


def _options(nearest: Comparison, different: Mapping[str, Finding]) -> dict[str, Any]:
    setting = nearest.setting
    every = {
        "dimensions": ("dim", nearest.dims[0]),
        "prompt": (f"{setting.side}_prompt", setting.prompt),
        "tokens read": ("max_tokens", setting.max_tokens),
    }
    return dict(option for what, option in every.items() if what in different and "side" not in different)


def _listed(different: Mapping[str, Finding]) -> str:
    return ", ".join(f"{what} {of.index} instead of {of.teacher}" for what, of in different.items())


def _remedy(name: str, different: Mapping[str, Finding], options: Mapping[str, Any]) -> str:
    remedies = []
    if options:
        given = ", ".join(f"{option}={value!r}" for option, value in options.items())
        remedies.append(f"Load the teacher with LocalTeacher({name!r}, {given}), or embed the texts again.")
    if {"pooling", "dense layers", "side"} & set(different):
        remedies.append("Embed the texts again with this teacher as it is set: it was not trained for the other way.")
    if "length of a vector" in different:
        remedies.append("Normalise the vectors to the teacher's lengths, or search by cosine.")
    return " ".join(remedies)


def _other_rows(name: str, elsewhere: int, count: int) -> str:
    return (
        f"{name} made these vectors, but not of these texts: {elsewhere} of {count} texts have their vector in another "
        "row. Bring vectors and texts into the same order: row i must be the vector of text i."
    )


def _another_model(name: str, own: Comparison, nearest: Comparison) -> str:
    if own.dims[0] > own.dims[1]:
        return (
            f"{name} did not make these vectors: they have {own.dims[0]} dimensions, its own {own.dims[1]}. Name the "
            "model that made them."
        )
    if nearest.match.mean >= SAME:
        return (
            f"{name} made most of these vectors, but not all of these texts: the cosines of "
            f"{counted(len(own.vectors), 'text')} have a mean of {nearest.match.mean:.3f} and a least of "
            f"{nearest.match.worst:.3f}; the same text gives 1. Texts have changed since they were embedded: embed "
            "those again."
        )
    what = (
        "It is another version of the model, a fine-tuned form of it, or a prompt that was not tried: if you know "
        f"that, give it with LocalTeacher({name!r}, {nearest.setting.side}_prompt='…')"
        if nearest.match.related
        else "Name the model that made them, a fine-tuned one by its own name"
    )
    return (
        f"{name} did not make these vectors: embedded again, the texts reach a mean cosine of {own.match.mean:.3f}, "
        f"with the nearest of the settings that were tried {nearest.match.mean:.3f}; the same model gives 1. {what}, "
        "or embed the texts again with this one."
    )


def _range(lengths: Vectors) -> str:
    low, high = f"{lengths.min():.3f}", f"{lengths.max():.3f}"
    return low if low == high else f"{low} to {high}"
