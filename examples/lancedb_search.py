"""Search a LanceDB table that a teacher filled, without running the teacher.

python examples/lancedb_search.py ADAPTER FOLDER_OR_URI TABLE "a question" [LANGUAGE]

The table has the columns "vector", "id", "text" and, for the filter, "language".
"""

import sys

import lancedb

from codequest import QueryEncoder
from codequest.integrations.stores import check_store, read_lancedb

adapter, place, name, question, *languages = sys.argv[1:]
encoder = QueryEncoder.from_pretrained(adapter)
table = lancedb.connect(place).open_table(name)
check_store(read_lancedb(table), encoder.space)  # right metric, dim and lengths

search = table.search(encoder.encode(question)).distance_type("cosine").limit(5)
if languages:
    quoted = languages[0].replace("'", "''")
    search = search.where(f"language = '{quoted}'", prefilter=True)
for row in search.to_list():
    print(f"{1 - row['_distance']:.3f}  {row['id']}  {row['text']}")
