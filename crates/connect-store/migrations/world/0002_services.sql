-- The rows behind the resource APIs. `user_id` is the persona a row belongs to, `brand_id` its tenant: no read crosses
-- either. Times are milliseconds since 1970-01-01T00:00:00Z on the sandbox clock. Lists and objects are JSON text.

-- Clinical ------------------------------------------------------------------------------------------------------------

CREATE TABLE biomarkers (
    id             TEXT PRIMARY KEY,
    user_id        TEXT NOT NULL,
    brand_id       TEXT NOT NULL,
    bloodwork_id   TEXT NOT NULL,    -- the draw it came with
    code           TEXT NOT NULL,
    name           TEXT NOT NULL,
    value          REAL NOT NULL,
    unit           TEXT NOT NULL,
    reference_low  REAL,
    reference_high REAL,
    status         TEXT NOT NULL,    -- normal | low | high | critical
    source         TEXT NOT NULL,
    collected_at   INTEGER NOT NULL,
    parsed_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX biomarkers_by_user ON biomarkers (user_id, collected_at, id);
CREATE INDEX biomarkers_latest ON biomarkers (user_id, code, collected_at);

-- The catalogue of a brand: nobody owns a protocol.
CREATE TABLE protocols (
    id                TEXT PRIMARY KEY,
    brand_id          TEXT NOT NULL,
    slug              TEXT NOT NULL,
    name              TEXT NOT NULL,
    version           TEXT NOT NULL,
    category          TEXT NOT NULL,
    description       TEXT NOT NULL,
    oversight_tier    TEXT NOT NULL,
    criteria          TEXT NOT NULL, -- JSON
    recommendations   TEXT NOT NULL, -- JSON
    contraindications TEXT NOT NULL, -- JSON
    phases            TEXT NOT NULL, -- JSON
    metadata          TEXT NOT NULL, -- JSON
    active            INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX protocols_by_slug ON protocols (brand_id, slug);

CREATE TABLE protocol_compounds (
    id            TEXT PRIMARY KEY,
    protocol_id   TEXT NOT NULL,
    brand_id      TEXT NOT NULL,
    compound_id   TEXT NOT NULL,
    compound_slug TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    dose_amount   TEXT NOT NULL,     -- a decimal
    dose_unit     TEXT NOT NULL,
    route         TEXT,
    position      INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX protocol_compounds_by_protocol ON protocol_compounds (protocol_id, position);

CREATE TABLE enrollments (
    id          TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL,
    brand_id    TEXT NOT NULL,
    protocol_id TEXT NOT NULL,
    goals       TEXT NOT NULL,       -- JSON
    intake      TEXT NOT NULL,       -- JSON
    status      TEXT NOT NULL,       -- active | completed | stopped
    enrolled_at INTEGER NOT NULL,
    ended_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX enrollments_by_user ON enrollments (user_id, enrolled_at);
CREATE UNIQUE INDEX enrollments_one_active ON enrollments (user_id, protocol_id) WHERE status = 'active';

CREATE TABLE check_ins (
    id               TEXT PRIMARY KEY,
    user_id          TEXT NOT NULL,
    brand_id         TEXT NOT NULL,
    day_marker       INTEGER NOT NULL, -- 30 | 60 | 90
    enrolled_at      INTEGER NOT NULL, -- the enrolment it counts from
    goals            TEXT NOT NULL,    -- JSON
    wins             TEXT NOT NULL,    -- JSON
    blockers         TEXT NOT NULL,    -- JSON
    protocol_changes TEXT,
    mood             INTEGER NOT NULL,
    weight_kg        REAL,
    sleep_quality    INTEGER NOT NULL,
    completed_at     INTEGER NOT NULL,
    created_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX check_ins_by_user ON check_ins (user_id, completed_at);
CREATE UNIQUE INDEX check_ins_once ON check_ins (user_id, enrolled_at, day_marker);

CREATE TABLE red_flags (
    id             TEXT PRIMARY KEY,
    user_id        TEXT NOT NULL,
    brand_id       TEXT NOT NULL,
    rule_id        TEXT NOT NULL,
    rule_name      TEXT NOT NULL,
    severity       TEXT NOT NULL,    -- urgent | warn | info
    biomarker_code TEXT NOT NULL,
    biomarker_id   TEXT NOT NULL,
    message        TEXT NOT NULL,
    acknowledged   INTEGER NOT NULL,
    detected_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX red_flags_by_user ON red_flags (user_id, detected_at);
CREATE UNIQUE INDEX red_flags_once ON red_flags (biomarker_id, rule_id);

CREATE TABLE wearable_connections (
    id              TEXT PRIMARY KEY,
    user_id         TEXT NOT NULL,
    brand_id        TEXT NOT NULL,
    provider        TEXT NOT NULL,
    junction_user_id TEXT NOT NULL,
    status          TEXT NOT NULL,   -- connected | disconnected | error | pending
    connected_at    INTEGER NOT NULL,
    last_synced_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX wearable_connections_one ON wearable_connections (user_id, provider);

CREATE TABLE wearable_metrics (
    user_id          TEXT NOT NULL,
    provider         TEXT NOT NULL,
    metric           TEXT NOT NULL,
    brand_id         TEXT NOT NULL,
    label            TEXT NOT NULL,
    value            TEXT NOT NULL,
    show_on_optimize INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    PRIMARY KEY (user_id, provider, metric)
) STRICT, WITHOUT ROWID;

CREATE TABLE lab_markers (
    id              TEXT PRIMARY KEY,
    brand_id        TEXT NOT NULL,
    slug            TEXT NOT NULL,
    name            TEXT NOT NULL,
    description     TEXT,
    biomarker_code  TEXT,
    units           TEXT,
    wholesale_cents INTEGER,
    retail_cents    INTEGER,
    currency        TEXT NOT NULL,
    source_lab_id   TEXT,
    tags            TEXT NOT NULL,   -- JSON
    availability    TEXT NOT NULL    -- JSON: state -> {status, note}; a state not named has it available
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX lab_markers_by_slug ON lab_markers (brand_id, slug);

-- Patient graph -------------------------------------------------------------------------------------------------------

CREATE TABLE patients (
    user_id      TEXT PRIMARY KEY,
    brand_id     TEXT NOT NULL,
    external_ids TEXT NOT NULL,      -- JSON
    status       TEXT NOT NULL,
    metadata     TEXT NOT NULL,      -- JSON
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE patient_metrics (
    id            TEXT PRIMARY KEY,
    user_id       TEXT NOT NULL,
    brand_id      TEXT NOT NULL,
    metric_key    TEXT NOT NULL,
    value_numeric TEXT,              -- a decimal
    value_text    TEXT,
    unit          TEXT,
    source        TEXT NOT NULL,
    is_phi        INTEGER NOT NULL,
    recorded_at   INTEGER NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX patient_metrics_by_user ON patient_metrics (user_id, metric_key, recorded_at);

CREATE TABLE timeline_events (
    id          TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL,
    brand_id    TEXT NOT NULL,
    event_type  TEXT NOT NULL,
    title       TEXT NOT NULL,
    description TEXT,
    occurred_at INTEGER NOT NULL,
    source_type TEXT,
    source_id   TEXT,
    metadata    TEXT NOT NULL,       -- JSON
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX timeline_events_by_user ON timeline_events (user_id, occurred_at, id);

-- Membership ----------------------------------------------------------------------------------------------------------

CREATE TABLE memberships (
    id              TEXT PRIMARY KEY,
    user_id         TEXT NOT NULL,
    brand_id        TEXT NOT NULL,
    tier            TEXT NOT NULL,
    state           TEXT NOT NULL,
    subscription_id TEXT,
    has_access      INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX memberships_one ON memberships (user_id, brand_id);

CREATE TABLE membership_transitions (
    membership_id TEXT NOT NULL,
    position      INTEGER NOT NULL,
    user_id       TEXT NOT NULL,
    brand_id      TEXT NOT NULL,
    from_state    TEXT NOT NULL,
    to_state      TEXT NOT NULL,
    trigger       TEXT NOT NULL,
    reason        TEXT,
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (membership_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE membership_locks (
    id              TEXT PRIMARY KEY,
    user_id         TEXT NOT NULL,
    brand_id        TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    status          TEXT NOT NULL,   -- pending | released | expired
    locked_at       INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX membership_locks_by_user ON membership_locks (user_id, locked_at);

-- Payments ------------------------------------------------------------------------------------------------------------

CREATE TABLE subscriptions (
    id                     TEXT PRIMARY KEY,
    user_id                TEXT NOT NULL,
    brand_id               TEXT NOT NULL,
    stripe_subscription_id TEXT NOT NULL,
    stripe_customer_id     TEXT,
    plan_id                TEXT NOT NULL,
    status                 TEXT NOT NULL, -- active | paused | canceled
    current_period_start   INTEGER NOT NULL,
    current_period_end     INTEGER NOT NULL,
    cancel_at_period_end   INTEGER NOT NULL,
    cancel_reason          TEXT,
    cancelled_at           INTEGER,
    source                 TEXT NOT NULL, -- stripe | gift
    created_at             INTEGER NOT NULL,
    updated_at             INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriptions_by_user ON subscriptions (user_id, created_at);

CREATE TABLE payments (
    id                       TEXT PRIMARY KEY,
    user_id                  TEXT NOT NULL,
    brand_id                 TEXT NOT NULL,
    order_id                 TEXT,
    amount_cents             INTEGER NOT NULL,
    currency                 TEXT NOT NULL,
    status                   TEXT NOT NULL,
    stripe_payment_intent_id TEXT,
    mode                     TEXT NOT NULL, -- one_shot | subscription
    subscription_id          TEXT,
    created_at               INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX payments_by_user ON payments (user_id, created_at);

CREATE TABLE payment_methods (
    user_id   TEXT PRIMARY KEY,
    brand_id  TEXT NOT NULL,
    card      TEXT NOT NULL,
    last4     TEXT NOT NULL,
    exp_month INTEGER NOT NULL,
    exp_year  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Community -----------------------------------------------------------------------------------------------------------

-- Who can be an author or be followed: every persona, and seeded members nobody can sign in as.
CREATE TABLE community_members (
    user_id      TEXT PRIMARY KEY,
    brand_id     TEXT NOT NULL,
    display_name TEXT NOT NULL,
    role         TEXT NOT NULL,      -- member | coach
    created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE communities (
    id              TEXT PRIMARY KEY,
    brand_id        TEXT NOT NULL,
    slug            TEXT NOT NULL,
    name            TEXT NOT NULL,
    description     TEXT,
    cover_image_url TEXT,
    user_id         TEXT NOT NULL,   -- who made it
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX communities_by_slug ON communities (brand_id, slug);

CREATE TABLE posts (
    id                  TEXT PRIMARY KEY,
    user_id             TEXT NOT NULL, -- the author
    brand_id            TEXT NOT NULL,
    community_slug      TEXT,
    content             TEXT NOT NULL,
    tags                TEXT NOT NULL, -- JSON
    metadata            TEXT NOT NULL, -- JSON
    media_urls          TEXT NOT NULL, -- JSON
    moderation_status   TEXT NOT NULL, -- approved | pending | removed
    is_broadcast        INTEGER NOT NULL,
    broadcast_role      TEXT,
    pinned_until        INTEGER,
    pinned_by_staff_at  INTEGER,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    edited_at           INTEGER,
    edit_window_ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX posts_by_brand ON posts (brand_id, created_at);
CREATE INDEX posts_by_user ON posts (user_id);

CREATE TABLE post_reactions (
    post_id    TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    kind       TEXT NOT NULL,
    brand_id   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (post_id, user_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_reactions_by_user ON post_reactions (user_id);

CREATE TABLE reports (
    id          TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL,       -- who reported
    brand_id    TEXT NOT NULL,
    target_type TEXT NOT NULL,       -- user | post | comment
    target_id   TEXT NOT NULL,
    reason      TEXT NOT NULL,
    notes       TEXT,
    status      TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX reports_once ON reports (user_id, target_type, target_id);

CREATE TABLE feed_channels (
    id          TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL,
    brand_id    TEXT NOT NULL,
    channel_key TEXT NOT NULL,
    label       TEXT,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX feed_channels_one ON feed_channels (user_id, channel_key);

-- Follows -------------------------------------------------------------------------------------------------------------

CREATE TABLE follows (
    id          TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL,       -- who follows
    followee_id TEXT NOT NULL,
    brand_id    TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX follows_once ON follows (user_id, followee_id);
CREATE INDEX follows_by_followee ON follows (followee_id);

CREATE TABLE follow_blocks (
    user_id    TEXT NOT NULL,        -- who blocks
    blocked_id TEXT NOT NULL,
    brand_id   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, blocked_id)
) STRICT, WITHOUT ROWID;

-- Communication -------------------------------------------------------------------------------------------------------

CREATE TABLE messages (
    id           TEXT PRIMARY KEY,
    user_id      TEXT NOT NULL,      -- the person it is for
    brand_id     TEXT NOT NULL,
    requested_by TEXT NOT NULL,      -- the client, or `console`
    channel      TEXT NOT NULL,      -- email | sms | push | in_app
    template_key TEXT NOT NULL,
    recipient    TEXT NOT NULL,
    variables    TEXT NOT NULL,      -- JSON
    dedup_key    TEXT NOT NULL,
    hipaa        INTEGER NOT NULL,
    status       TEXT NOT NULL,      -- scheduled | sent | suppressed
    provider     TEXT,
    scheduled_at INTEGER,
    sent_at      INTEGER,
    created_at   INTEGER NOT NULL,
    trace        TEXT NOT NULL,
    cause        INTEGER             -- the journal entry that asked for it
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX messages_once ON messages (brand_id, user_id, dedup_key);
CREATE INDEX messages_by_user ON messages (user_id, created_at);
CREATE INDEX messages_due ON messages (scheduled_at) WHERE status = 'scheduled';

CREATE TABLE preferences (
    id         TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL,
    brand_id   TEXT NOT NULL,
    channel    TEXT NOT NULL,
    category   TEXT NOT NULL,
    enabled    INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX preferences_one ON preferences (user_id, channel, category);

-- Every service -------------------------------------------------------------------------------------------------------

-- What happened, for whoever subscribed. `seq` is the journal's `event.occurred` entry, `cause` the change behind it.
CREATE TABLE events (
    id          TEXT PRIMARY KEY,
    seq         INTEGER NOT NULL UNIQUE,
    type        TEXT NOT NULL,
    user_id     TEXT NOT NULL,
    brand_id    TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    trace       TEXT NOT NULL,
    cause       INTEGER NOT NULL,
    data        TEXT NOT NULL        -- JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX events_by_user ON events (user_id, seq);
CREATE INDEX events_by_type ON events (type, seq);

-- An answer kept for a repeated request. One key means one request of one app for one person on one route.
CREATE TABLE idempotency_keys (
    client_id    TEXT NOT NULL,
    user_id      TEXT NOT NULL,      -- empty for a machine
    route        TEXT NOT NULL,      -- the operation
    key          TEXT NOT NULL,
    request_hash BLOB NOT NULL,      -- SHA-256 of path, query and body
    status       INTEGER NOT NULL,
    body         TEXT NOT NULL,
    seq          INTEGER,            -- the journal entry of the change the first request made
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    PRIMARY KEY (client_id, user_id, route, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_due ON idempotency_keys (expires_at);
