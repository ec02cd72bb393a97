-- Traffic: exchanges as they were, with every credential cut out.
-- `at` is sandbox time, `wall` the machine's; both milliseconds since 1970-01-01T00:00:00Z.
CREATE TABLE exchanges (
    seq          INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    branch       TEXT NOT NULL,       -- the line of world history it belongs to
    listener     TEXT NOT NULL,
    at           INTEGER NOT NULL,
    wall         INTEGER NOT NULL,
    peer         TEXT NOT NULL,
    method       TEXT NOT NULL,
    target       TEXT NOT NULL,
    host         TEXT NOT NULL,
    status       INTEGER,             -- none when nothing was answered
    service      TEXT,
    operation    TEXT,
    client_id    TEXT,
    user_id      TEXT,
    grant_id     TEXT,
    trace        TEXT NOT NULL,
    cause        INTEGER,             -- journal entry
    refused_by   TEXT,                -- the check that failed
    error        TEXT,                -- its code on the wire
    notes        TEXT NOT NULL,       -- JSON: checks, refusal, findings, facts
    ended        TEXT NOT NULL,
    head_us      INTEGER NOT NULL,
    body_us      INTEGER NOT NULL,
    answered_us  INTEGER NOT NULL,
    done_us      INTEGER NOT NULL,
    request      BLOB NOT NULL,
    response     BLOB NOT NULL,
    request_len  INTEGER NOT NULL,    -- bytes on the wire, which may be more than what was kept
    response_len INTEGER NOT NULL,
    cuts         TEXT NOT NULL,       -- JSON: where credentials stood, and how to find each again
    sealed       BLOB NOT NULL        -- sealed values of credentials that have no row of their own
) STRICT;
CREATE INDEX exchanges_trace ON exchanges (trace, seq);
CREATE INDEX exchanges_wall ON exchanges (wall);
CREATE INDEX exchanges_refused ON exchanges (refused_by, seq) WHERE refused_by IS NOT NULL;
