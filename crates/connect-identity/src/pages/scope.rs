//! Scopes as a person reads them: grouped, in plain words, with what they leave out.

use connect_core::protocol::scope::{Scope, ScopeSet};

/// One scope on the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeView {
    /// Its row in the catalogue.
    pub scope: &'static Scope,
    /// The person allowed it to this app before, and the grant is still active.
    pub granted_before: bool,
}

impl ScopeView {
    /// Every scope asked for, marked with whether it was granted before.
    #[must_use]
    pub fn list(asked: &ScopeSet, granted: &ScopeSet) -> Vec<Self> {
        asked
            .iter()
            .map(|scope| Self {
                scope,
                granted_before: granted.contains(scope.name),
            })
            .collect()
    }

    /// What the person reads: the documented consent text, or what the scope opens when it has none.
    pub(super) fn text(self) -> &'static str {
        if self.scope.consent.is_empty() {
            self.scope.gates
        } else {
            self.scope.consent
        }
    }

    /// Whether it lets the app add, change or remove something.
    pub(super) fn changes(self) -> bool {
        !self.scope.name.starts_with("read:") && self.scope.name.contains(':')
    }

    fn group(self) -> Group {
        match self.scope {
            scope if scope.phi => Group::Health,
            scope if !scope.name.contains(':') => Group::SignIn,
            scope if scope.service == "identity" => Group::Account,
            _ => Group::Other,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    SignIn,
    Account,
    Health,
    Other,
}

/// The scopes of one kind, in the order of the catalogue's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScopeGroup {
    /// Its heading.
    pub(super) title: &'static str,
    /// Protected health information.
    pub(super) phi: bool,
    /// At least one.
    pub(super) scopes: Vec<ScopeView>,
}

/// Sorts scopes into the groups that have any: health data first, since it is what matters most.
pub(super) fn grouped(scopes: &[ScopeView]) -> Vec<ScopeGroup> {
    [
        (Group::Health, "Health data"),
        (Group::Account, "Account"),
        (Group::Other, "Other"),
        (Group::SignIn, "Sign-in"),
    ]
    .into_iter()
    .map(|(group, title)| ScopeGroup {
        title,
        phi: group == Group::Health,
        scopes: scopes
            .iter()
            .copied()
            .filter(|scope| scope.group() == group)
            .collect(),
    })
    .filter(|group| !group.scopes.is_empty())
    .collect()
}

/// What the app cannot do with these scopes, as ends of "It will not be able to …". Never empty.
pub(super) fn limits(scopes: &[ScopeView]) -> Vec<&'static str> {
    let health = |view: &&ScopeView| view.group() == Group::Health;
    let has = |name: &str| scopes.iter().any(|view| view.scope.name == name);
    let mut limits = Vec::new();
    if !scopes.iter().any(|view| health(&view)) {
        limits.push("see your health data");
    }
    if !scopes.iter().any(|view| view.changes()) {
        limits.push("add, change or remove anything");
    } else if scopes.iter().any(|view| health(&view))
        && !scopes.iter().filter(health).any(|view| view.changes())
    {
        limits.push("change your health data");
    }
    if !has("read:payments") {
        limits.push("see your payments");
    }
    if !has("manage:connected_apps") {
        limits.push("manage your other connected apps");
    }
    limits.push("see how you sign in to Loop");
    limits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn views(asked: &str) -> Vec<ScopeView> {
        ScopeView::list(
            &ScopeSet::parse(asked).expect("reads"),
            &ScopeSet::default(),
        )
    }

    #[test]
    fn every_scope_a_person_can_be_asked_for_has_a_group_and_a_text() {
        for scope in connect_core::protocol::scope::CATALOGUE
            .iter()
            .filter(|scope| !scope.machine_only)
        {
            let view = ScopeView {
                scope,
                granted_before: false,
            };
            assert_eq!(grouped(&[view]).len(), 1, "{}", scope.name);
            assert_eq!(view.text(), scope.consent);
        }
    }

    #[test]
    fn groups_come_in_one_order_whatever_the_app_asked_first() {
        let titles: Vec<_> = grouped(&views(
            "openid read:payments read:account write:check_ins read:biomarkers",
        ))
        .into_iter()
        .map(|group| (group.title, group.scopes.len(), group.phi))
        .collect();
        assert_eq!(
            titles,
            [
                ("Health data", 2, true),
                ("Account", 1, false),
                ("Other", 1, false),
                ("Sign-in", 1, false)
            ]
        );
    }

    #[test]
    fn limits_say_only_what_is_true() {
        assert!(limits(&views("openid")).contains(&"see your health data"));
        assert!(
            limits(&views("openid read:biomarkers")).contains(&"add, change or remove anything")
        );
        let mixed = limits(&views(
            "read:biomarkers write:community read:payments manage:connected_apps",
        ));
        assert_eq!(
            mixed,
            ["change your health data", "see how you sign in to Loop"]
        );
        let writing = limits(&views("write:check_ins"));
        assert!(
            !writing
                .iter()
                .any(|limit| limit.contains("health") || limit.contains("change"))
        );
    }

    #[test]
    fn scopes_granted_before_are_told_from_new_ones() {
        let set = |text| ScopeSet::parse(text).expect("reads");
        let marks: Vec<_> = ScopeView::list(&set("openid read:biomarkers"), &set("openid"))
            .iter()
            .map(|view| view.granted_before)
            .collect();
        assert_eq!(marks, [true, false]);
    }
}
