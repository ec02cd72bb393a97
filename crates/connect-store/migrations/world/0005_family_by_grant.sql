-- What came of a code belongs to the code's grant: it is found by the index over what lives of a grant. An index of its
-- own was a seventh of all pages that refreshes wrote.
DROP INDEX credentials_live_family;
