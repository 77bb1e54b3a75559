"""The page in headless Chromium: typed into, moved through, looked at."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from codequest.search import CodeIndex
from codequest.search.home import IndexHome
from tests.search.conftest import write
from tests.search.web.conftest import Site

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

Open = Callable[..., Any]
expect = playwright.expect


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Ends with the module: its event loop would be in the way of asynchronous tests."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if root else [])
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Open]:
    """Opens a page; at the end there was no request to anywhere else and nothing on the console."""
    contexts, requests, console = [], [], []

    def run(address: str, *, width: int = 1280, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 800}, locale="en-US", **options)
        contexts.append(context)
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: console.append(message.text))
        page.on("pageerror", lambda error: console.append(str(error)))
        page.goto(address)
        return page

    run.expected = ()  # type: ignore[attr-defined]
    yield run
    for context in contexts:
        context.close()
    assert {url.split("/")[2].partition(":")[0] for url in requests} == {"127.0.0.1"}
    assert [text for text in console if not text.startswith(run.expected)] == []  # type: ignore[attr-defined]


def places(page: Any) -> list[str]:
    return [article.get_attribute("data-place") for article in page.locator("article").all()]


def settled(page: Any, query: str) -> list[str]:
    """The results of a query, once they are shown."""
    expect(page).to_have_title(f"{query} – Puma")
    expect(page.locator("#busy")).not_to_have_class("busy on")
    expect(page.locator("article").first).to_be_visible()
    return places(page)


def test_typing_shows_results_without_another_key(site: Site, open_page: Open) -> None:
    page = open_page(site.address)
    expect(page.get_by_role("heading", name="Ask for code in your own words")).to_be_visible()
    expect(page.locator(".numbers dd").first).to_have_text("7")
    box = page.get_by_role("textbox", name="Search the code")
    expect(box).to_be_focused()
    with page.expect_response(lambda answer: "q=draw+a+unicorn&" in answer.url) as answered:
        page.keyboard.type("draw a unicorn")
    hits = answered.value.json()["hits"]
    assert settled(page, "draw a unicorn") == [f"{hit['path']}:{hit['start_line']}" for hit in hits]
    expect(page.get_by_role("status")).to_have_text(f"{len(hits)} of 8 chunks")
    expect(page.locator("#about")).to_contain_text("tiny-light")
    drawn = page.locator("article", has_text="page.js")
    expect(drawn.locator("mark").first).to_have_text("Draws")
    expect(drawn.locator(".row").first).to_contain_text("/** Draws <img src=x onerror=alert(1)> of a unicorn. */")
    assert drawn.locator("img").count() == 0
    assert drawn.locator(".row").first.get_attribute("data-number") == "1"


def test_a_result_that_changed_meanwhile_is_marked(changing: Site, open_page: Open) -> None:
    write(changing.root, {"notes.txt": "the list of unicorns\n"})
    with IndexHome.find(changing.root).locked_at_once():
        page = open_page(f"{changing.address}/?q=list+of+values&mode=lexical")
        marked = page.locator("article", has_text="notes.txt")
        expect(marked.locator(".row")).to_have_text("the list of unicorns")
        expect(marked.locator(".stale")).to_have_text("changed")
        expect(page.get_by_role("note")).to_contain_text("1 file has changed and not been indexed again")
        expect(page.locator("article", has_text="sort.js").locator(".stale")).to_be_hidden()


def test_keys_move_expand_copy_and_clear(site: Site, open_page: Open) -> None:
    page = open_page(f"{site.address}/?q=unicorn&mode=lexical", permissions=["clipboard-read", "clipboard-write"])
    assert sorted(settled(page, "unicorn")) == ["src/long.py:1", "src/page.js:1"]
    first, second = page.locator("article").all()
    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("k")
    expect(first).to_be_focused()
    long = page.locator("article", has_text="long.py")
    long.focus()
    expect(long.locator(".row:visible")).to_have_count(12)
    page.keyboard.press("Enter")
    expect(long.locator(".row:visible")).to_have_count(26)
    expect(long.get_by_role("button", name="Show less")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("c")
    expect(long.get_by_role("button", name="Copy the path")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "src/long.py:1"
    page.keyboard.press("/")
    expect(page.locator("#query")).to_be_focused()
    page.keyboard.press("Enter")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#query")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#query")).to_have_value("")
    expect(page.locator("article")).to_have_count(0)
    assert page.url == f"{site.address}/?mode=lexical"


def test_filters_narrow_count_and_are_in_the_address(site: Site, open_page: Open) -> None:
    page = open_page(f"{site.address}/?q=load+the+entry")
    assert len(settled(page, "load the entry")) == 7  # a method and its class share lines
    python = page.locator("#languages label", has_text="python")
    expect(python.locator(".number")).to_have_text("4")
    python.click()
    expect(page.get_by_role("status")).to_have_text("3 of 4 chunks")
    assert page.url == f"{site.address}/?q=load+the+entry&language=python"
    page.get_by_role("textbox", name="Path").fill("src/")
    expect(page.get_by_role("status")).to_have_text("2 of 3 chunks")
    expect(page.locator("#languages label", has_text="javascript").locator(".number")).to_have_text("2")
    page.get_by_text("Classes").click()
    expect(page.locator("article")).to_have_count(1)
    assert places(page) == ["src/cache.py:1"]
    page.get_by_text("Meaning").click()
    page.wait_for_url("**/?q=load+the+entry&mode=dense&language=python&kind=class&path=src%2F")
    page.get_by_role("textbox", name="Path").fill("docs/")
    expect(page.get_by_role("heading", name="Nothing passes the filters")).to_be_visible()
    page.locator("#welcome").get_by_role("button", name="Clear filters").click()
    expect(page.locator("article")).to_have_count(7)


def test_a_match_is_shown_and_marked_where_it_is(site: Site, open_page: Open) -> None:
    page = open_page(f"{site.address}/?q=%22f(20)%22+file%3Asrc%2F&mode=lexical")
    assert settled(page, '"f(20)" file:src/') == ["src/long.py:22"]
    shown = page.locator("article .row:visible")
    expect(shown).to_have_count(12)
    assert [row.get_attribute("data-number") for row in shown.all()] == [str(line) for line in range(15, 27)]
    expect(page.locator("article .row.match")).to_have_attribute("data-number", "22")
    page.get_by_role("button", name="Show all 26 lines").click()
    expect(shown).to_have_count(26)


def test_code_like_a_result_is_one_click_away(site: Site, open_page: Open) -> None:
    page = open_page(f"{site.address}/?q=unicorn&mode=lexical&language=python")
    assert settled(page, "unicorn") == ["src/long.py:1"]
    page.get_by_role("button", name="More like this").click()
    expect(page.locator("#like")).to_contain_text("Code like src/long.py:1-26")
    expect(page).to_have_title("src/long.py:1-26 – Puma")
    expect(page.locator("article[data-place='src/long.py:1']")).to_have_count(0)
    expect(page.locator("article").first).to_be_visible()
    assert page.url == f"{site.address}/?like=src%2Flong.py%3A1-26&mode=lexical&language=python"
    page.go_back()
    assert settled(page, "unicorn") == ["src/long.py:1"]
    expect(page.locator("#like")).to_be_hidden()
    page.go_forward()
    expect(page.locator("#like")).to_be_visible()
    page.locator("#like").get_by_role("button", name="Clear").click()
    expect(page.get_by_role("heading", name="Ask for code in your own words")).to_be_visible()


def test_more_results_come_after_those_that_are_there(changing: Site, open_page: Open) -> None:
    write(changing.root, {f"part{number}.py": f"def zebra{number}():\n    return 'zebra'\n" for number in range(35)})
    CodeIndex.build(changing.root)
    page = open_page(f"{changing.address}/?q=zebra&mode=lexical")
    first = settled(page, "zebra")
    assert len(first) == 10
    expect(page.get_by_role("status")).to_have_text("Best 10 of 43 chunks")
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("article")).to_have_count(30)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("article")).to_have_count(35)
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()
    expect(page.get_by_role("status")).to_have_text("35 of 43 chunks")
    found = places(page)
    assert found[:10] == first
    assert len(set(found)) == 35
    page.get_by_role("textbox", name="Search the code").fill("zebra3")
    expect(page.locator("article")).to_have_count(1)


def test_a_regular_expression_needs_no_words(site: Site, open_page: Open) -> None:
    open_page.expected = ("Failed to load resource",)
    page = open_page(site.address)
    expect(page.locator(".numbers dd").first).to_have_text("7")
    box = page.get_by_role("textbox", name="Regular expression")
    box.fill(r"f\(2[0-2]\)")
    expect(page.locator("article")).to_have_count(1)
    assert places(page) == ["src/long.py:22"]
    expect(page.locator("article .row.match")).to_have_count(3)
    assert page.url.endswith(r"/?regex=f%5C%282%5B0-2%5D%5C%29")
    box.fill("f(2")
    expect(page.get_by_role("alert")).to_contain_text("at character 2.\n    f(2\n     ^")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("heading", name="Ask for code in your own words")).to_be_visible()


def test_a_deep_link_survives_a_reload(site: Site, open_page: Open) -> None:
    link = f"{site.address}/?q=unicorn&mode=lexical&language=python&kind=function&path=src%2F&path=%21docs%2F"
    page = open_page(link)
    for _ in range(2):
        assert settled(page, "unicorn") == ["src/long.py:1"]
        expect(page.locator("#query")).to_have_value("unicorn")
        expect(page.get_by_label("Words")).to_be_checked()
        expect(page.get_by_label("python")).to_be_checked()
        expect(page.get_by_label("Functions")).to_be_checked()
        expect(page.locator("#path")).to_have_value("src/ !docs/")
        assert page.url == link
        page.reload()


@pytest.mark.slow
def test_a_late_answer_is_dropped(site: Site, open_page: Open) -> None:
    page, held = open_page(site.address), []
    page.route("**/api/search?q=unicorn&*", lambda route: held.append(route))  # noqa: PLW0108 - playwright writes to it
    with page.expect_request("**/api/search?q=unicorn&*"):
        page.keyboard.type("unicorn")
    page.keyboard.type(" connection")
    found = settled(page, "unicorn connection")
    [late] = held
    late.fulfill(json={"hits": [], "facets": {"languages": {}, "kinds": {}, "chunks": 0}})
    page.wait_for_timeout(100)
    assert places(page) == found


@pytest.mark.slow
def test_dark_and_light_follow_the_system_until_one_is_chosen(site: Site, open_page: Open) -> None:
    color = "getComputedStyle(document.body).backgroundColor"
    page = open_page(site.address, color_scheme="dark")
    button = page.get_by_role("button", name="Dark colors")
    expect(button).to_have_attribute("aria-pressed", "true")
    dark = page.evaluate(color)
    page.emulate_media(color_scheme="light")
    expect(button).to_have_attribute("aria-pressed", "false")
    light = page.evaluate(color)
    assert (dark, light) == ("rgb(14, 17, 22)", "rgb(246, 247, 249)")
    button.click()
    assert page.evaluate(color) == dark
    page.reload()
    assert page.evaluate(color) == dark
    expect(button).to_have_attribute("aria-pressed", "true")


@pytest.mark.slow
def test_a_narrow_page_has_everything(site: Site, open_page: Open) -> None:
    page = open_page(f"{site.address}/?q=unicorn", width=390)
    settled(page, "unicorn")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.get_by_label("Functions")).to_be_hidden()
    page.locator("summary").click()
    page.get_by_text("Functions").click()
    expect(page.locator("#active")).to_have_text("1")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator("summary").click()
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.get_by_label("Functions")).to_be_checked()
    expect(page.get_by_label("Functions")).to_be_visible()


@pytest.mark.slow
def test_nothing_found_says_why(site: Site, open_page: Open) -> None:
    page = open_page(f"{site.address}/?q=xylophone&mode=lexical")
    expect(page.get_by_role("status")).to_have_text("No results")
    expect(page.locator("#welcome")).to_contain_text("No chunk has a word of “xylophone”. Rank by meaning, or by both.")
    assert page.locator("article").count() == 0


@pytest.mark.slow
def test_the_index_and_the_server_may_change_go_and_come_back(changing: Site, open_page: Open) -> None:
    open_page.expected = ("Failed to load resource",)  # type: ignore[attr-defined]
    page = open_page(f"{changing.address}/?q=zebra&mode=lexical")
    expect(page.get_by_role("status")).to_have_text("No results")
    write(changing.root, {"zebra.py": "def zebra():\n    return 'stripes'\n"})
    CodeIndex.build(changing.root, light=True, light_encoder=changing.adapter)
    look = "document.dispatchEvent(new Event('visibilitychange'))"  # as every ten seconds
    page.evaluate(look)
    expect(page.locator("article")).to_have_count(1)
    teaching = page.locator("#teaching")
    says = "88% of the chunks have their teacher’s vector, the rest light ones; the teacher is not running"
    expect(teaching).to_have_text(says)
    CodeIndex.teach(changing.root)
    page.evaluate(look)
    expect(teaching).to_be_hidden()
    folder = changing.root / ".codequest"
    folder.rename(changing.root / "away")
    page.evaluate(look)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(f"is gone. Make it again: codequest index {changing.root}")
    expect(page.locator("article")).to_have_count(0)
    (changing.root / "away").rename(folder)
    page.evaluate(look)
    expect(page.locator("article")).to_have_count(1)
    expect(alert).to_be_hidden()
    changing.process.terminate()
    changing.process.wait(timeout=60)
    page.keyboard.type("s")
    expect(alert).to_have_text("The server does not answer. Start it again with: codequest serve --index FOLDER")
    assert changing.process.returncode is not None
