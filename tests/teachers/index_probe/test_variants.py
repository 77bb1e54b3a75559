"""Other settings that an index may have been made with."""

from __future__ import annotations

from pathlib import Path

from codequest.teachers import LocalTeacher, probe_index
from tests.teachers.counting import CountingTeacher
from tests.teachers.index_probe.indexes import TEXTS, different, of
from tests.tiny import build_model, write_json


def test_the_prompt_of_another_known_model_is_recognized(teacher: LocalTeacher, folder: Path) -> None:
    probe = probe_index(of(folder, prompt="passage: "), TEXTS, teacher)
    assert (probe.verdict, probe.options) == ("setting", {"document_prompt": "passage: "})


def test_a_teacher_without_a_model_is_tried_with_its_other_side() -> None:
    teacher = CountingTeacher()
    texts = [text for text in TEXTS if text]
    assert probe_index(teacher.encode_documents(texts), texts, teacher).verdict == "match"
    swapped = probe_index(teacher.encode_queries(texts), texts, teacher)
    assert (swapped.verdict, different(swapped)) == ("setting", {"side": ("query", "document")})
    assert "Embed the texts again" in swapped.says
    assert swapped.options == {}


def test_a_model_without_a_stated_length_is_tried_with_shorter_ones(tmp_path: Path) -> None:
    folder = build_model(tmp_path / "long", architecture="xlm-r", max_tokens=None)
    teacher = LocalTeacher(str(folder), device="cpu")
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": 32})
    cut = LocalTeacher(str(folder), device="cpu").encode_documents(TEXTS)
    assert probe_index(cut, TEXTS, teacher).options == {"max_tokens": 32}
