"""Encoders and teachers as modules of sentence-transformers, and folders that it loads without codequest."""
