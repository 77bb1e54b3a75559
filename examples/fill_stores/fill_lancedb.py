"""Put a folder that `codequest embed` wrote into a LanceDB table, which reads the shards itself.

python examples/fill_stores/fill_lancedb.py FOLDER FOLDER_OR_URI TABLE
"""

import sys

import lancedb
import pyarrow.dataset

folder, place, name = sys.argv[1:]
shards = pyarrow.dataset.dataset(f"{folder}/documents")
table = lancedb.connect(place).create_table(name, shards.scanner(columns=["id", "text", "vector"]).to_reader())
print(f"{table.count_rows()} rows in {name}")
