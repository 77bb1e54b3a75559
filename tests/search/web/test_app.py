"""The JSON API, asked over HTTP."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import httpx
import pytest

from codequest.search import CodeIndex, SearchFilters
from codequest.search.web.app import build_app
from tests.search.conftest import write
from tests.search.web.conftest import PROJECT, Site


def test_hits_are_those_of_the_index(site: Site) -> None:
    index = CodeIndex.open(site.root, encoder=str(site.adapter))
    for mode in ("hybrid", "dense", "lexical"):
        answer = site.get("/api/search", params={"q": "load an entry", "limit": 3, "mode": mode}).json()
        expected = index.search("load an entry", limit=3, mode=mode)  # type: ignore[arg-type]
        assert answer["hits"] == [hit.to_dict() for hit in expected]
        assert (answer["query"], answer["mode"], answer["encoder"]) == ("load an entry", mode, str(site.adapter))
        assert answer["updated"] == index.stats.updated
        assert answer["milliseconds"] > 0


def test_code_comes_as_html_where_it_is_asked_for(site: Site) -> None:
    asked = {"q": "draw", "mode": "lexical", "path": "src/page.js", "html": "true"}
    [hit] = site.get("/api/search", params=asked).json()["hits"]
    assert len(hit["html"]) == hit["end_line"] - hit["start_line"] + 1 == 2
    assert "&lt;img src=x onerror=alert(1)&gt;" in hit["html"][0]
    assert '<span class="nx"><mark>draw</mark></span>' in hit["html"][1]
    assert "html" not in site.get("/api/search", params={"q": "draw"}).json()["hits"][0]


def test_filters_and_what_they_leave(site: Site) -> None:
    asked = [("q", "load entry"), ("language", "python"), ("language", "markdown"), ("path", "src/"), ("path", "docs/")]
    answer = site.get("/api/search", params=asked).json()
    assert {hit["path"] for hit in answer["hits"]} == {"src/cache.py", "src/long.py", "docs/guide.md"}
    facets = answer["facets"]
    assert facets["languages"] == {"python": 3, "javascript": 2, "markdown": 1}
    assert facets["kinds"] == {"function": 2, "class": 1, "section": 1}
    assert facets["chunks"] == 4
    filters = SearchFilters(languages=["python", "markdown"], paths=["src/", "docs/"])
    assert CodeIndex.open(site.root, encoder=None).facets(filters).chunks == 4


def test_what_is_in_the_index(site: Site) -> None:
    answer = site.get("/api/index", params={"kind": "function"}).json()
    assert (answer["root"], answer["files"], answer["chunks"]) == (str(site.root), 7, 8)
    assert answer["languages"] == {"python": 3, "javascript": 2, "markdown": 1, "text": 1}
    assert answer["space"]["dim"] == 48
    assert answer["facets"]["chunks"] == 5
    health = site.get("/health").json()
    assert health == {"status": "ok", "root": str(site.root), "encoder": str(site.adapter)}


@pytest.mark.parametrize(
    ("asked", "parameter", "says"),
    [
        ("", "q", r"q is empty\. Say what you are looking for"),
        ("q=%20", "q", "q is empty"),
        ("q=a&limit=0", "limit", "limit must be a number from 1 to 100, got '0'"),
        ("q=a&limit=ten", "limit", "got 'ten'"),
        ("q=a&limit=101", "limit", "got '101'"),
        ("q=a&mode=fuzzy", "mode", "mode must be one of hybrid, dense, lexical, got 'fuzzy'"),
        ("q=a&lang=python", "lang", "Unknown parameter 'lang'; expected q, limit, language, kind, path, mode, html"),
        ("q=a&kind=method", None, r"Unknown kinds \['method'\]; expected some of function"),
        ("q=a&path=", None, "paths must be a list of strings"),
    ],
)
def test_bad_parameters_are_refused_with_what_to_do(site: Site, asked: str, parameter: str | None, says: str) -> None:
    answer = site.get(f"/api/search?{asked}")
    assert answer.status_code == 400
    assert re.search(says, answer.json()["error"]["message"])
    assert answer.json()["error"]["param"] == parameter


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8080"},
        {"Host": "localhost.evil.example"},
        {"Host": "192.168.1.7:8080"},
        {"Host": "[::1"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/search?q=a", "/api/index", "/health"])
def test_other_pages_and_other_names_are_refused(site: Site, path: str, headers: dict[str, str]) -> None:
    answer = site.get(path, headers=headers)
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
    index = CodeIndex.open(site.root, encoder=None)
    transport = httpx.ASGITransport(build_app(index, names=("box.example",), loopback_only=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://box.example") as client:
        statuses = {
            host: (await client.get("/health", headers={"Host": host})).status_code
            for host in ("box.example", "10.1.2.3:8080", "localhost", "evil.example")
        }
    assert statuses == {"box.example": 200, "10.1.2.3:8080": 200, "localhost": 200, "evil.example": 403}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_only_reading_is_possible(site: Site, method: str) -> None:
    answer = httpx.request(method, f"{site.address}/api/search?q=a")
    assert answer.status_code == 405
    assert f"Method Not Allowed: {method} /api/search. Expected GET /" in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/missing", "/../conftest.py", "/%2e%2e/app.py", "/.codequest/index.json"])
def test_nothing_but_the_page_is_served(site: Site, path: str) -> None:
    answer = site.get(path)
    assert answer.status_code == 404
    assert "Not Found: GET" in answer.json()["error"]["message"]


def test_the_page_is_all_its_own(site: Site) -> None:
    page = site.get("/")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", page.text)
    linked = re.findall(r'(?:href|src)="([^"]+)"', page.text)
    assert len(linked) >= 6
    assert all(re.fullmatch(r"/[\w.]+", link) for link in linked)
    types = {link: site.get(link).headers["content-type"].partition(";")[0] for link in linked}
    assert (types["/main.js"], types["/colors.css"], types["/icon.svg"]) == (
        "text/javascript",
        "text/css",
        "image/svg+xml",
    )


def test_an_index_that_changes_goes_and_comes_back(changing: Site, tiny_teacher: Path) -> None:
    asked = "/api/search?q=zebra&mode=lexical"
    assert changing.get(asked).json()["hits"] == []
    write(changing.root, {"zebra.py": "def zebra():\n    return 'stripes'\n"})
    CodeIndex.build(changing.root)
    assert [hit["path"] for hit in changing.get(asked).json()["hits"]] == ["zebra.py"]
    assert changing.get("/api/index").json()["files"] == len(PROJECT) + 1
    shutil.rmtree(changing.root / ".codequest")
    for path in (asked, "/api/index"):
        answer = changing.get(path)
        assert answer.status_code == 503
        message = answer.json()["error"]["message"]
        assert message.endswith(f"is gone. Make it again: codequest index {changing.root}")
    CodeIndex.build(changing.root, teacher=str(tiny_teacher))
    assert [hit["path"] for hit in changing.get(asked).json()["hits"]] == ["zebra.py"]
