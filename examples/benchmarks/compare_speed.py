"""codequest and its peers on the same work: compare_speed.py WORK ENVIRONMENTS FOLDER [ROUNDS [FORM…]].

WORK is transformer: queries through all-MiniLM-L6-v2; static: queries through tables of one size; or corpus: 256
functions through the teacher. ENVIRONMENTS is what peers/environments.sh made. FOLDER gets the peers' models
and, for `codequest bench --show`, the figures. FORMs are those of `codequest bench --form`, all by default.
"""

import sys
from pathlib import Path

from peers.entries import Peers

from codequest.bench import Rounds, Workload
from codequest.bench.exports import FORMS
from codequest.bench.tables import to_markdown
from codequest.demo.corpus import standard_library

work, environments, folder, *rest = sys.argv[1:]
rounds, forms = int(rest[0]) if rest else 5, () if rest[1:] == ["none"] else rest[1:] or FORMS
library = standard_library()
peers = Peers(environments, Path(folder).resolve(), calibration=library.queries[:300], forms=forms)
competitors = getattr(peers, work)()
queries, functions = list(library.test.queries.values()), list(library.test.documents.values())
workload = Workload.of_documents(functions) if work == "corpus" else Workload.of_queries(queries)
result = Rounds(
    competitors,
    workload,
    rounds=rounds,
    baseline=competitors[0].name,
    not_run=peers.not_run,
).run(progress=lambda _, done, total: print(f"measured: {done} of {total}", file=sys.stderr))
result.save(peers.folder / f"{work}.json")
print(to_markdown(result))
