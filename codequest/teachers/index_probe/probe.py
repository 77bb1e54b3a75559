"""Tell whether a teacher made the vectors of an index; where it nearly did, tell which setting differs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from codequest.errors import InvalidInputError
from codequest.progress import Progress, silent
from codequest.space import RELATED, SAME, Side, Vectors, as_array, checked_teacher, normalized
from codequest.teachers.base import Teacher, local_model
from codequest.teachers.index_probe.conclusion import Comparison, IndexProbe, conclude
from codequest.teachers.index_probe.variants import Setting, embedded, lengths_to_try, other_prompts, own_prompts
from codequest.texts import checked_texts, counted

_EXACT = 0.9999  # least cosine from which no other setting need be tried
_NEARER = 0.5  # the share of the distance to 1 that another setting must at least take away
_SHORTEST = 8  # texts tell prompts and poolings apart
_ROWS = 10_000  # of the index, compared at once


def probe_index(
    vectors: npt.NDArray[Any],
    texts: Sequence[str],
    teacher: Teacher,
    *,
    side: Side = "document",
    samples: int = 32,
    progress: Progress = silent,
) -> IndexProbe:
    """Embed some texts of an index again, and compare.

    Where the vectors differ, a local teacher is tried with its other prompts, poolings and lengths, and without its
    dense layers; any other teacher with its other side. Vectors that are shorter than the teacher's are compared with
    the beginnings of the teacher's.

    Args:
        vectors: (n, dim), as they are stored.
        texts: The texts that the vectors were made of, in the same order.
        teacher: The teacher that may have made them.
        side: Side of the texts: queries or documents.
        samples: Number of texts to embed again: a quarter are the longest ones, the others are spread over the index.
        progress: Called while the teacher embeds.

    Raises:
        InvalidInputError: Vectors and texts do not fit together, or there are none.
        TeacherError: The teacher failed.
    """
    kept = checked_texts(texts, name="texts", allow_empty=True)
    rows, vectors = _sampled(kept, samples), as_array(vectors)
    checked_teacher(teacher)
    if vectors.ndim != 2 or len(vectors) != len(kept) or not rows:
        raise InvalidInputError(
            f"A probe needs texts and as many vectors, (n, dim); got {counted(len(kept), 'text')}, {len(rows)} of them "
            f"not empty, and vectors of shape {vectors.shape}. Row i must be the vector of text i."
        )
    stored = np.asarray(vectors[rows], dtype=np.float32)
    bad = np.flatnonzero(~np.isfinite(stored).all(1))
    if bad.size:
        raise InvalidInputError(
            f"{bad.size} of {len(rows)} vectors of the sample hold NaN or infinity, first in row {rows[bad[0]]}. Embed "
            "those texts again."
        )
    search = _Search(teacher, [kept[row] for row in rows], stored, side, progress)
    nearest = search.nearest()
    elsewhere = 0 if nearest.match.same else _elsewhere(vectors, rows, search.own)
    return conclude(teacher, search.own, nearest, elsewhere=elsewhere)


class _Search:
    """The settings of one teacher that were tried on the sampled texts, and how near each came.

    Attributes:
        own: The teacher as it is set.
    """

    def __init__(self, teacher: Teacher, texts: list[str], stored: Vectors, side: Side, progress: Progress) -> None:
        self._teacher, self._texts, self._stored, self._side = teacher, texts, stored, side
        self._progress = progress
        model = local_model(teacher)
        self._backbone = model.backbone if model else None
        self._tried: dict[tuple[Setting, int], Comparison] = {}
        space = teacher.space
        own = Setting(side=side, prompt=space.prompt(side), pooling=space.pooling, max_tokens=space.max_tokens)
        self.own = self._compared(own, teacher.encode(texts, side, progress=progress))

    def _compared(self, setting: Setting, vectors: Vectors) -> Comparison:
        return self._tried.setdefault((setting, vectors.shape[1]), Comparison(setting, vectors, self._stored))

    def nearest(self) -> Comparison:
        """The setting that gives vectors like the stored ones best; the teacher's own unless another is nearer."""
        if not self.own.match.worst >= _EXACT:
            if self._backbone is not None:
                self._try_settings()
            else:
                self._try_other_side()
        best = self._best()
        return best if 1 - best.score < _NEARER * (1 - self.own.score) else self.own

    def _best(self) -> Comparison:
        return max(self._tried.values(), key=lambda tried: tried.score)

    def _try_other_side(self) -> None:
        side: Side = "query" if self._side == "document" else "document"
        space = self._teacher.space
        setting = Setting(side=side, prompt=space.prompt(side), pooling=space.pooling, max_tokens=space.max_tokens)
        self._compared(setting, self._teacher.encode(self._texts, side, progress=self._progress))

    def _try_settings(self) -> None:
        """Prompt and pooling by the shortest texts, which no length truncates; then lengths by all of them."""
        assert self._backbone is not None
        prompt, score = self._nearest_prompt()
        lengths = lengths_to_try(self._backbone, self._texts, prompt) if score >= RELATED else []
        for number, length in enumerate([self._backbone.max_tokens, *lengths]):
            self._run(prompt, length)
            self._progress("trying other lengths", number + 1, len(lengths) + 1)

    def _nearest_prompt(self) -> tuple[str, float]:
        assert self._backbone is not None
        short = sorted(range(len(self._texts)), key=lambda row: len(self._texts[row]))[:_SHORTEST]
        texts, stored = [self._texts[row] for row in short], self._stored[short]
        nearest = "", -1.0
        for prompts in (own_prompts(self._backbone), other_prompts(self._backbone)):
            for number, prompt in enumerate(prompts):
                length = self._backbone.max_tokens
                found = embedded(self._backbone, texts, self._side, prompt=prompt, max_tokens=length)
                score = max(Comparison(setting, vectors, stored).score for setting, vectors in found.items())
                nearest = max(nearest, (prompt, score), key=lambda tried: tried[1])
                self._progress("trying other prompts", number + 1, len(prompts))
            if not RELATED <= nearest[1] < SAME:  # found, or hopeless
                break
        return nearest

    def _run(self, prompt: str, max_tokens: int) -> None:
        assert self._backbone is not None
        found = embedded(self._backbone, self._texts, self._side, prompt=prompt, max_tokens=max_tokens)
        for setting, vectors in found.items():
            self._compared(setting, vectors)


def _sampled(texts: Sequence[str], samples: int) -> list[int]:
    """Rows of texts to embed again, in ascending order: the longest, and others at even distances; none is empty."""
    if samples < 1:
        raise InvalidInputError(f"samples must be at least 1, got {samples}.")
    rows = [row for row, text in enumerate(texts) if text.strip()]
    longest = sorted(rows, key=lambda row: -len(texts[row]))[: samples // 4]
    others = sorted(set(rows) - set(longest))
    count = min(samples - len(longest), len(others))
    return sorted([*longest, *(others[position * len(others) // count] for position in range(count))])


def _elsewhere(vectors: npt.NDArray[Any], rows: Sequence[int], own: Comparison) -> int:
    """Number of sampled texts that have their vector in another row."""
    if not np.isfinite(own.match.mean):
        return 0
    best, at = np.full(len(rows), -np.inf, np.float32), np.zeros(len(rows), np.int64)
    for start in range(0, len(vectors), _ROWS):
        scores = own.vectors @ normalized(np.asarray(vectors[start : start + _ROWS], dtype=np.float32)).T
        nearer = scores.max(1) > best
        at[nearer] = start + scores.argmax(1)[nearer]
        best = np.maximum(best, scores.max(1))
    return int(((best >= SAME) & (at != np.asarray(rows))).sum())
