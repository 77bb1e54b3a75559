"""How soon the page shows results: page_speed.py FOLDER [--encoder static] [--browser chromium].

FOLDER is indexed, such as the `code` that puma_speed.py leaves. The page is served as `codequest serve --index` does,
opened in headless Chromium, and typed into, key by key. Measured in the page is the time from the last key of each
word to the frame that shows the results.
"""

import argparse
import shutil
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright
from search_speed.page import WARM_UP, serving, typed

from codequest.demo.corpus import standard_library


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--encoder", default="lora")
    parser.add_argument("--browser", default=shutil.which("chromium"), help="a Chromium; Playwright's own by default")
    parser.add_argument("--queries", type=int, default=20)
    given = parser.parse_args()
    queries = list(standard_library().test.queries.values())[: given.queries]
    with serving(given.folder, given.encoder) as address, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=given.browser, args=["--no-sandbox"])
        times = typed(browser.new_page(), address, queries)[WARM_UP:]
        browser.close()
    p50, p95 = np.percentile(times, [50, 95])
    within = sum(time <= 100 for time in times) / len(times)
    print(f"{given.encoder}: {len(times)} words, key to results p50 {p50:.0f} ms, p95 {p95:.0f} ms, "
          f"within 100 ms {within:.1%}")  # fmt: skip


if __name__ == "__main__":
    main()
