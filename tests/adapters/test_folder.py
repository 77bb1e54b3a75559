import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from codequest.adapters.folder import AdapterConfig, check_destination, read_config, refuse_changed, write_adapter
from codequest.adapters.tensors import read_tensors
from codequest.errors import AdapterFormatError, AdapterWriteError
from codequest.space import EmbeddingSpace
from codequest.version import __version__

CONFIG = AdapterConfig(
    kind="projection",
    space=EmbeddingSpace(teacher="t", dim=2, revision="r1"),
    encoder={"map": "linear", "base": "b"},
    training={"epochs": 2},
    metrics={"cosine": 0.5},
)
TENSORS = {"map.weight": torch.tensor([[1.0, 2.0], [3.0, 4.0]]), "map.bias": torch.tensor([5.0, 6.0])}

FULL_DISK = """
import resource, signal, sys, torch
from codequest.errors import AdapterWriteError
from codequest.space import EmbeddingSpace
from codequest.adapters.folder import AdapterConfig, write_adapter

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
config = AdapterConfig(kind="projection", space=EmbeddingSpace(teacher="t", dim=2), encoder={})
try:
    write_adapter(sys.argv[1], config, {"weight": torch.zeros(100, 1000)}, "new card")
except AdapterWriteError as error:
    print("AdapterWriteError", error)
"""


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    folder = write_adapter(tmp_path / "deep" / "adapter", CONFIG, TENSORS, "# card\n")
    assert folder == (tmp_path / "deep" / "adapter").resolve()
    assert read_config(folder) == CONFIG
    read = read_tensors(folder)
    assert read.keys() == TENSORS.keys()
    assert all(torch.equal(read[name], TENSORS[name]) for name in TENSORS)
    assert (folder / "README.md").read_text(encoding="utf-8") == "# card\n"
    assert sorted(_contents(tmp_path)) == [
        f"deep/adapter/{name}" for name in ("README.md", "config.json", "model.safetensors")
    ]


def test_config_is_sorted_and_versioned(tmp_path: Path) -> None:
    values = json.loads(
        (write_adapter(tmp_path / "a", CONFIG, TENSORS, "") / "config.json").read_text(encoding="utf-8")
    )
    assert list(values) == sorted(values)
    assert values["format_version"] == 1
    assert values["codequest_version"] == __version__


def test_without_tensors_there_is_no_tensor_file(tmp_path: Path) -> None:
    folder = write_adapter(tmp_path / "a", CONFIG, {}, "")
    assert sorted(_contents(folder)) == ["README.md", "config.json"]
    with pytest.raises(AdapterFormatError, match=r"has no model\.safetensors"):
        read_tensors(folder)


def test_an_adapter_is_replaced_whole(tmp_path: Path) -> None:
    write_adapter(tmp_path / "a", CONFIG, TENSORS, "old")
    write_adapter(tmp_path / "a", CONFIG, {}, "new")
    assert sorted(_contents(tmp_path)) == ["a/README.md", "a/config.json"]
    assert (tmp_path / "a" / "README.md").read_text(encoding="utf-8") == "new"


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert read_config(write_adapter(tmp_path / "a", CONFIG, TENSORS, "")) == CONFIG


def test_a_foreign_folder_or_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("years of work", encoding="utf-8")
    (tmp_path / "file").write_text("text", encoding="utf-8")
    before = _contents(tmp_path)
    for name in ("thesis", "file"):
        for write in (check_destination, lambda folder: write_adapter(folder, CONFIG, TENSORS, "")):
            with pytest.raises(AdapterWriteError, match=f"{name} exists and is not an adapter, so it is not replaced"):
                write(tmp_path / name)
    assert _contents(tmp_path) == before


def test_a_file_where_a_folder_is_needed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text", encoding="utf-8")
    message = r"file/adapter cannot be written: .*/file is no folder with write permission"
    for name in ("file/adapter", "file/deep/adapter"):
        with pytest.raises(AdapterWriteError, match=message.replace("file/adapter", name)):
            write_adapter(tmp_path / name, CONFIG, TENSORS, "")
    assert _contents(tmp_path) == {"file": b"text"}


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    for name in ("a" * 300, f"{'a' * 300}/adapter"):
        with pytest.raises(AdapterWriteError, match="File name too long"):
            check_destination(tmp_path / name)
        with pytest.raises(AdapterWriteError, match="File name too long"):
            write_adapter(tmp_path / name, CONFIG, TENSORS, "")


def test_check_destination_writes_nothing_and_accepts_what_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write_adapter(tmp_path / "adapter", CONFIG, TENSORS, "")
    before = sorted(tmp_path.rglob("*"))
    for name in ("empty", "adapter", "new", "new/deep/adapter"):
        check_destination(tmp_path / name)
        check_destination(str(tmp_path / name))
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_with_a_folder_named_like_the_configuration_is_foreign(tmp_path: Path) -> None:
    (tmp_path / "thesis" / "config.json").mkdir(parents=True)
    with pytest.raises(AdapterWriteError, match="thesis exists and is not an adapter"):
        check_destination(tmp_path / "thesis")


@pytest.mark.parametrize("locked", [".", "adapter"])
def test_check_destination_names_the_folder_without_write_permission(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locked: str
) -> None:
    """The parent too where an adapter is replaced: a new folder is renamed into it. Root may write anywhere."""
    write_adapter(tmp_path / "adapter", CONFIG, TENSORS, "")
    closed = (tmp_path / locked).resolve()
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != closed)
    with pytest.raises(AdapterWriteError, match=f"{closed} is no folder with write permission"):
        check_destination(tmp_path / "adapter")
    if locked == ".":
        with pytest.raises(AdapterWriteError, match=f"new/adapter cannot be written: {closed} is no folder"):
            check_destination(tmp_path / "new" / "adapter")


def test_a_path_that_nobody_may_write() -> None:
    # root passes the check of the permissions, and is refused when it writes
    message = "Could not write the adapter to /proc/|/proc is no folder with write permission"
    with pytest.raises(AdapterWriteError, match=message):
        write_adapter("/proc/codequest/adapter", CONFIG, TENSORS, "")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_write_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(AdapterWriteError, match="is no folder with write permission"):
            write_adapter(tmp_path / "adapter", CONFIG, TENSORS, "")
    finally:
        tmp_path.chmod(0o700)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    write_adapter(tmp_path / "existing", CONFIG, TENSORS, "old card")
    before = _contents(tmp_path)
    for name in ("existing", "fresh"):
        command = [sys.executable, "-c", FULL_DISK, str(tmp_path / name)]
        output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
        assert output.startswith("AdapterWriteError Could not write the adapter to")
        assert "File too large" in output
    assert _contents(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["existing"]


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    write_adapter(tmp_path / "versions" / "one", CONFIG, TENSORS, "old card")
    (tmp_path / "current").symlink_to(tmp_path / "versions" / "one")
    (tmp_path / "new").symlink_to(tmp_path / "versions" / "two")
    assert write_adapter(tmp_path / "current", CONFIG, TENSORS, "new card") == tmp_path / "versions" / "one"
    assert write_adapter(tmp_path / "new", CONFIG, TENSORS, "second card") == tmp_path / "versions" / "two"
    assert (tmp_path / "current").is_symlink()
    assert (tmp_path / "current" / "README.md").read_text() == "new card"
    assert (tmp_path / "new" / "README.md").read_text() == "second card"
    assert sorted(path.name for path in tmp_path.rglob(".*")) == []


def test_links_that_lead_to_each_other_and_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to(tmp_path / "two")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    (tmp_path / "file").write_text("years of work")
    for name, message in (("one", "Too many levels of symbolic links"), ("file", "exists and is not an adapter")):
        with pytest.raises(AdapterWriteError, match=message):
            check_destination(tmp_path / name)
        with pytest.raises(AdapterWriteError, match=message):
            write_adapter(tmp_path / name, CONFIG, TENSORS, "")
    assert (tmp_path / "file").read_text() == "years of work"


def test_a_failing_rename_puts_the_old_adapter_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_adapter(tmp_path / "a", CONFIG, TENSORS, "old card")
    before, rename = _contents(tmp_path), Path.rename

    def fail_to_publish(source: Path, target: Path) -> Path:
        if target.name == "a":
            raise OSError(5, "Input/output error")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", fail_to_publish)
    with pytest.raises(AdapterWriteError, match="Input/output error"):
        write_adapter(tmp_path / "a", CONFIG, TENSORS, "new card")
    assert _contents(tmp_path) == before


def _edit(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    values = {**json.loads(path.read_text(encoding="utf-8")), **changes}
    kept = {name: value for name, value in values.items() if value != "remove"}
    path.write_text(json.dumps(kept), encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format_version": 2}, "has format version 2; this codequest reads 1"),
        ({"format_version": "remove"}, "is not the configuration of a codequest adapter"),
        ({"kind": "remove"}, "is malformed: Object missing required field `kind`"),
        ({"space": "remove"}, "is malformed: Object missing required field `space`"),
        ({"space": []}, r"Expected `object`, got `array` - at `\$\.space`"),
        ({"space": {"teacher": "t", "dim": -1}}, "is malformed: .*The dim of an embedding space"),
        ({"encoder": "remove"}, "is malformed: Object missing required field `encoder`"),
        ({"encoder": 3}, r"Expected `object`, got `int` - at `\$\.encoder`"),
        ({"encoder": "text"}, r"at `\$\.encoder`"),
        ({"training": 3}, r"at `\$\.training`"),
        ({"space": {"teacher": "t", "dim": 2, "side": 1}}, r"unknown keys \['side'\]"),
        ({"format_version": 10**4000}, "has format version 1000000"),
    ],
)
def test_a_wrong_config_is_explained(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    folder = write_adapter(tmp_path / "a", CONFIG, TENSORS, "")
    _edit(folder, **changes)
    with pytest.raises(AdapterFormatError, match=message):
        read_config(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[" * 200_000, "holds no JSON that can be read: it is nested too deeply"),
        (b'{"format_version": ' + b"9" * 5000 + b"}", "holds no JSON: Exceeds the limit"),
        (b" " * (2**24 + 1), "cannot be read: it has 16,777,217 bytes, expected at most 16,777,216"),
        (b"{", "holds no JSON"),
        (b"\xff\xfe", "holds no JSON"),
        (b"", "holds no JSON"),
        (b"[1]", "no format_version"),
    ],
)
def test_a_config_that_is_no_json_is_explained(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(AdapterFormatError, match=message):
        read_config(tmp_path)


def test_a_key_that_is_not_known_is_left_out(tmp_path: Path) -> None:
    """A later version may say more of an adapter; what changes its vectors takes another format version."""
    folder = write_adapter(tmp_path / "a", CONFIG, TENSORS, "")
    _edit(folder, description="new in 0.2", encoder={**CONFIG.encoder, "color": "red"})
    read = read_config(folder)
    assert (read.space, read.encoder) == (CONFIG.space, {**CONFIG.encoder, "color": "red"})


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
@pytest.mark.parametrize(
    ("kind", "says"),
    [("folder", "it is a folder"), ("pipe", "regular file"), ("loop", "symbolic links")],
)
def test_something_else_in_place_of_a_file_is_refused_at_once(tmp_path: Path, name: str, kind: str, says: str) -> None:
    path = write_adapter(tmp_path / "a", CONFIG, TENSORS, "") / name
    path.unlink()
    {"folder": path.mkdir, "pipe": lambda: os.mkfifo(path), "loop": lambda: path.symlink_to(path)}[kind]()
    with pytest.raises(AdapterFormatError, match=says):
        read_tensors(path.parent) if name == "model.safetensors" else read_config(path.parent)


def test_a_folder_without_config_is_no_adapter(tmp_path: Path) -> None:
    with pytest.raises(AdapterFormatError, match=r"is no adapter: it has no config\.json"):
        read_config(tmp_path)


@pytest.mark.parametrize("keep", [0, 4, 30, -1])
def test_truncated_tensors_are_noticed(tmp_path: Path, keep: int) -> None:
    path = write_adapter(tmp_path / "a", CONFIG, TENSORS, "") / "model.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(AdapterFormatError, match="is truncated or damaged"):
        read_tensors(path.parent)


class TestDigests:
    def test_every_file_but_the_card_and_the_configuration_has_one(self, tmp_path: Path) -> None:
        folder = write_adapter(tmp_path / "a", CONFIG, TENSORS, "card", files={"tokenizer.json": b"{}"})
        config = read_config(folder)
        names = ("model.safetensors", "tokenizer.json")
        assert config.files == {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
        refuse_changed(folder, config)

    def test_what_other_tools_and_people_do_to_a_folder_is_their_own(self, tmp_path: Path) -> None:
        folder = write_adapter(tmp_path / "a", CONFIG, TENSORS, "card")
        for name in (".gitattributes", ".DS_Store", "README.md"):
            (folder / name).write_text("theirs", encoding="utf-8")
        refuse_changed(folder, read_config(folder))

    def test_a_folder_of_old_names_no_files_and_is_read_as_it_is(self, tmp_path: Path) -> None:
        folder = write_adapter(tmp_path / "a", CONFIG, TENSORS, "card")
        _edit(folder, files="remove")
        (folder / "model.safetensors").write_bytes(b"anything")
        refuse_changed(folder, read_config(folder))

    @pytest.mark.parametrize(
        ("files", "message"),
        [
            ({"model.safetensors": "0" * 64}, r"model\.safetensors is damaged or was changed: .* says 0000"),
            ({"tokenizer.json": "0" * 64}, r"model\.safetensors is none of the files that config\.json names"),
            ({"model.safetensors": "right", "gone.bin": "0" * 64}, r"gone\.bin cannot be read: No such file"),
            ({"model.safetensors": "right", "../a/config.json": "0"}, "names '../a/config.json', which is no file of"),
            ({"model.safetensors": 1}, "Expected `str`, got `int`"),
        ],
    )
    def test_other_files_are_refused(self, tmp_path: Path, files: dict[str, Any], message: str) -> None:
        folder = write_adapter(tmp_path / "a", CONFIG, TENSORS, "card")
        right = read_config(folder).files["model.safetensors"]
        _edit(folder, files={name: right if digest == "right" else digest for name, digest in files.items()})
        with pytest.raises(AdapterFormatError, match=message):
            refuse_changed(folder, read_config(folder))
