"""ApiAccess: an address, and the key that it needs, which is never shown."""

from __future__ import annotations

import os
from types import ModuleType
from typing import TYPE_CHECKING

from codequest.errors import CodequestError, InvalidInputError, TeacherError, require

if TYPE_CHECKING:
    from httpx2 import Client, Request

CONNECT_SECONDS = 10.0
_EXCERPT = 300  # characters of an answer in a message


class ApiAccess:
    """Opens connections to one address.

    The key is read from the environment when a request is made, goes into its header, and is kept nowhere.

    Args:
        url: The address; without a user, a password or parameters, which would be shown in messages.
        name: Name of the other side in messages.
        key_variable: The environment variable that holds the key; None sends none.
        given_as: Name of the argument that holds the address, for messages.
        error: Class of the error that is raised when there is no key.

    Raises:
        InvalidInputError: This cannot be an address.
        CodequestError: Of the class `error`: the variable is not set, or its value cannot be a key.
        MissingDependencyError: httpx2 is not installed.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str,
        key_variable: str | None,
        given_as: str = "base_url",
        error: type[CodequestError] = TeacherError,
    ) -> None:
        self._httpx = require("httpx2", extra="api")
        self.url = _checked_address(url, self._httpx, given_as)
        self.name = name
        self.key_variable = key_variable
        self.errors = (self._httpx.HTTPError, self._httpx.InvalidURL, OSError)
        self.unreachable = (self._httpx.ConnectError, self._httpx.ConnectTimeout)
        self._error = error
        self._key()

    def client(self, *, answer_seconds: float) -> Client:
        """A client that sends the key and can be used by several threads.

        Args:
            answer_seconds: Longest time without an answer from the other side.
        """
        timeout = self._httpx.Timeout(answer_seconds, connect=CONNECT_SECONDS)
        client: Client = self._httpx.Client(timeout=timeout, auth=self._authorize)
        return client

    def redacted(self, text: str) -> str:
        """The text without the key."""
        key = os.environ.get(self.key_variable, "").strip() if self.key_variable else ""
        return text.replace(key, "***") if key else text

    def excerpt(self, answer: str) -> str:
        """The beginning of an answer, for a message."""
        return self.redacted(" ".join(answer.split()))[:_EXCERPT] or "(nothing)"

    def _authorize(self, request: Request) -> Request:
        key = self._key()
        if key is not None:
            request.headers["Authorization"] = f"Bearer {key}"
        return request

    def _key(self) -> str | None:
        if self.key_variable is None:
            return None
        key = os.environ.get(self.key_variable, "").strip()
        if not key or not key.isascii() or not key.isprintable():
            state = "holds what can be no key" if key else "is not set"
            raise self._error(
                f"{self.name} needs a key, and the environment variable {self.key_variable} {state}. Set it; codequest "
                "reads keys from the environment only and writes them nowhere."
            )
        return key


def _checked_address(url: str, httpx: ModuleType, given_as: str) -> str:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in {"http", "https"} or not parsed.host or parsed.userinfo or parsed.query or parsed.fragment:
        raise InvalidInputError(
            f"{given_as} must look like https://host/v1, without user, password or parameters. The one given is not "
            "shown here, since it may hold a secret; keys belong in an environment variable."
        )
    return url
