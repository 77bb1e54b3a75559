"""Neighbours of a chunk: what is searched for code like that at a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from codequest.errors import InvalidInputError, SpaceMismatchError
from codequest.search.query.place import Place, elsewhere
from codequest.search.shown.best_hits import Tree


def like_place(trees: Sequence[Tree], place: Place) -> list[Tree]:
    """The trees with the vector of the chunk at a place as the query, and without what shares lines with it.

    Args:
        trees: One of them has the place.
        place: Where the chunk is.

    Raises:
        InvalidInputError: None has the place.
        SpaceMismatchError: They are of several teachers.
    """
    number, position = _found(trees, place)
    home = trees[number].searched
    other = next((tree for tree in trees if tree.searched.space != home.space), None)
    if other is not None:
        raise SpaceMismatchError(
            f"{other.root} was indexed by another teacher than {trees[number].root}: their vectors cannot be compared. "
            "Search for code like this in one of them."
        )
    vector = home.snapshot.vector(position)
    made = [replace(tree, searched=replace(tree.searched, vector=vector)) for tree in trees]
    mask = elsewhere(home.snapshot, position)
    mask = mask if home.mask is None else mask & home.mask
    made[number] = replace(made[number], searched=replace(made[number].searched, mask=mask))
    return made


def _found(trees: Sequence[Tree], place: Place) -> tuple[int, int]:
    """The tree that has a place, and the position of its chunk; raises the error of the first one where none has."""
    errors = []
    for number, tree in enumerate(trees):
        try:
            return number, place.position(tree.searched.snapshot, tree.root)
        except InvalidInputError as error:
            errors.append(error)
    raise errors[0]
