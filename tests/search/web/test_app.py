"""The JSON API, asked over HTTP."""

from __future__ import annotations

import random
import re
import shutil
import socket
from collections import Counter
from pathlib import Path

import httpx
import pytest

from codequest.search import CodeIndex, SearchFilters
from codequest.search.home import IndexHome
from tests.search.conftest import write
from tests.search.web.conftest import PROJECT, Site, serving


def test_hits_are_those_of_the_index(site: Site) -> None:
    index = CodeIndex.open(site.root, encoder=str(site.adapter))
    for mode in ("hybrid", "dense", "lexical"):
        answer = site.get("/api/search", params={"q": "load an entry", "limit": 3, "mode": mode}).json()
        expected = index.search("load an entry", limit=3, mode=mode)  # type: ignore[arg-type]
        assert answer["hits"] == [hit.to_dict() for hit in expected]
        assert (answer["query"], answer["mode"], answer["encoder"]) == ("load an entry", mode, str(site.adapter))
        assert (answer["updated"], answer["taught"]) == (index.stats.updated, index.stats.taught)
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


def test_filters_and_quoted_text_in_the_query(site: Site) -> None:
    asked = {"q": '"f(20)" lang:py file:src/ -file:src/cache.py', "mode": "lexical", "html": "true"}
    answer = site.get("/api/search", params=asked).json()
    [hit] = answer["hits"]
    assert (hit["path"], hit["match_lines"]) == ("src/long.py", [22])
    assert "py" not in re.findall("<mark>(.*?)</mark>", "".join(hit["html"]))
    assert answer["facets"] == {"languages": {"python": 1}, "kinds": {"function": 1}, "chunks": 1}
    answer = site.get("/api/search", params={"q": 'load lang:go "no such text"', "path": "scr/"}).json()
    assert (answer["hits"], answer["facets"]["chunks"]) == ([], 0)
    assert answer["note"].startswith("No indexed file matches 'scr/'. Globs are as in a .gitignore")
    assert "No indexed file is in go: the index has python, javascript, markdown, text." in answer["note"]
    assert "No indexed text has 'no such text' exactly as quoted" in answer["note"]


def test_a_regular_expression_and_further_pages(site: Site) -> None:
    answer = site.get("/api/search", params={"regex": r"f\(2[0-2]\)"}).json()
    [hit] = answer["hits"]
    assert (hit["path"], hit["match_lines"]) == ("src/long.py", [22, 23, 24])
    every = site.get("/api/search", params={"q": "load an entry", "limit": 100}).json()["hits"]
    assert len(every) > 5
    asked = {"q": "load an entry", "limit": 2}
    pages = [site.get("/api/search", params={**asked, "offset": offset}).json()["hits"] for offset in range(0, 10, 2)]
    assert [hit for page in pages for hit in page] == every[:10]
    assert site.get("/api/search", params={**asked, "offset": 10**9}).json()["hits"] == []


def test_code_like_that_at_a_place(site: Site) -> None:
    hits = site.get("/api/search", params={"like": "src/cache.py:4-6", "limit": 3}).json()["hits"]
    assert hits == [hit.to_dict() for hit in CodeIndex.open(site.root, encoder=None).like("src/cache.py:4-6", limit=3)]


def test_what_is_in_the_index(site: Site) -> None:
    answer = site.get("/api/index", params={"kind": "function"}).json()
    assert (answer["roots"], answer["files"], answer["chunks"]) == ([str(site.root)], 7, 8)
    assert answer["languages"] == {"python": 3, "javascript": 2, "markdown": 1, "text": 1}
    assert [space["dim"] for space in answer["spaces"]] == [48]
    assert (answer["taught"], answer["teaching"]) == (8, None)
    assert answer["facets"]["chunks"] == 5
    health = site.get("/health").json()
    assert health == {"status": "ok", "roots": [str(site.root)], "encoder": str(site.adapter)}


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


def test_a_file_that_changed_is_found_as_it_is_or_marked(changing: Site) -> None:
    asked = "/api/search?q=list+of+values&mode=lexical&path=notes.txt"
    answer = changing.get(asked).json()
    assert ([hit["stale"] for hit in answer["hits"]], answer["note"]) == ([False], "")
    write(changing.root, {"notes.txt": "the list of unicorns\n"})
    with IndexHome.find(changing.root).locked_at_once():
        answer = changing.get(asked).json()
        assert [(hit["text"], hit["stale"]) for hit in answer["hits"]] == [("the list of unicorns", True)]
        assert answer["note"].startswith("1 file has changed and not been indexed again: another run is writing")


METHODS = ["GET", "HEAD", "POST", "OPTIONS", "TRACE", "PUT", "PROPFIND", "get", ""]
TARGETS = [
    "/",
    "/api/search",
    "/api/index",
    "/health",
    "//",
    "/../x",
    "/%00",
    "/%ff",
    "/%ed%a0%80",
    "*",
    "/\\..",
    "/api/search/",
    "x",
]
NAMES = ["q", "limit", "offset", "regex", "like", "language", "kind", "path", "mode", "html", "%00", "", "Q"]
VALUES = [
    "load", "", "%00", "%", "%zz", "%ff", "%ed%a0%80", "%F0%9F%98%80", "a" * 4000, "+5", "%EF%BC%95", "1e1",
    "000000100000", "9" * 400, "100", "%5Bz-a%5D", "!", "%5C", "*a" * 300, "**/" * 200, "lexical", "dense", "true",
    "python", "function", "%1b%5B2J", "%CE%9F.%CE%A3.", "%E2%80%AE", "..%2F..%2Fetc", "%0d%0aX: y", "-----", "%22",
    "'", "a b", "(", "(a%2B)%2B%24", "notes.txt:1", "..:1", "lang:go", "%22load%22",
]  # fmt: skip
HEADERS = [
    "Origin: http://[::1", "Origin: null", "Origin: http://\xff\xfe", "Origin: http://a@b:x",
    "Sec-Fetch-Site: cross-site", "Accept: \xff", "Range: bytes=0-1", "Cookie: a", "Content-Length: 5",
    "Transfer-Encoding: chunked", "X: " + "y" * 9000, "Host: [::1", "Host: \xc3\xb6", "If-None-Match: *",
    "TE: x", "Expect: y",
]  # fmt: skip


def raw_request(draw: random.Random, host: str) -> bytes:
    pairs = [f"{draw.choice(NAMES)}={draw.choice(VALUES)}" for _ in range(draw.choice([0, 1, 2, 3, 9]))]
    asked = ["q=load+entry", *pairs] if draw.random() < 0.6 else pairs
    target = draw.choice(TARGETS[:4] if draw.random() < 0.7 else TARGETS) + ("?" + "&".join(asked) if asked else "")
    extra = draw.sample(HEADERS, draw.choice([0, 0, 0, 1, 2]))
    method = "GET" if draw.random() < 0.7 else draw.choice(METHODS)
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close", *extra]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


@pytest.mark.slow
def test_thousands_of_broken_requests_are_answered_and_none_with_500(site: Site) -> None:
    draw = random.Random(11)
    host = site.address.removeprefix("http://")
    statuses: Counter[str] = Counter()
    for _ in range(3000):
        request = raw_request(draw, host)
        with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])), timeout=30) as connection:
            connection.sendall(request)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        status = answer[9:12].decode()
        statuses[status] += 1
        assert re.fullmatch("[234]..", status), (request[:300], answer[:300])
        if not answer.endswith(b"Invalid HTTP request received."):  # of uvicorn itself
            assert b"x-content-type-options: nosniff" in answer, (request[:300], answer[:300])
    assert {"200", "400", "403", "404", "405"} <= set(statuses)
    assert site.get("/api/search?q=load").json()["hits"]


def test_several_folders_are_one_page(site: Site, tmp_path: Path, tiny_teacher: Path) -> None:
    other = write(tmp_path / "other", {"zebra.go": "package zebra\n\nfunc LoadEntry() int { return 1 }\n"})
    CodeIndex.build(other, teacher=str(tiny_teacher))
    with serving(site.root, site.adapter, other) as both:
        about = both.get("/api/index").json()
        assert about["roots"] == [str(site.root), str(other)]
        assert (about["files"], about["languages"]["go"]) == (8, 1)
        asked = {"q": "load entry", "mode": "lexical", "limit": 20}
        hits = both.get("/api/search", params=asked).json()["hits"]
        assert {(hit["root"], hit["path"]) for hit in hits} >= {
            (str(other), "zebra.go"),
            (str(site.root), "src/cache.py"),
        }
        shown = both.get("/api/search", params={**asked, "html": "true", "language": "go"}).json()
        assert [hit["path"] for hit in shown["hits"]] == [f"{other}/zebra.go"]
        near = both.get("/api/search", params={"like": f"{other}/zebra.go:3", "limit": 1}).json()
        assert near["hits"][0]["root"] == str(site.root)
