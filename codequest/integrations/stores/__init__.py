"""Does a vector store hold vectors of this space, and does it compare them as the space does?"""

from codequest.integrations.stores.readers import read_chroma, read_faiss, read_lancedb, read_qdrant
from codequest.integrations.stores.stored import StoredVectors, check_store

__all__ = ["StoredVectors", "check_store", "read_chroma", "read_faiss", "read_lancedb", "read_qdrant"]
