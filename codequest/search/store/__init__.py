"""The store of an index: chunks and files in SQLite, words in tantivy, vectors in a file that is mapped into memory.

An index has generations. Rows say in which one they were born and in which one they died, and index.json names the
one that is read: the last file that a run writes, in one step. So searches see one whole generation, whatever a run
is writing meanwhile and however it ends.
"""

from codequest.search.store.chunk_store import STORE, STORE_FOLDER, ChunkStore
from codequest.search.store.chunk_writer import ChunkWriter
from codequest.search.store.tables import GENERATION

__all__ = ["GENERATION", "STORE", "STORE_FOLDER", "ChunkStore", "ChunkWriter"]
