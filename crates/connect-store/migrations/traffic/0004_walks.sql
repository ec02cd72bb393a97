-- Walks of the client simulator. They are kept here, beside what they talked to: never rewound with the world. What was
-- said in them is sealed whole, with whom among it; the names of unlocked servers alone are plain. Times are wall time,
-- milliseconds since 1970-01-01T00:00:00Z.
CREATE TABLE walks (
    id         TEXT PRIMARY KEY,
    kept       INTEGER NOT NULL,  -- a person wants it to stay
    deleted_at INTEGER,           -- when it goes unless it is kept; none: it stays
    updated_at INTEGER NOT NULL,
    summary    BLOB NOT NULL,     -- sealed JSON: what the list shows
    document   BLOB NOT NULL      -- sealed JSON: everything but the bytes
) STRICT;
CREATE INDEX walks_updated ON walks (updated_at);

-- The bytes of a walk's exchanges, each sealed.
CREATE TABLE walk_exchanges (
    walk     TEXT NOT NULL,
    number   INTEGER NOT NULL,
    request  BLOB NOT NULL,
    response BLOB NOT NULL,
    PRIMARY KEY (walk, number)
) STRICT, WITHOUT ROWID;

-- Other servers that walks may go to, with what is remembered for them, sealed.
CREATE TABLE walk_targets (
    base_url    TEXT PRIMARY KEY,
    unlocked_at INTEGER NOT NULL,
    remembered  BLOB NOT NULL
) STRICT, WITHOUT ROWID;
