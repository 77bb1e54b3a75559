"""Search a LanceDB table that a teacher filled, without running the teacher.

python examples/lancedb_search.py ADAPTER FOLDER_OR_URI TABLE "a question" [LANGUAGE]

The table has the columns "vector", "id", "text" and, for the filter, "language". The teacher fills it so:
db.create_table(TABLE, [{"vector": vector, ...} for vector in teacher.encode_documents(texts)]).
"""

import sys

import lancedb

from codequest import QueryEncoder
from codequest.integrations.stores import check_store, read_lancedb

adapter, place, name, question, *languages = sys.argv[1:]
encoder = QueryEncoder.from_pretrained(adapter)
table = lancedb.connect(place).open_table(name)
stored = read_lancedb(table)
check_store(stored, encoder.space)  # right metric, dim and lengths

metric = {"euclidean": "l2"}.get(stored.metric, stored.metric)  # that of the index, which others do not use
search = table.search(encoder.encode(question)).distance_type(metric).limit(5)
search = search.refine_factor(5)  # by the vectors themselves: distances in a rounded index are on another scale
if languages:
    quoted = languages[0].replace("'", "''")
    search = search.where(f"language = '{quoted}'", prefilter=True)
for row in search.to_list():
    cosine = 1 - row["_distance"] / (2 if metric == "l2" else 1)  # "l2" has squares
    print(f"{cosine:.3f}  {row['id']}  {row['text']}")
