-- Only what lives of a family is looked for by its root; the whole of it is told by the journal. An index over all of it
-- costs every refresh a page.
DROP INDEX credentials_family;
CREATE INDEX credentials_live_family ON credentials (root) WHERE state = 'active' AND root IS NOT NULL;
