"""An encoder kind as another package brings it: a projection whose map is always linear."""

from __future__ import annotations

from typing import ClassVar

from codequest import ProjectionQueryEncoder


class StraightMapEncoder(ProjectionQueryEncoder):
    kind: ClassVar[str] = "straight-map"

    @classmethod
    def create_for(cls, teacher, *, queries, options, progress=None):
        return cls.create(options["base"], space=teacher.space, map="linear", seed=options["seed"])
