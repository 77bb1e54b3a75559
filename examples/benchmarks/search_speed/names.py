"""Names of definitions by chance, and where a search finds them."""


def chosen(index, count, chance):
    """Name, first line and file of definitions by chance; of one in several pieces, those of the first."""
    columns = index.opened.current()[0].columns
    rows = zip(*(columns[name] for name in ("path", "symbol", "kind", "start_line")), strict=True)
    heads = {}
    for path, symbol, kind, line in rows:
        if kind in ("function", "class") and symbol:
            heads[path, symbol] = min(line, heads.get((path, symbol), line))
    names = chance.sample(sorted(heads), min(count, len(heads)))
    return [(symbol, heads[path, symbol], path) for path, symbol in names]


def rank_of(hits, name, line, file):
    for rank, hit in enumerate(hits, start=1):
        there = hit.path == file and hit.start_line <= line <= hit.end_line
        if there or (hit.symbol == name and hit.kind in ("function", "class") and hit.path != file):
            return rank
    return 99
