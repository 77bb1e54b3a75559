"""Teachers: the large models whose vectors an index holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codequest.lazy import lazy_names

if TYPE_CHECKING:
    from codequest.teachers.api.budget import ApiEstimate as ApiEstimate
    from codequest.teachers.api.teacher import ApiTeacher as ApiTeacher
    from codequest.teachers.base import Teacher as Teacher
    from codequest.teachers.cache import CachedTeacher as CachedTeacher
    from codequest.teachers.cache import cached as cached
    from codequest.teachers.index_probe.conclusion import IndexProbe as IndexProbe
    from codequest.teachers.index_probe.probe import probe_index as probe_index
    from codequest.teachers.local import LocalTeacher as LocalTeacher
    from codequest.teachers.local import TeacherWarning as TeacherWarning
    from codequest.teachers.onnx.teacher import OnnxTeacher as OnnxTeacher
    from codequest.teachers.registry import describe_schemes as describe_schemes
    from codequest.teachers.registry import load_teacher as load_teacher
    from codequest.teachers.registry import register_teacher as register_teacher
    from codequest.teachers.registry import teacher_named_in as teacher_named_in
    from codequest.teachers.registry import teacher_of as teacher_of
    from codequest.teachers.registry import teacher_schemes as teacher_schemes
    from codequest.teachers.stored.files import read_index as read_index
    from codequest.teachers.stored.files import read_vectors as read_vectors
    from codequest.teachers.stored.teacher import VectorsTeacher as VectorsTeacher

_HOMES = {
    "ApiEstimate": "codequest.teachers.api.budget",
    "ApiTeacher": "codequest.teachers.api.teacher",
    "CachedTeacher": "codequest.teachers.cache",
    "IndexProbe": "codequest.teachers.index_probe.conclusion",
    "LocalTeacher": "codequest.teachers.local",
    "OnnxTeacher": "codequest.teachers.onnx.teacher",
    "Teacher": "codequest.teachers.base",
    "TeacherWarning": "codequest.teachers.local",
    "VectorsTeacher": "codequest.teachers.stored.teacher",
    "cached": "codequest.teachers.cache",
    "describe_schemes": "codequest.teachers.registry",
    "load_teacher": "codequest.teachers.registry",
    "probe_index": "codequest.teachers.index_probe.probe",
    "read_index": "codequest.teachers.stored.files",
    "read_vectors": "codequest.teachers.stored.files",
    "register_teacher": "codequest.teachers.registry",
    "teacher_named_in": "codequest.teachers.registry",
    "teacher_of": "codequest.teachers.registry",
    "teacher_schemes": "codequest.teachers.registry",
}

__all__ = [
    "ApiEstimate",
    "ApiTeacher",
    "CachedTeacher",
    "IndexProbe",
    "LocalTeacher",
    "OnnxTeacher",
    "Teacher",
    "TeacherWarning",
    "VectorsTeacher",
    "cached",
    "describe_schemes",
    "load_teacher",
    "probe_index",
    "read_index",
    "read_vectors",
    "register_teacher",
    "teacher_named_in",
    "teacher_of",
    "teacher_schemes",
]

__getattr__ = lazy_names(__name__, _HOMES)  # a client of an API needs no torch
