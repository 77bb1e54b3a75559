"""Files that may hold secrets: by their names, and by what is in them."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from codequest.code.file_language import NAMES_OF_SOURCES, SUFFIXES_OF_LANGUAGES, SUFFIXES_OF_SOURCES
from codequest.code.unwanted import PROSE

_NAME = re.compile(
    r"""^\.env(?:rc)?(?:[._-].*)?$|[._-]env(?:rc)?$|^env[._-](?:local|dev(?:elop(?:ment)?)?|prod(?:uction)?|stag(?:e|ing)|test|live|ci)$
    |^[._]?(?:netrc|npmrc|pypirc|pgpass|htpasswd|htdigest|git-credentials|dockercfg|dockerconfigjson|s3cfg|boto|terraformrc)$
    |^\.(?:mylogin|my)\.cnf$|^pgpass\.conf$|^terraform\.rc$|^\.?rclone\.conf$|^\.?passwd-s3fs$|^\.\w+_history$
    |^\.?(?:ansible[._-])?vault[._-](?:token|pass(?:word)?)(?:[._-].*)?$|^local\.settings\.json$
    |^id_(?:rsa|dsa|ecdsa|ed25519)(?:[._-].*)?$
    |\.(?:pem|key|p8|p12|pfx|pkcs12|jks|jceks|keystore|keytab|kdbx?|ppk|gpg|agekey|tfvars|ovpn)$
    |\.(?:tfstate(?:\..*)?|tfvars\.json)$
    |^(?:.*[._-])?(?:credentials?|secrets?|passwords?|kubeconfig|service[-_]?accounts?(?:[-_.].*)?)
        (?:\.(?:json[5c]?|ya?ml|toml|ini|cfg|conf|config|txt|xml|properties|csv|plist|enc|dec|sops))*$""",
    re.IGNORECASE | re.VERBOSE,
)
_SOURCE_OF_SECRETS = re.compile(r"^wp-config\.php$", re.IGNORECASE)
_COPY = re.compile(r"(?:~|\.(?:bak|old|orig|save|swp|copy))+$", re.IGNORECASE)
_FOLDERS = frozenset(
    (".ssh", ".aws", ".gnupg", ".kube", ".azure", ".gcloud", "secrets", ".secrets", "credentials", ".credentials")
)
_DOCKER_LOGIN = (".docker", "config.json")

_BEGINS_KEY = r"-{4,5}[ ]?BEGIN[ ][A-Z0-9 ]{0,40}PRIVATE[ ]KEY"
_IS = r"[\"']?\s{0,9}[=:]\s{0,9}[\"']?"
_CONTENT = re.compile(
    rf"""{_BEGINS_KEY}|PuTTY-User-Key-File-\d|AGE-SECRET-KEY-1[A-Z0-9]{{20}}|"type{_IS}service_account
    |"(?:private_key|client_secret|refresh_token){_IS}[^"\s]{{8}}|"auth"\s{{0,9}}:\s{{0,9}}"[A-Za-z0-9+/=]{{8}}
    |client-key-data:\s{{0,9}}[A-Za-z0-9+/]{{16}}|aws_secret_access_key{_IS}[A-Za-z0-9+/]{{40}}
    |:_(?:authToken|password)\s{{0,9}}=\s{{0,9}}[^\s$]""",
    re.VERBOSE | re.IGNORECASE,
)
_KEY_IN_PROSE = re.compile(
    rf"{_BEGINS_KEY}[^\n]{{0,20}}\n(?:(?:[\w-]{{1,40}}:[^\n]{{0,220}}|[ >\t]{{0,20}})\n){{0,9}}"
    r"[ >\t]{0,20}[A-Za-z0-9+/=]{40}"
)
_PGP = "-----BEGIN PGP "


def is_secret_name(path: str) -> bool:
    """Tell whether a file may hold secrets by its name and folders; a source file does not, whatever its name.

    Args:
        path: Relative to what is read, with forward slashes.
    """
    file = PurePosixPath(path)
    if _is_source(file) or file.suffix.lower() in SUFFIXES_OF_LANGUAGES:
        return bool(_SOURCE_OF_SECRETS.search(file.name))
    folders = file.parts[:-1]
    login = file.parts[-2:] == _DOCKER_LOGIN
    name = _COPY.sub("", file.name)
    return bool(_NAME.search(name)) or login or any(folder.lower() in _FOLDERS for folder in folders)


def holds_secret(path: str, text: str) -> bool:
    """Tell whether a file that is no source holds a private key or a login; in prose a key counts where it is whole.

    Args:
        path: Relative to what is read, with forward slashes.
        text: Its content.
    """
    file = PurePosixPath(path)
    suffix = file.suffix.lower()
    if suffix == ".asc" and _PGP in text:  # else AsciiDoc
        return True
    if suffix in PROSE:
        return bool(_KEY_IN_PROSE.search(text))
    return not _is_source(file) and bool(_CONTENT.search(text))


def _is_source(file: PurePosixPath) -> bool:
    return file.suffix.lower() in SUFFIXES_OF_SOURCES or file.name.lower() in NAMES_OF_SOURCES
