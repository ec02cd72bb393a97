-- The world: what the emulated platform knows, and the journal of how it came to be so.
-- Times are milliseconds since 1970-01-01T00:00:00Z, on the sandbox clock unless a column is called `wall`.

-- Workspace id, clock, settings: small values, one row each.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Append-only. `cause` is the entry that led to this one.
CREATE TABLE journal (
    seq        INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    wall       INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    trace      TEXT NOT NULL,
    cause      INTEGER,
    exchange   TEXT,
    actor_type TEXT NOT NULL,
    actor_id   TEXT,
    detail     TEXT NOT NULL
) STRICT;
CREATE INDEX journal_trace ON journal (trace, seq);
CREATE INDEX journal_cause ON journal (cause) WHERE cause IS NOT NULL;
CREATE INDEX journal_subject ON journal (subject, seq);
CREATE INDEX journal_exchange ON journal (exchange) WHERE exchange IS NOT NULL;

CREATE TABLE clients (
    id                       TEXT PRIMARY KEY,
    name                     TEXT NOT NULL,
    app_type                 TEXT NOT NULL,
    redirect_uris            TEXT NOT NULL, -- JSON array
    allowed_scopes           TEXT NOT NULL, -- space-separated
    allowed_origins          TEXT NOT NULL, -- JSON array
    client_uri               TEXT,
    logo_uri                 TEXT,
    webhook_url              TEXT,
    brand_id                 TEXT NOT NULL,
    service                  TEXT,          -- set for a Loop service's own client
    is_first_party           INTEGER NOT NULL,
    enabled                  INTEGER NOT NULL,
    baa_status               TEXT NOT NULL,
    access_token_lifetime_s  INTEGER NOT NULL,
    id_token_alg             TEXT NOT NULL,
    seeded                   INTEGER NOT NULL, -- a demo app: keeps its id and secrets through a factory reset
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
    id          TEXT PRIMARY KEY,
    email       TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name        TEXT NOT NULL,
    brand_id    TEXT NOT NULL,
    locale      TEXT NOT NULL,
    description TEXT NOT NULL,
    seeded      INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One active grant for each persona and app, updated in place (facts.md §7).
CREATE TABLE grants (
    id           TEXT PRIMARY KEY,
    client_id    TEXT NOT NULL,
    user_id      TEXT NOT NULL,
    scope        TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at   INTEGER,
    trace        TEXT NOT NULL,
    issued_by    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX grants_active ON grants (user_id, client_id) WHERE revoked_at IS NULL;

-- The one home of codes, tokens, secrets and session cookies.
CREATE TABLE credentials (
    id         TEXT PRIMARY KEY,
    hash       BLOB NOT NULL UNIQUE, -- SHA-256 of the value
    kind       TEXT NOT NULL,
    state      TEXT NOT NULL,
    client_id  TEXT,
    user_id    TEXT,
    grant_id   TEXT,
    parent     TEXT,                 -- what it was made from
    root       TEXT,                 -- the code its family began with
    scope      TEXT NOT NULL,
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER,
    ended_at   INTEGER,
    trace      TEXT NOT NULL,
    issued_by  INTEGER NOT NULL,     -- journal entry
    detail     TEXT NOT NULL,        -- JSON
    sealed     BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX credentials_live_by_grant ON credentials (grant_id) WHERE state = 'active' AND grant_id IS NOT NULL;
CREATE INDEX credentials_due ON credentials (expires_at) WHERE state = 'active' AND expires_at IS NOT NULL;
CREATE INDEX credentials_family ON credentials (root) WHERE root IS NOT NULL;
CREATE INDEX credentials_by_client ON credentials (client_id, kind) WHERE kind IN ('client_secret', 'webhook_secret', 'm2m_token');
-- One active refresh token for each grant (facts.md §5).
CREATE UNIQUE INDEX credentials_one_refresh ON credentials (grant_id) WHERE kind = 'refresh_token' AND state = 'active';

-- An authorization request on its way through sign-in and consent.
CREATE TABLE interactions (
    id         TEXT PRIMARY KEY,
    request    TEXT NOT NULL,        -- JSON: the authorization request as accepted
    client_id  TEXT NOT NULL,
    session    BLOB NOT NULL,        -- hash of the browser's cookie
    outcome    TEXT,                 -- allowed | denied | failed
    trace      TEXT NOT NULL,
    started_by INTEGER NOT NULL,     -- journal entry
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE signing_keys (
    kid        TEXT PRIMARY KEY,
    alg        TEXT NOT NULL,
    public_jwk TEXT NOT NULL,        -- JSON
    sealed     BLOB NOT NULL,        -- PKCS#8 DER
    state      TEXT NOT NULL,        -- next | active | retired
    created_at INTEGER NOT NULL,
    retired_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE alerts (
    id      TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    message TEXT NOT NULL,
    trace   TEXT NOT NULL,
    cause   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alerts_by_user ON alerts (user_id, at);
