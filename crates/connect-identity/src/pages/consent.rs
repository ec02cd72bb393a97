//! Consent: who asks, for what, on whose behalf, and where the answer goes (facts.md §3 and §8, ruling 26).
//!
//! The form posts `csrf` and `decision` (`allow` or `deny`) to `action`; "Use another account" posts `csrf` to
//! `switch_action`.

use askama::Template;

use super::destination::Destination;
use super::person::PersonaView;
use super::scope::{ScopeGroup, ScopeView, grouped, limits};
use super::{AppView, Page, html, text};

/// The consent page.
#[derive(Debug, Clone)]
pub struct Consent {
    /// The app that asks.
    pub app: AppView,
    /// Who is signed in.
    pub person: PersonaView,
    /// What it asks for, in any order; see [`ScopeView::list`].
    pub scopes: Vec<ScopeView>,
    /// Where the answer goes, as requested.
    pub redirect_uri: String,
    /// The token bound to the browser's session, for the field `csrf` of both forms.
    pub csrf: String,
    /// Where the decision is posted.
    pub action: String,
    /// Where "Use another account" is posted.
    pub switch_action: String,
    /// The trace of this flow, shown so that it can be looked up.
    pub trace_id: Option<String>,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentTemplate<'a> {
    page: &'a Consent,
    app_name: String,
    app_isolated: String,
    destination: Destination,
    groups: Vec<ScopeGroup>,
    limits: Vec<&'static str>,
    history: Option<String>,
    mark_new: bool,
    trace_id: Option<&'a str>,
}

impl Consent {
    /// How many of the scopes are new to this app, and how many are not.
    fn new_and_known(&self) -> (usize, usize) {
        let known = self
            .scopes
            .iter()
            .filter(|scope| scope.granted_before)
            .count();
        (self.scopes.len() - known, known)
    }

    fn history(&self) -> Option<String> {
        match self.new_and_known() {
            (_, 0) => None,
            (0, _) if self.app.is_first_party => Some("You allowed all of this before.".to_owned()),
            (0, _) => Some(
                "You allowed all of this before. Apps not made by Loop ask every time.".to_owned(),
            ),
            (new, known) => Some(format!("{new} new, {known} allowed before.")),
        }
    }
}

impl Page for Consent {
    fn render(&self) -> String {
        let app_name = self.app.display_name();
        let (new, known) = self.new_and_known();
        html(&ConsentTemplate {
            page: self,
            app_isolated: text::isolated(&app_name),
            app_name,
            destination: Destination::of(&self.redirect_uri),
            groups: grouped(&self.scopes),
            limits: limits(&self.scopes),
            history: self.history(),
            mark_new: new > 0 && known > 0,
            trace_id: self.trace_id.as_deref(),
        })
    }

    fn app(&self) -> Option<&AppView> {
        Some(&self.app)
    }
}
