//! Sign-in: a choice of persona, without a password (ruling 27).
//!
//! The form posts `csrf` and `user_id` to `action`; "Cancel" posts `csrf` and `decision=deny` to `cancel_action`.

use askama::Template;

use super::destination::Destination;
use super::person::PersonaView;
use super::{AppView, Page, html, text};

/// The sign-in page.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The app that sent the person here.
    pub app: AppView,
    /// Everyone who can be chosen, in the order to show; may be empty.
    pub personas: Vec<PersonaView>,
    /// `login_hint` as sent (OpenID Connect Core §3.1.2.1): the persona it means comes first.
    pub login_hint: Option<String>,
    /// The `user_id` of who is signed in already, when that person is asked again.
    pub signed_in: Option<String>,
    /// Why the person is asked.
    pub reason: SignInReason,
    /// Whether the consent page follows; else the person goes straight back to the app (ruling 26).
    pub consent_follows: bool,
    /// Where the flow ends, as requested.
    pub redirect_uri: String,
    /// The token bound to the browser's session, for the field `csrf`.
    pub csrf: String,
    /// Where the choice is posted.
    pub action: String,
    /// Where "Cancel" is posted; without it there is no such button.
    pub cancel_action: Option<String>,
    /// The trace of this flow, shown so that it can be looked up.
    pub trace_id: Option<String>,
}

/// Why the person has to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignInReason {
    /// Nobody is signed in.
    #[default]
    NobodySignedIn,
    /// The app sent `prompt=login`.
    AppAskedAgain,
    /// The sign-in is older than the app's `max_age`.
    SignInTooOld,
    /// The person pressed "Use another account".
    AnotherAccount,
}

impl SignInReason {
    const fn in_words(self) -> Option<&'static str> {
        match self {
            Self::NobodySignedIn | Self::AnotherAccount => None,
            Self::AppAskedAgain => Some("The app asked that you sign in again (prompt=login)."),
            Self::SignInTooOld => Some("Your sign-in is older than the app accepts (max_age)."),
        }
    }
}

/// One row of the list.
struct Choice<'a> {
    person: &'a PersonaView,
    hinted: bool,
    signed_in: bool,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInTemplate<'a> {
    page: &'a SignIn,
    app_name: String,
    app_isolated: String,
    destination: Destination,
    choices: Vec<Choice<'a>>,
    stray_hint: Option<String>,
    trace_id: Option<&'a str>,
}

impl SignIn {
    fn choices(&self) -> Vec<Choice<'_>> {
        let mut choices: Vec<_> = self
            .personas
            .iter()
            .map(|person| Choice {
                person,
                hinted: self
                    .login_hint
                    .as_deref()
                    .is_some_and(|hint| person.is_meant_by(hint)),
                signed_in: self.signed_in.as_deref() == Some(&*person.user_id),
            })
            .collect();
        choices.sort_by_key(|choice| !choice.hinted);
        choices
    }
}

impl Page for SignIn {
    fn render(&self) -> String {
        let choices = self.choices();
        let app_name = self.app.display_name();
        html(&SignInTemplate {
            page: self,
            app_isolated: text::isolated(&app_name),
            app_name,
            destination: Destination::of(&self.redirect_uri),
            stray_hint: self
                .login_hint
                .as_deref()
                .filter(|hint| {
                    !hint.trim().is_empty() && !choices.iter().any(|choice| choice.hinted)
                })
                .map(|hint| text::visible_within(hint, 120)),
            choices,
            trace_id: self.trace_id.as_deref(),
        })
    }

    fn app(&self) -> Option<&AppView> {
        Some(&self.app)
    }
}
