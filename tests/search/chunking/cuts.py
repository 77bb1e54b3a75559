from codequest.search.chunking.chunks import Chunk, chunk_file


def spans(chunks: list[Chunk]) -> list[tuple[str, str, int, int]]:
    return [(chunk.kind, chunk.symbol, chunk.start_line, chunk.end_line) for chunk in chunks]


def cut(path: str, text: str, most: int = 1200) -> list[Chunk]:
    return chunk_file(path, text, max_characters=most)
