from __future__ import annotations

from pathlib import Path

import pytest

from codequest import ProjectionQueryEncoder, load_teacher
from codequest.errors import AdapterFormatError, InvalidInputError
from codequest.report import load_encoders
from codequest.report.named_encoders import encoder_sources


def test_names_are_given_or_the_last_part_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "a=b"
    folder.mkdir()
    assert encoder_sources([f"mine={tmp_path}", str(folder), "quantized:int8", "four=quantized:nf4", "user/name"]) == {
        "mine": str(tmp_path),
        "a=b": str(folder),
        "quantized:int8": "quantized:int8",
        "four": "quantized:nf4",
        "user/name": "user/name",
    }


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "At least one encoder is needed, .* got none"),
        (["=x"], "Cannot read the encoder '=x'. Expected NAME=SOURCE"),
        (["x="], "Cannot read the encoder 'x='"),
        (["a=x", "a=y"], "The encoder name 'a' occurs twice. Give another one with NAME=y"),
        (["teacher=x"], "The encoder name 'teacher' stands for the teacher itself"),
    ],
)
def test_names_that_cannot_be_used_are_refused(names: list[str], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        encoder_sources(names)


def test_a_folder_with_an_equals_sign_is_written_as_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("lora=static", "runs/lr=0.1"):
        (tmp_path / name).mkdir(parents=True)
    assert encoder_sources(["./lora=static", "runs/lr=0.1", "a/b=static"]) == {
        "lora=static": "./lora=static",
        "lr=0.1": "runs/lr=0.1",
        "a/b": "static",
    }
    with pytest.raises(
        InvalidInputError, match=r"'lora=static' can be read in two ways: .* Write \./lora=static for the"
    ):
        encoder_sources(["lora=static"])


def test_encoders_and_their_teacher_are_loaded_in_order(tmp_path: Path, tiny_base: Path, tiny_teacher: Path) -> None:
    space = load_teacher(str(tiny_teacher)).space
    folder = ProjectionQueryEncoder.create(str(tiny_base), space=space).save_pretrained(tmp_path / "small")
    half = "wide=quantized:int8"
    encoders, teacher = load_encoders([half, str(folder)], teacher=str(tiny_teacher))
    assert {name: encoder.kind for name, encoder in encoders.items()} == {"wide": "quantized", "small": "projection"}
    assert teacher.space == space == encoders["wide"].space


def test_unknown_encoders_are_refused(tiny_teacher: Path) -> None:
    with pytest.raises(AdapterFormatError, match="nobody"):
        load_encoders(["nobody-has-this"])
    with pytest.raises(InvalidInputError, match="Quantized encoders alone do not say who their teacher is"):
        load_encoders(["quantized:int8"])
    with pytest.raises(InvalidInputError, match=r"precision must be one of auto, int8, nf4.*got 'int3'"):
        load_encoders(["quantized:int3"], teacher=str(tiny_teacher))
