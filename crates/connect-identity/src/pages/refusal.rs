//! The page for errors an app may not be told (ruling 5): until client and redirect URI are trusted there is no
//! redirect, so the person in front of the browser is told what is wrong and how to mend it.

use askama::Template;
use connect_core::domain::refusal::Refusal;

use super::difference::Difference;
use super::{AppView, Page, html, text};

/// The longest value shown whole, in characters.
const VALUE_LIMIT: usize = 600;
/// How many of the other accepted values are listed.
const OTHERS_LIMIT: usize = 20;

/// A refusal at `/v1/oauth/authorize`, before the app can be trusted.
#[derive(Debug, Clone)]
pub struct RefusalPage {
    /// What happened, in plain words: "This app is not registered".
    pub title: String,
    /// Check, expected, received, clause and fix.
    pub refusal: Refusal,
    /// The very values that were compared, when the check compared some. Without it the refusal's own words are shown.
    pub comparison: Option<Comparison>,
    /// One sentence on a near miss: "The only difference is a slash at the end."
    pub note: Option<String>,
    /// The app, when the client is known.
    pub app: Option<AppView>,
    /// This exchange, for `connect-sandbox explain`.
    pub exchange_id: String,
    /// Its trace.
    pub trace_id: Option<String>,
}

/// A value that was compared with those that would have been accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The parameter: `redirect_uri`.
    pub parameter: String,
    /// What is accepted, in any order; may be empty.
    pub accepted: Vec<String>,
    /// What was sent; `None` when it was missing.
    pub received: Option<String>,
}

/// A comparison, ready to be shown.
struct Compared {
    parameter: String,
    received: Option<String>,
    nearest: Option<String>,
    difference: Option<Difference>,
    others: Vec<String>,
    more: usize,
}

impl Comparison {
    fn compared(&self) -> Compared {
        let received = self.received.as_deref().filter(|value| !value.is_empty());
        let nearest = match received {
            // Of equally near values the first counts.
            Some(value) => self
                .accepted
                .iter()
                .rev()
                .max_by_key(|other| Difference::likeness(other, value)),
            None => self.accepted.first(),
        };
        let others: Vec<_> = self
            .accepted
            .iter()
            .filter(|other| Some(*other) != nearest)
            .collect();
        Compared {
            parameter: text::visible_within(&self.parameter, 80),
            received: received.map(|value| text::visible_within(value, VALUE_LIMIT)),
            nearest: nearest.map(|value| text::visible_within(value, VALUE_LIMIT)),
            difference: nearest
                .zip(received)
                .and_then(|(nearest, value)| Difference::between(nearest, value)),
            more: others.len().saturating_sub(OTHERS_LIMIT),
            others: others
                .into_iter()
                .take(OTHERS_LIMIT)
                .map(|value| text::visible_within(value, VALUE_LIMIT))
                .collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalTemplate<'a> {
    page: &'a RefusalPage,
    app_name: Option<String>,
    compared: Option<Compared>,
    expected: String,
    received: String,
    error_uri: String,
    remedy: Option<String>,
    trace_id: Option<&'a str>,
}

impl RefusalPage {
    /// The console's own remedy as a command line.
    fn remedy(&self) -> Option<String> {
        let remedy = self.refusal.remedy.as_ref()?;
        let payload = remedy.payload.to_string().replace('\'', r"'\''");
        Some(format!(
            "connect-sandbox rpc {} '{}'",
            remedy.command,
            text::visible(&payload)
        ))
    }
}

impl Page for RefusalPage {
    fn render(&self) -> String {
        html(&RefusalTemplate {
            page: self,
            app_name: self.app.as_ref().map(AppView::display_name),
            compared: self.comparison.as_ref().map(Comparison::compared),
            expected: text::visible_within(&self.refusal.expected, VALUE_LIMIT),
            received: text::visible_within(&self.refusal.received, VALUE_LIMIT),
            error_uri: self.refusal.code.uri(),
            remedy: self.remedy(),
            trace_id: self.trace_id.as_deref(),
        })
    }

    fn app(&self) -> Option<&AppView> {
        self.app.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_accepted_value_is_compared_and_the_others_are_listed() {
        let compared = Comparison {
            parameter: "redirect_uri".into(),
            accepted: [
                "https://a.example/cb",
                "http://localhost:3000/callback",
                "http://localhost:5000/callback",
            ]
            .map(str::to_owned)
            .into(),
            received: Some("http://localhost:5000/callback/".into()),
        }
        .compared();
        assert_eq!(
            compared.nearest.as_deref(),
            Some("http://localhost:5000/callback")
        );
        assert_eq!(compared.others.len(), 2);
        assert_eq!(compared.difference.expect("they differ").received, "/");
    }

    #[test]
    fn a_missing_value_is_not_compared() {
        for received in [None, Some(String::new())] {
            let compared = Comparison {
                parameter: "redirect_uri".into(),
                accepted: vec!["https://a.example/cb".into()],
                received,
            }
            .compared();
            assert!(compared.received.is_none() && compared.difference.is_none());
        }
    }
}
