"""Teachers: the large models whose vectors an index holds."""

from codequest.teachers.api.budget import ApiEstimate
from codequest.teachers.api.teacher import ApiTeacher
from codequest.teachers.base import Teacher
from codequest.teachers.cache import CachedTeacher, cached
from codequest.teachers.index_probe.conclusion import IndexProbe
from codequest.teachers.index_probe.probe import probe_index
from codequest.teachers.local import LocalTeacher, TeacherWarning
from codequest.teachers.registry import describe_schemes, load_teacher, register_teacher, teacher_of, teacher_schemes
from codequest.teachers.stored.files import read_index, read_vectors
from codequest.teachers.stored.teacher import VectorsTeacher

__all__ = [
    "ApiEstimate",
    "ApiTeacher",
    "CachedTeacher",
    "IndexProbe",
    "LocalTeacher",
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
    "teacher_of",
    "teacher_schemes",
]
