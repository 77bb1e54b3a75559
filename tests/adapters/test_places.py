"""Adapters go to the hub and come back: huggingface_hub as it is, against a server of these tests on loopback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import HfApi, ModelCard

import codequest
from codequest import LoRAQueryEncoder, ProjectionQueryEncoder, QueryEncoder
from codequest.adapters import find_adapter, push_folder
from codequest.adapters.reference_vectors import ReferenceVectors
from codequest.encoders.index_check import check_teacher
from codequest.errors import AdapterFormatError, AdapterWriteError, CodequestWarning
from codequest.teachers import LocalTeacher
from tests.encoders.conftest import build_static, disturb
from tests.hub_server import TOKEN, Hub, running_hub

SHIPPED = Path(codequest.__file__).parent / "pretrained"
QUERIES = ["sort a dict by value", "read a file line by line"]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """As if HF_ENDPOINT, HF_HUB_CACHE and HF_HUB_DISABLE_XET had been set before huggingface_hub was imported."""
    with running_hub() as hub:
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", hub.endpoint)
        addresses = f"{hub.endpoint}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", addresses)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield hub


@pytest.fixture(scope="module")
def teacher(tiny_teacher: Path) -> LocalTeacher:
    return LocalTeacher(str(tiny_teacher), device="cpu")


@pytest.fixture(scope="module")
def lora(tiny_base: Path, teacher: LocalTeacher) -> QueryEncoder:
    encoder = LoRAQueryEncoder.create(str(tiny_base), space=teacher.space, rank=2, map="linear", device="cpu")
    disturb(encoder)
    encoder.metrics = {"cosqa/dev": {"nDCG@10": 0.5, "retention": 0.9, "retention_low": 0.8, "retention_high": 1.0}}
    encoder.reference_vectors = ReferenceVectors.of(teacher)
    return encoder


def test_what_was_pushed_is_loaded(hub: Hub, lora: QueryEncoder, teacher: LocalTeacher, tmp_path: Path) -> None:
    address = lora.push_to_hub("user/adapter", message="First")
    repository = hub.repositories["user/adapter"]
    assert address == f"{hub.endpoint}/user/adapter/commit/{repository.refs['main']}"
    assert (repository.private, repository.messages) == (False, ["First"])
    saved = {path.name: path.read_bytes() for path in lora.save_pretrained(tmp_path / "here").iterdir()}
    pushed = repository.commits[repository.refs["main"]]
    assert {name: content for name, content in pushed.items() if name != ".gitattributes"} == saved
    assert set(hub.large.values()) == {saved["model.safetensors"], saved["probes.safetensors"]}
    encoder = QueryEncoder.from_pretrained("user/adapter", device="cpu")
    assert (encoder.kind, encoder.space, encoder.metrics) == ("lora", lora.space, lora.metrics)
    np.testing.assert_array_equal(encoder.encode(QUERIES), lora.encode(QUERIES))
    check_teacher(encoder, teacher)


def test_a_revision_is_a_commit_a_tag_or_a_branch(
    hub: Hub, lora: QueryEncoder, tiny_base: Path, tiny_teacher: Path, teacher: LocalTeacher
) -> None:
    lora.push_to_hub("user/adapter")
    HfApi().create_tag("user/adapter", tag="v1")
    first = hub.repositories["user/adapter"].refs["main"]
    static = build_static(tiny_base, tiny_teacher)
    static.push_to_hub("user/adapter", message="Another kind")
    for revision in (first, "v1"):
        before = QueryEncoder.from_pretrained("user/adapter", revision=revision, device="cpu")
        np.testing.assert_array_equal(before.encode(QUERIES), lora.encode(QUERIES))
    for revision in ("main", None):
        after = QueryEncoder.from_pretrained("user/adapter", revision=revision, device="cpu")
        np.testing.assert_allclose(after.encode(QUERIES), static.encode(QUERIES), atol=1e-6)
    with pytest.raises(AdapterFormatError, match=r"No adapter 'user/adapter': .* the Hugging Face hub gave none"):
        QueryEncoder.from_pretrained("user/adapter", revision="v2")


def test_files_of_the_adapter_that_was_there_do_not_stay(
    hub: Hub, tiny_base: Path, tiny_teacher: Path, teacher: LocalTeacher
) -> None:
    build_static(tiny_base, tiny_teacher).push_to_hub("user/adapter")
    repository = hub.repositories["user/adapter"]
    repository.commits[repository.refs["main"]]["NOTES.md"] = b"of the user"
    space = teacher.space
    ProjectionQueryEncoder.create(str(tiny_base), space=space, device="cpu").push_to_hub("user/adapter")
    assert sorted(repository.commits[repository.refs["main"]]) == [
        "NOTES.md",
        "README.md",
        "config.json",
        "model.safetensors",
    ]


def test_a_private_adapter_needs_the_token(
    hub: Hub, lora: QueryEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lora.push_to_hub("user/secret", private=True)
    assert hub.repositories["user/secret"].private
    assert QueryEncoder.from_pretrained("user/secret", device="cpu").kind == "lora"
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "of another user"))
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "no token"))
    with pytest.raises(AdapterFormatError, match=r"the Hugging Face hub gave none .*401"):
        QueryEncoder.from_pretrained("user/secret")


def test_a_wrong_token_is_explained(hub: Hub, lora: QueryEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(AdapterWriteError, match=r"Could not upload .* 'user/adapter': .*401.* hf auth login"):
        lora.push_to_hub("user/adapter")
    assert hub.repositories == {}


def test_what_was_loaded_once_is_loaded_without_the_hub(
    hub: Hub, lora: QueryEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    lora.push_to_hub("user/adapter")
    QueryEncoder.from_pretrained("user/adapter", device="cpu")
    asked = len(hub.requests)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    encoder = QueryEncoder.from_pretrained("user/adapter", device="cpu")
    np.testing.assert_array_equal(encoder.encode(QUERIES), lora.encode(QUERIES))
    assert len(hub.requests) == asked


def test_a_hub_that_is_down_is_explained(hub: Hub, lora: QueryEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(AdapterWriteError, match=r"Could not upload the adapter to 'user/adapter': "):
        lora.push_to_hub("user/adapter")
    with pytest.raises(AdapterFormatError, match="the Hugging Face hub gave none"):
        QueryEncoder.from_pretrained("user/adapter")


def test_the_hub_takes_the_card(hub: Hub, lora: QueryEncoder, tmp_path: Path) -> None:
    card = ModelCard.load(lora.save_pretrained(tmp_path / "adapter") / "README.md")
    card.validate()
    assert card.data.library_name == "codequest"


def test_hf_endpoint_is_all_it_takes(hub: Hub, tiny_base: Path, tiny_teacher: Path, tmp_path: Path) -> None:
    """In a process of its own, as a user starts one."""
    static = build_static(tiny_base, tiny_teacher)
    static.push_to_hub("user/table")
    code = (
        "from codequest import QueryEncoder; encoder = QueryEncoder.from_pretrained('user/table'); "
        "print(encoder.encode('sort a list').tolist()); print(encoder.push_to_hub('user/copy'))"
    )
    settings = {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "0"}
    environment = os.environ | settings | {"HF_TOKEN": TOKEN, "HF_HUB_DISABLE_XET": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    vector, address = done.stdout.splitlines()
    np.testing.assert_allclose(json.loads(vector), static.encode("sort a list"), atol=1e-6)
    copy, original = hub.repositories["user/copy"], hub.repositories["user/table"]
    assert address == f"{hub.endpoint}/user/copy/commit/{copy.refs['main']}"
    assert copy.commits[copy.refs["main"]] == original.commits[original.refs["main"]]


def test_find_adapter_gives_a_folder_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path.parent)
    assert find_adapter(tmp_path.name) == tmp_path.resolve()


class TestShipped:
    @pytest.fixture
    def here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A working directory as every Django project has one."""
        (tmp_path / "static").mkdir()
        (tmp_path / "static" / "style.css").write_text("", encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        return tmp_path

    def test_a_folder_of_the_same_name_changes_nothing(self, here: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert find_adapter("static") == SHIPPED / "static"
        for written in ("./static", str(here / "static"), Path("static")):
            assert find_adapter(written) == here / "static"

    def test_an_adapter_of_the_same_name_is_said_once(self, here: Path) -> None:
        shutil.copytree(SHIPPED / "static", here / "static", dirs_exist_ok=True)
        with pytest.warns(
            CodequestWarning, match=r"'static' is the adapter that comes with codequest\. .* write \./static"
        ):
            assert find_adapter("static") == SHIPPED / "static"
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert find_adapter("static") == SHIPPED / "static"
        assert QueryEncoder.from_pretrained("./static").kind == "static"

    def test_a_path_is_never_a_name(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(AdapterFormatError, match=r"No adapter 'static': there is no such folder\."):
            find_adapter(Path("static"))


@pytest.mark.parametrize("name", ["x" * 5000, "a\x00b", "~no-such-user/adapter", "https://host/adapter", "a/b/c"])
def test_what_cannot_be_an_adapter_is_not_asked_for(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection"))
    with pytest.raises(AdapterFormatError, match="No adapter "):
        find_adapter(name)


@pytest.mark.parametrize("name", ["nobody/such-adapter", "not a repository id"])
def test_find_adapter_says_where_it_looked(name: str) -> None:
    with pytest.raises(
        AdapterFormatError, match=r"No adapter .* there is no folder .*, and the Hugging Face hub gave none"
    ):
        find_adapter(name)


def test_push_folder_explains_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(AdapterWriteError, match=r"Could not upload the adapter to 'user/name': .*hf auth login"):
        push_folder(tmp_path, "user/name", private=True, message="m")
