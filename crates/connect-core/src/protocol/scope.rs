//! The scope catalogue (facts.md §8, rulings 7, 25 and 34) and sets of scopes.

use std::fmt;

use crate::domain::standing::Standing;
use Standing::{Assumed, Documented};

/// One scope of the platform.
#[derive(Debug, PartialEq, Eq)]
pub struct Scope {
    /// As sent: `read:biomarkers`.
    pub name: &'static str,
    /// What it opens, for developers.
    pub gates: &'static str,
    /// What the person is asked.
    pub consent: &'static str,
    /// The service that enforces it.
    pub service: &'static str,
    /// Protected health information: refused without a signed BAA (ruling 7).
    pub phi: bool,
    /// Whether a page lists it.
    pub standing: Standing,
    /// Whether a page says it is PHI (`Documented`), or ruling 7 does (`Assumed`).
    pub phi_standing: Standing,
    /// Only for machines, never consented to.
    pub machine_only: bool,
}

const fn row(
    name: &'static str,
    service: &'static str,
    gates: &'static str,
    consent: &'static str,
) -> Scope {
    Scope {
        name,
        gates,
        consent,
        service,
        phi: false,
        standing: Documented,
        phi_standing: Assumed,
        machine_only: false,
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "a row is built by passing it on"
)]
const fn phi(scope: Scope, standing: Standing) -> Scope {
    Scope {
        phi: true,
        phi_standing: standing,
        ..scope
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "a row is built by passing it on"
)]
const fn assumed(scope: Scope) -> Scope {
    Scope {
        standing: Assumed,
        ..scope
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "a row is built by passing it on"
)]
const fn machine(scope: Scope) -> Scope {
    Scope {
        machine_only: true,
        ..scope
    }
}

/// Every scope, in the order people see them.
pub static CATALOGUE: &[Scope] = &[
    row(
        "openid",
        "identity",
        "OpenID Connect: an id_token",
        "Sign in with Loop",
    ),
    row(
        "profile",
        "identity",
        "name, brand affiliation, locale",
        "View your name and basic profile",
    ),
    row(
        "email",
        "identity",
        "verified email address",
        "View your email address",
    ),
    row(
        "read:account",
        "identity",
        "account metadata, creation date, status",
        "View your Loop account info",
    ),
    row(
        "manage:connected_apps",
        "identity",
        "listing and revoking OAuth grants",
        "Manage which apps are connected to your Loop account",
    ),
    phi(
        row(
            "read:biomarkers",
            "clinical",
            "lab results",
            "View your lab results",
        ),
        Documented,
    ),
    phi(
        row(
            "write:biomarkers",
            "clinical",
            "ingesting a lab PDF or structured result",
            "Upload lab results on your behalf",
        ),
        Assumed,
    ),
    phi(
        row(
            "read:protocols",
            "clinical",
            "active and past protocols and their actions",
            "View your current and past protocols",
        ),
        Documented,
    ),
    phi(
        row(
            "write:protocols",
            "clinical",
            "starting or stopping a protocol",
            "Start or stop protocols for you",
        ),
        Assumed,
    ),
    phi(
        row(
            "read:check_ins",
            "clinical",
            "subjective check-ins",
            "View your weekly check-ins",
        ),
        Documented,
    ),
    phi(
        row(
            "write:check_ins",
            "clinical",
            "recording a check-in",
            "Record check-ins on your behalf",
        ),
        Assumed,
    ),
    phi(
        row(
            "read:recommendations",
            "clinical",
            "personalised protocol recommendations",
            "View protocol recommendations for you",
        ),
        Assumed,
    ),
    phi(
        row(
            "read:red_flags",
            "clinical",
            "history of safety flags",
            "View health safety flags on your account",
        ),
        Assumed,
    ),
    phi(
        row(
            "read:profile",
            "patient-graph",
            "enriched customer profile and order history",
            "View your full Loop profile and order history",
        ),
        Assumed,
    ),
    phi(
        row(
            "read:wearables",
            "patient-graph",
            "synced wearable data",
            "View your wearable device data",
        ),
        Assumed,
    ),
    phi(
        row(
            "write:wearables",
            "patient-graph",
            "triggering a wearable resync",
            "Sync your wearables on your behalf",
        ),
        Assumed,
    ),
    assumed(row(
        "read:membership",
        "membership",
        "membership tier and its history",
        "View your membership",
    )),
    assumed(row(
        "read:subscriptions",
        "payments",
        "subscriptions and their periods",
        "View your subscriptions",
    )),
    assumed(row(
        "read:payments",
        "payments",
        "payments and the billing summary",
        "View your payments and billing summary",
    )),
    assumed(row(
        "read:community",
        "community",
        "community posts",
        "View your community posts",
    )),
    assumed(row(
        "write:community",
        "community",
        "posting and reacting in the community",
        "Post and react in the community for you",
    )),
    assumed(row(
        "read:follows",
        "follows",
        "who you follow and who follows you",
        "View who you follow",
    )),
    assumed(row(
        "write:follows",
        "follows",
        "following and unfollowing",
        "Follow and unfollow people for you",
    )),
    assumed(row(
        "read:messages",
        "comms",
        "messages and contact preferences",
        "View your messages and contact preferences",
    )),
    assumed(row(
        "write:messages",
        "comms",
        "sending messages and changing contact preferences",
        "Send messages and change contact preferences for you",
    )),
    machine(row(
        "admin:clinical",
        "clinical",
        "clinical administration by a machine",
        "",
    )),
    machine(assumed(row(
        "admin:oauth_clients",
        "identity",
        "administration of OAuth clients by a machine",
        "",
    ))),
];

/// The scope with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Scope> {
    CATALOGUE.iter().find(|scope| scope.name == name)
}

/// Why a `scope` parameter could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// A character outside RFC 6749 §3.3.
    #[error("`{0}` is not a scope: a character outside the grammar of RFC 6749 §3.3")]
    Grammar(String),
    /// Not in the catalogue.
    #[error("`{0}` is not a scope of the platform")]
    Unknown(String),
}

/// A set of scopes in the order asked, each once.
#[derive(Clone, Default)]
pub struct ScopeSet(Vec<&'static Scope>);

impl ScopeSet {
    /// Reads a space-separated list (RFC 6749 §3.3).
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        let mut set = Self::default();
        for token in text.split(' ').filter(|token| !token.is_empty()) {
            let in_grammar =
                |c: char| matches!(c, '\u{21}' | '\u{23}'..='\u{5B}' | '\u{5D}'..='\u{7E}');
            let shown = || token.chars().filter(|c| !c.is_control()).take(64).collect();
            if !token.chars().all(in_grammar) {
                return Err(ScopeError::Grammar(shown()));
            }
            set.insert(find(token).ok_or_else(|| ScopeError::Unknown(shown()))?);
        }
        Ok(set)
    }

    /// Reads a stored list; names that are no longer in the catalogue are left out.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        let mut set = Self::default();
        text.split(' ')
            .filter_map(find)
            .for_each(|scope| set.insert(scope));
        set
    }

    /// Adds a scope, once.
    pub fn insert(&mut self, scope: &'static Scope) {
        if !self.0.contains(&scope) {
            self.0.push(scope);
        }
    }

    /// Whether the named scope is in it. `manage:x` also counts as `read:x` and `write:x` (facts.md §8).
    #[must_use]
    pub fn allows(&self, name: &str) -> bool {
        self.0.iter().any(|scope| {
            scope.name == name
                || scope.name.strip_prefix("manage:").is_some_and(|resource| {
                    matches!(name.split_once(':'), Some(("read" | "write", other)) if other == resource)
                })
        })
    }

    /// Whether the named scope itself is in it.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|scope| scope.name == name)
    }

    /// Every scope, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'static Scope> + '_ {
        self.0.iter().copied()
    }

    /// Those of this set that are not in `other`.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self(
            self.iter()
                .filter(|scope| !other.0.contains(scope))
                .collect(),
        )
    }

    /// This set, and what `other` adds.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut set = self.clone();
        other.iter().for_each(|scope| set.insert(scope));
        set
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names, in order.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        self.iter().map(|scope| scope.name).collect()
    }
}

impl PartialEq for ScopeSet {
    /// As sets: the order does not count.
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|scope| other.0.contains(scope))
    }
}

impl Eq for ScopeSet {}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.name)?;
        }
        Ok(())
    }
}

impl fmt::Debug for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScopeSet({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_phi_is_clinical_and_patient_graph() {
        for (index, scope) in CATALOGUE.iter().enumerate() {
            assert!(
                CATALOGUE[..index]
                    .iter()
                    .all(|other| other.name != scope.name)
            );
            let health =
                matches!(scope.service, "clinical" | "patient-graph") && !scope.machine_only;
            assert_eq!(scope.phi, health, "{}", scope.name);
        }
    }

    #[test]
    fn a_list_is_read_once_each_and_printed_in_the_order_asked() {
        let set = ScopeSet::parse("read:biomarkers openid  read:biomarkers").expect("reads");
        assert_eq!(set.to_string(), "read:biomarkers openid");
        assert_eq!(
            ScopeSet::parse("read:moon"),
            Err(ScopeError::Unknown("read:moon".into()))
        );
        assert_eq!(
            ScopeSet::parse("open\"id"),
            Err(ScopeError::Grammar("open\"id".into()))
        );
    }

    #[test]
    fn manage_covers_read_and_write() {
        let set = ScopeSet::parse("manage:connected_apps").expect("reads");
        assert!(set.allows("read:connected_apps") && !set.allows("read:account"));
    }

    #[test]
    fn any_text_is_read_or_refused_without_panic() {
        arbtest::arbtest(|u| {
            let text: &str = u.arbitrary()?;
            if let Ok(set) = ScopeSet::parse(text) {
                assert_eq!(ScopeSet::parse(&set.to_string()).as_ref(), Ok(&set));
            }
            Ok(())
        });
    }
}
