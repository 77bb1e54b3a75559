"""A model that 'pip' installed in parts."""

import hashlib
import io
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from codequest.weights.packages import WeightPackage

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


def _flip_a_byte(path: Path, position: int) -> None:
    content = bytearray(path.read_bytes())
    content[position] ^= 0xFF
    path.write_bytes(content)
