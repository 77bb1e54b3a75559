"""Does a vector store hold vectors of this space, and does it compare them as the space does?"""

from codequest.integrations.stores.faiss_index import faiss_ids, read_faiss
from codequest.integrations.stores.readers import read_chroma, read_lancedb, read_qdrant
from codequest.integrations.stores.stored import StoredVectors, check_store

__all__ = [
    "StoredVectors",
    "check_store",
    "faiss_ids",
    "read_chroma",
    "read_faiss",
    "read_lancedb",
    "read_qdrant",
]
