"""The page of an index, served and typed into."""

import subprocess
import sys
from contextlib import contextmanager

WATCH = """() => {
  window.pressed = 0; window.shown = [];
  addEventListener("keydown", () => (window.pressed = performance.now()), true);
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(() =>
    window.shown.push(performance.now() - window.pressed)
  ))).observe(document.getElementById("results"), { childList: true });
}"""
BETWEEN_KEYS, AFTER_A_WORD = 120, 400  # milliseconds; of a quick typist, who looks up after each word
WARM_UP = 10  # words


@contextmanager
def serving(folder, encoder):
    command = [sys.executable, "-m", "codequest", "serve", encoder, "--index", str(folder), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process.stderr.readline().split()[-1]
        finally:
            process.terminate()


def typed(page, address, queries):
    """Milliseconds from the last key of each word to its results."""
    page.goto(address)
    page.wait_for_selector("#welcome:not([hidden])")
    page.evaluate(WATCH)
    times = []
    for query in queries:
        page.fill("#query", "")
        page.wait_for_timeout(AFTER_A_WORD)
        for word in query.split():
            page.evaluate("window.shown = []")
            page.keyboard.type(f"{word} ", delay=BETWEEN_KEYS)
            page.wait_for_timeout(AFTER_A_WORD)
            times += page.evaluate("window.shown.slice(-1)")
    return times
