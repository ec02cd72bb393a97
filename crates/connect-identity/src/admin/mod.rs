//! OAuth client administration, for machines with `admin:oauth_clients` (facts.md §2, ruling 34).

pub(crate) mod oauth_clients;
