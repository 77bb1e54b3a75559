"""Which indexes this user has made: a random token in the index, and the same one in the user's cache.

A repository, or a folder around one, may bring an index that a stranger has filled with answers of his own. He cannot
bring the cache.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from codequest.errors import CodeIndexError
from codequest.files import cache_root

_MOST_BYTES = 200


def new_token(root: Path) -> str:
    """A token for the index of a folder, which the cache knows from now on.

    Raises:
        CodeIndexError: The cache cannot be written.
    """
    token, file = secrets.token_hex(16), _file(root)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = file.with_name(f".{file.name}-{token}")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as opened:
            opened.write(token)
        new.replace(file)
    except OSError as error:
        raise CodeIndexError(
            f"{file} cannot be written ({error.strerror}). It keeps that the index of {root} is yours; set "
            "CODEQUEST_CACHE to a folder that can be written."
        ) from error
    return token


def has_made(root: Path) -> bool:
    """Tell whether this user has made an index of a folder, which may be gone since."""
    return bool(_kept(root))


def is_own(root: Path, token: str) -> bool:
    """Tell whether a token is that of the index that this user made of a folder."""
    kept = _kept(root)
    return bool(kept) and hmac.compare_digest(kept.encode(), token.encode(errors="replace"))


def _kept(root: Path) -> str:
    try:
        with _file(root).open("rb") as file:
            return file.read(_MOST_BYTES).decode("ascii", errors="replace")
    except OSError:
        return ""


def _file(root: Path) -> Path:
    digest = hashlib.sha256(str(root).encode(errors="surrogateescape")).hexdigest()
    return cache_root() / "indexes" / "own" / f"{digest[:32]}.key"
