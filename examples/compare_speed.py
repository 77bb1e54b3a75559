"""codequest and its peers on the same work: compare_speed.py transformer|static|corpus ENVIRONMENTS FOLDER [ROUNDS].

transformer: queries through all-MiniLM-L6-v2; static: queries through tables of one size; corpus: 256 functions through
the teacher. ENVIRONMENTS is what examples/peers/environments.sh made. FOLDER gets the peers' models and, for
`codequest bench --show`, the figures.
"""

import sys
from pathlib import Path

from peers.entries import Peers

from codequest.bench import Rounds, Workload
from codequest.bench.tables import to_markdown
from codequest.demo.corpus import standard_library

what, environments, folder, *rounds = sys.argv[1:]
library = standard_library()
peers = Peers(environments, Path(folder).resolve(), calibration=library.queries[:300])
competitors = getattr(peers, what)()
queries, functions = list(library.test.queries.values()), list(library.test.documents.values())
workload = Workload.of_documents(functions) if what == "corpus" else Workload.of_queries(queries)
result = Rounds(
    competitors,
    workload,
    rounds=int(rounds[0]) if rounds else 5,
    baseline=competitors[0].name,
    not_run=peers.not_run,
).run(progress=lambda work, done, total: print(f"{work}: {done} of {total}", file=sys.stderr))
result.save(peers.folder / f"{what}.json")
print(to_markdown(result))
