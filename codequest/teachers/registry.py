"""A teacher by its name: one that the caller says, or one that a file says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from codequest.arguments import did_you_mean, path_given
from codequest.errors import CodequestError, InvalidInputError, TeacherError
from codequest.space import EmbeddingSpace
from codequest.teachers.api.providers import PROVIDERS
from codequest.teachers.api.teacher import ApiTeacher, api_access
from codequest.teachers.base import Teacher
from codequest.teachers.cache import cached
from codequest.teachers.stored.teacher import VectorsTeacher
from codequest.texts import shell_word, shown

if TYPE_CHECKING:
    from codequest.teachers.local import LocalTeacher, TeacherPrecision

TeacherFactory = Callable[[str], Teacher]

ENTRY_POINT_GROUP = "codequest.teachers"


def _local(name: str) -> LocalTeacher:
    """A Hugging Face or sentence-transformers model on this machine, in fp32."""
    return _local_teacher(name)


def _auto(name: str) -> LocalTeacher:
    """A local model in the fastest way that keeps its vectors: bf16 and OpenVINO, each where this machine has it."""
    return _local_teacher(name, precision="auto")


def _local_teacher(
    name: str, *, revision: str | None = None, dim: int | None = None, precision: TeacherPrecision = "fp32"
) -> LocalTeacher:
    from codequest.teachers import LocalTeacher  # and torch with it, which a teacher behind an API does not need

    return LocalTeacher(name, revision=revision, dim=dim, precision=precision)


def _onnx(name: str) -> Teacher:
    """A model in ONNX, without torch: the folder of a graph and its tokenizer.json, or FOLDER?pooling=mean."""
    from codequest.teachers import OnnxTeacher

    return OnnxTeacher.from_name(name)


def _api(scheme: str) -> TeacherFactory:
    def load(name: str) -> ApiTeacher:
        return ApiTeacher.from_name(scheme, name)

    load.__doc__ = f"A model of {PROVIDERS[scheme].title}, over HTTP: MODEL or MODEL?option=value&option=value"
    return load


_MODELS: dict[str, TeacherPrecision] = {"local": "fp32", "auto": "auto"}
_ON_THIS_MACHINE = ("", "onnx", "vectors", *_MODELS)
FACTORIES: dict[str, TeacherFactory] = {
    "local": _local,
    "auto": _auto,
    "onnx": _onnx,
    "vectors": VectorsTeacher.from_folder,
    **{scheme: _api(scheme) for scheme in PROVIDERS},
}
"""Factories by scheme, registered ones included; those of installed packages are looked up when they are asked for."""


def register_teacher(scheme: str, factory: TeacherFactory) -> None:
    """Make ``load_teacher("<scheme>:<rest>")`` call ``factory("<rest>")``.

    Installed packages do the same with an entry point named ``<scheme>`` in the group ``codequest.teachers``.

    Raises:
        InvalidInputError: The scheme is not an identifier, or belongs to another factory.
    """
    if not _can_be_scheme(scheme):
        raise InvalidInputError(f"A teacher scheme is letters, digits and hyphens, at least two, got {scheme!r}.")
    if FACTORIES.get(scheme, factory) != factory:
        raise InvalidInputError(f"The teacher scheme {scheme!r} is taken. Taken: {', '.join(teacher_schemes())}.")
    FACTORIES[scheme] = factory


def fastest(name: str) -> str:
    """The same teacher in the fastest way that keeps its vectors, where the name leaves open which."""
    return name if _parts(name)[0] else f"auto:{name}"


def teacher_schemes() -> list[str]:
    """Every scheme that `load_teacher` knows, sorted: built in, registered, and from installed packages."""
    installed = {point.name for point in metadata.entry_points(group=ENTRY_POINT_GROUP)}
    return sorted({*FACTORIES, *installed})


def describe_schemes() -> list[dict[str, str]]:
    """Every scheme with the first line of its factory's documentation."""
    described = {}
    for scheme in teacher_schemes():
        factory = FACTORIES.get(scheme) or _from_entry_point(scheme)
        documented = (factory.__doc__ if factory else None) or "(no description)"
        described[scheme] = documented.strip().splitlines()[0].replace("``", "")
    return [{"scheme": scheme, "what it loads": what} for scheme, what in sorted(described.items())]


def load_teacher(name: str | Path, *, revision: str | None = None, dim: int | None = None) -> Teacher:
    """A teacher by a name that the caller says; it may be reached over the network, with a key.

    Never give it a name that was read from a file: that is for `teacher_named_in`.

    Args:
        name: ``"<scheme>:<rest>"`` for a registered scheme: ``local:`` a model in fp32, ``auto:`` a model in the
            fastest way that keeps its vectors on this machine, ``onnx:`` a folder with a graph, ``vectors:`` one of
            stored vectors, ``openai:``, ``voyage:``, ``cohere:`` and ``jina:`` a model of that API. Anything else is
            the public id or the folder of a local model in fp32.
        revision: Commit, tag or branch of a public model; only for models.
        dim: Length that vectors are truncated to, see `LocalTeacher`; only for models.

    Returns:
        The teacher.

    Raises:
        WeightsNotFoundError: No such model on this machine or the hub.
        TeacherError: The factory failed, or returned no teacher.
        InvalidInputError: The scheme is unknown.
    """
    if isinstance(name, Path):
        name = str(path_given(name, "The folder of a teacher"))
    if not isinstance(name, str) or not name:
        raise InvalidInputError(
            f"A teacher is named by its public id, its folder or SCHEME:REST, got {type(name).__name__}: {shown(name)}."
        )
    scheme, rest = _parts(name)
    if scheme == "":
        return _local_teacher(name, revision=revision, dim=dim)
    given = [option for option, value in (("revision", revision), ("dim", dim)) if value is not None]
    if given and scheme not in _MODELS:
        raise InvalidInputError(f"{name!r} has no {given[0]}: only models do, not the scheme {scheme!r}.")
    if given:
        return _local_teacher(rest, revision=revision, dim=dim, precision=_MODELS[scheme])
    factory = FACTORIES.get(scheme) or _from_entry_point(scheme)
    if factory is None:
        raise InvalidInputError(
            f"Unknown teacher scheme {scheme!r} in {name!r}. Known schemes: {', '.join(teacher_schemes())}. "
            f"Add one with register_teacher().{did_you_mean(scheme, teacher_schemes())}"
        )
    try:
        teacher = factory(rest)
    except (CodequestError, MemoryError):
        raise
    except Exception as error:
        raise TeacherError(f"The factory of {scheme!r} failed ({type(error).__name__}: {error}).") from error
    if not isinstance(teacher, Teacher):
        raise TeacherError(f"The factory of {scheme!r} returned {type(teacher).__name__}, expected a Teacher.")
    return teacher


def teacher_given(given: Teacher | str) -> Teacher:
    """A teacher as a caller gives it: itself, or by its name, and then with its cache.

    Raises:
        InvalidInputError: Neither a teacher nor a name; otherwise as `load_teacher`.
    """
    if isinstance(given, Teacher):
        return given
    if isinstance(given, str):
        return cached(load_teacher(given))
    raise InvalidInputError(
        f"Expected a teacher, or the name of one such as 'sentence-transformers/all-mpnet-base-v2', got "
        f"{type(given).__name__}: {shown(given)}."
    )


def needs_torch(name: str) -> bool:
    """Tell whether a teacher of this name runs in torch: a model that is no graph in ONNX."""
    return _parts(name)[0] in ("", *_MODELS)


def is_on_this_machine(name: str) -> bool:
    """Tell whether a teacher of this name is a model or vectors on this machine: all that a file may ask for."""
    scheme, rest = _parts(name)
    return scheme in _ON_THIS_MACHINE and not rest.replace("\\", "/").startswith("//")  # as Windows writes a share


def describe_access(name: str) -> str:
    """Where a teacher that is not on this machine sends texts, and which variable; the predicate of a sentence."""
    scheme, rest = _parts(name)
    if scheme not in PROVIDERS:
        return "lies on another machine" if scheme in _ON_THIS_MACHINE else f"is loaded by the scheme {scheme!r}"
    address, variable = api_access(scheme, rest)
    key = f"with the key in the environment variable {variable!r}" if variable else "without a key"
    return f"sends texts to {address!r} {key}"


def teacher_named_in(where: object, name: str, *, remedy: str | None = None) -> Teacher:
    """The teacher that a file names, if it is on this machine: whoever wrote the file must not choose who gets texts.

    Args:
        where: The file, for the message.
        name: The name in it.
        remedy: Says how to have this teacher all the same; by default with ``--teacher`` or `load_teacher`.

    Raises:
        TeacherError: It would be reached over an API, or loaded by a scheme of another package.
        WeightsNotFoundError: No such model on this machine or the hub.
    """
    refuse_other_machines(where, name, remedy=remedy)
    return load_teacher(name)


def refuse_other_machines(where: object, name: str, *, remedy: str | None = None) -> None:
    """Refuse a name in a file that `teacher_named_in` would refuse, for a teacher that is loaded later.

    Raises:
        TeacherError: It would be reached over an API, or loaded by a scheme of another package.
    """
    if is_on_this_machine(name):
        return
    usual = f"say it yourself: --teacher {shell_word(name)}, or load_teacher({name!r}) in your own code."
    raise TeacherError(
        f"{where} names the teacher {name!r}, which {describe_access(name)}. What a file names is loaded from this "
        f"machine only. If you want it, {remedy or usual}"
    )


def teacher_of(space: EmbeddingSpace, *, where: object = "The space", precision: TeacherPrecision = "fp32") -> Teacher:
    """The teacher of a space, with the space's own revision, dim, prompts, pooling and length.

    Args:
        space: As an adapter's folder has it.
        where: The folder, for the message.
        precision: Of a model, see `LocalTeacher`.

    Raises:
        WeightsNotFoundError: A model that is not on this machine and cannot be fetched.
        TeacherError: A teacher that is not on this machine: see `teacher_named_in`.
    """
    if _parts(space.teacher)[0] or not is_on_this_machine(space.teacher):
        return teacher_named_in(where, space.teacher)
    from codequest.backbone import Choices
    from codequest.teachers import LocalTeacher

    choices = asdict(Choices.of_space(space))
    return LocalTeacher(space.teacher, revision=space.public_revision, precision=precision, **choices)


def _parts(name: str) -> tuple[str, str]:
    """The scheme of a name and what follows it; no scheme for a model by its id or folder."""
    scheme, separator, rest = name.partition(":")
    return (scheme, rest) if separator and _can_be_scheme(scheme) else ("", name)


def _can_be_scheme(scheme: str) -> bool:
    return len(scheme) > 1 and scheme.replace("-", "_").isidentifier()  # neither a drive letter nor a part of a path


def _from_entry_point(scheme: str) -> TeacherFactory | None:
    for point in metadata.entry_points(group=ENTRY_POINT_GROUP):
        if point.name == scheme:
            try:
                factory: TeacherFactory = point.load()
            except (ImportError, AttributeError) as error:
                raise TeacherError(
                    f"The teacher scheme {scheme!r} is installed as {point.value}, which cannot be imported: {error}."
                ) from error
            return factory
    return None
