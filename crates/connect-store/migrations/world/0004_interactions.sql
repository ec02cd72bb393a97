-- Whether somebody is still asked something is looked up by trace; what nobody can finish any more is removed by time.
CREATE INDEX interactions_open_by_trace ON interactions (trace) WHERE outcome IS NULL;
CREATE INDEX interactions_by_end ON interactions (expires_at);
