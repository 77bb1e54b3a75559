"""Who may ask."""

from __future__ import annotations

import httpx
import pytest

from codequest.search import CodeIndex
from codequest.search.query.group import IndexGroup
from codequest.search.web.app import build_app
from tests.search.web.conftest import Site


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8080"},
        {"Host": "localhost.evil.example"},
        {"Host": "192.168.1.7:8080"},
        {"Host": "[::1"},
        {"Host": "evil.example:80@localhost"},
        {"Host": "localhost#evil.example"},
        {"Host": "localhost/evil.example"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": "null"},
        {"Origin": "http://[::1"},
        {"Origin": "http://[v1.x]"},
        {"Origin": ""},
        {"Origin": "http://höst"},
        {"Origin": "http://a\xe9\xaf"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/search?q=a", "/api/index", "/health"])
def test_other_pages_and_other_names_are_refused(site: Site, path: str, headers: dict[str, str]) -> None:
    answer = site.get(path, headers={name: value.encode() for name, value in headers.items()})
    assert answer.status_code == 403
    message = answer.json()["error"]["message"]
    expected = "does not answer to the name" if "Host" in headers else "only this server's own page may"
    assert expected in message
    assert "access-control-allow-origin" not in answer.headers


def test_the_page_itself_tunnels_and_links_are_let_in(site: Site) -> None:
    port = site.address.rpartition(":")[2]
    for host in (f"127.0.0.1:{port}", f"LOCALHOST:{port}", "localhost:9999", f"[::1]:{port}"):
        own = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
        assert site.get("/api/search?q=a", headers=own).status_code == 200
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert site.get("/?q=a", headers=followed).status_code == 200


async def test_a_server_for_other_machines_answers_to_addresses_and_its_own_names(site: Site) -> None:
    indexes = IndexGroup([CodeIndex.open(site.root, encoder=None)])
    transport = httpx.ASGITransport(build_app(indexes, names=("box.example",), loopback_only=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://box.example") as client:
        statuses = {
            host: (await client.get("/health", headers={"Host": host})).status_code
            for host in ("box.example", "10.1.2.3:8080", "localhost", "evil.example")
        }
    assert statuses == {"box.example": 200, "10.1.2.3:8080": 200, "localhost": 200, "evil.example": 403}


def broken(*_: object, **__: object) -> None:
    raise ZeroDivisionError("unforeseen")


async def test_every_answer_has_the_headers_whoever_made_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    indexes = IndexGroup([CodeIndex.open(site.root, encoder=None)])
    monkeypatch.setattr("codequest.search.index.CodeIndex.facets", broken)
    transport = httpx.ASGITransport(build_app(indexes), raise_app_exceptions=False)
    statuses = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        for method, path, origin in (
            ("GET", "/", ""), ("HEAD", "/", ""), ("OPTIONS", "/", ""), ("TRACE", "/", ""), ("GET", "/none", ""),
            ("POST", "/health", ""), ("GET", "/api/search", ""), ("GET", "/api/index", ""), ("GET", "/", "http://[::1"),
        ):  # fmt: skip
            answer = await client.request(method, path, headers={"Origin": origin} if origin else {})
            statuses[method, path, origin] = answer.status_code
            assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
            assert "access-control-allow-origin" not in answer.headers
    assert list(statuses.values()) == [200, 200, 405, 405, 404, 405, 400, 500, 403]
