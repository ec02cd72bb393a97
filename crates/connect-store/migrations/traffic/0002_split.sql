-- What the list shows and is filtered by stands apart from the bytes, in small rows, so that reading through all of
-- them costs little; that is also why so few columns have an index. The columns most asked for come first.
CREATE TABLE branches (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE         -- a line of world history
) STRICT;

INSERT INTO branches (name) SELECT DISTINCT branch FROM exchanges;

CREATE TABLE summaries (
    seq          INTEGER PRIMARY KEY,
    status       INTEGER,             -- none when nothing was answered
    method       TEXT NOT NULL,
    service      TEXT,
    operation    TEXT,
    refused_by   TEXT,                -- the check that failed
    error        TEXT,                -- its code on the wire
    findings     INTEGER NOT NULL,    -- how many
    pinned       INTEGER NOT NULL,    -- 1: kept by retention until it is unpinned
    at           INTEGER NOT NULL,
    wall         INTEGER NOT NULL,
    done_us      INTEGER NOT NULL,
    request_len  INTEGER NOT NULL,    -- bytes on the wire, which may be more than what was kept
    response_len INTEGER NOT NULL,
    branch       INTEGER NOT NULL,    -- of branches
    client_id    TEXT,
    user_id      TEXT,
    grant_id     TEXT,
    trace        TEXT NOT NULL,
    cause        INTEGER,             -- journal entry
    id           TEXT NOT NULL UNIQUE,
    listener     TEXT NOT NULL,
    host         TEXT NOT NULL,
    ended        TEXT NOT NULL,
    target       TEXT NOT NULL
) STRICT;

INSERT INTO summaries
SELECT seq, status, method, service, operation, refused_by, error, json_array_length(notes, '$.findings'), 0, at, wall,
       done_us, request_len, response_len, branches.id, client_id, user_id, grant_id, trace, cause, exchanges.id,
       listener, host, ended, target
FROM exchanges JOIN branches ON branches.name = exchanges.branch;

CREATE TABLE exchange_bytes (
    seq           INTEGER PRIMARY KEY,
    peer          TEXT NOT NULL,
    notes         TEXT NOT NULL,      -- JSON: checks, refusal, findings, facts
    head_us       INTEGER NOT NULL,
    body_us       INTEGER NOT NULL,
    answered_us   INTEGER NOT NULL,
    request_kept  INTEGER NOT NULL,   -- how many of the bytes on the wire were kept, credentials counted
    response_kept INTEGER NOT NULL,
    cuts          TEXT NOT NULL,      -- JSON: where credentials stood, and how to find each again
    request       BLOB NOT NULL,
    response      BLOB NOT NULL,
    sealed        BLOB NOT NULL       -- sealed values of credentials that have no row of their own
) STRICT;

-- Of these rows it is not known how much was kept; what they hold is taken as all of it.
INSERT INTO exchange_bytes
SELECT seq, peer, notes, head_us, body_us, answered_us, request_len, response_len, cuts, request, response, sealed
FROM exchanges;

DROP TABLE exchanges;
ALTER TABLE summaries RENAME TO exchanges;
CREATE INDEX exchanges_trace ON exchanges (trace);
CREATE INDEX exchanges_wall ON exchanges (wall);
CREATE INDEX exchanges_refused ON exchanges (refused_by) WHERE refused_by IS NOT NULL;
CREATE INDEX exchanges_pinned ON exchanges (pinned) WHERE pinned = 1;

-- The words of what was kept, credentials cut out: filled in quiet moments, up to a place.
CREATE VIRTUAL TABLE exchange_text USING fts5 (
    request, response,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0'
);

CREATE TABLE text_index (
    up_to INTEGER NOT NULL            -- the last place that is in exchange_text; no place is given twice
) STRICT;

INSERT INTO text_index VALUES (0);
