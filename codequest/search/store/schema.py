"""The tables of a store. Texts stand apart from the rest of the chunks, which every index that is opened reads."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT, language TEXT, kind TEXT, symbol TEXT, start_line INTEGER,
    end_line INTEGER, born INTEGER, died INTEGER
);
CREATE INDEX IF NOT EXISTS chunks_by_path ON chunks (path);
CREATE INDEX IF NOT EXISTS chunks_by_birth ON chunks (born);
CREATE INDEX IF NOT EXISTS chunks_by_death ON chunks (died) WHERE died IS NOT NULL;
CREATE TABLE IF NOT EXISTS texts (id INTEGER PRIMARY KEY, context TEXT, outline TEXT, text TEXT);
CREATE TABLE IF NOT EXISTS names (key TEXT, chunk INTEGER, PRIMARY KEY (key, chunk)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vectors (
    tier TEXT, chunk INTEGER, slot INTEGER, born INTEGER, PRIMARY KEY (tier, chunk)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS vectors_by_birth ON vectors (born);
CREATE TABLE IF NOT EXISTS files (
    path TEXT, size INTEGER, modified INTEGER, changed INTEGER, inode INTEGER, digest TEXT, language TEXT,
    skipped TEXT, born INTEGER, died INTEGER
);
CREATE INDEX IF NOT EXISTS files_by_path ON files (path);
CREATE TABLE IF NOT EXISTS watched (
    path TEXT, size INTEGER, modified INTEGER, changed INTEGER, inode INTEGER, born INTEGER, died INTEGER
);
CREATE INDEX IF NOT EXISTS watched_by_path ON watched (path);
"""
