-- Links. A table `links` that another program made is taken over: its rows, ids and counts stay. It is
-- rebuilt, because SQLite cannot add defaults, a collation or AUTOINCREMENT to a table that is there.
CREATE TABLE IF NOT EXISTS links (id INTEGER, long_url TEXT, short_code TEXT, alias TEXT, clicks INTEGER, created_at TEXT);
ALTER TABLE links RENAME TO links_original;

CREATE TABLE links (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice: click records carry it
    long_url   TEXT    NOT NULL,
    short_code TEXT    NOT NULL COLLATE NOCASE UNIQUE,
    alias      TEXT    COLLATE NOCASE,             -- the code again, if a person chose it
    clicks     INTEGER NOT NULL DEFAULT 0,
    created_at TEXT    NOT NULL DEFAULT CURRENT_TIMESTAMP,  -- UTC
    clicks_before INTEGER NOT NULL DEFAULT 0       -- what `clicks` was when the row was taken over
);

-- As good as UNIQUE on the column, but random codes (alias NULL) cost no index entry.
CREATE UNIQUE INDEX links_alias ON links(alias) WHERE alias IS NOT NULL;

-- Ids that were given to links since deleted stay used.
INSERT INTO sqlite_sequence(name, seq) SELECT 'links', seq FROM sqlite_sequence WHERE name = 'links_original';

INSERT INTO links (id, long_url, short_code, alias, clicks, created_at, clicks_before)
SELECT id, long_url, coalesce(short_code, alias), nullif(alias, ''), coalesce(clicks, 0),
       coalesce(created_at, CURRENT_TIMESTAMP), coalesce(clicks, 0)
FROM links_original ORDER BY id;

DROP TABLE links_original;
