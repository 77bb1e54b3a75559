"""Write the tables of benchmarks into a page, each between its comments: fill_benchmarks.py PAGE.md FILE.json…"""

import re
import sys
from pathlib import Path

from codequest.bench import BenchResult
from codequest.bench.tables import to_markdown

page, *files = map(Path, sys.argv[1:])
text = page.read_text(encoding="utf-8")
for file in files:
    tables = to_markdown(BenchResult.load(file))
    place = re.compile(rf"(<!-- {re.escape(file.name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    text, places = place.subn(lambda match, tables=tables: f"{match[1]}\n{tables}\n{match[2]}", text)
    if places != 1:
        sys.exit(f"{page} has {places} places <!-- {file.name} --> … <!-- end -->; expected one.")
page.write_text(text, encoding="utf-8")
