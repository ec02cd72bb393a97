//! What a persona does on the pages of sign-in and consent: which button they press, and what a browser sends then.

use connect_core::domain::walk::Party;

use super::Walker;
use crate::pages::{self, Form};
use crate::plan::{Planned, Request};

impl Walker<'_> {
    /// The form of a page that the persona would send.
    pub(super) fn press(&self, at: &str, html: &str, deny: bool) -> Result<Planned, String> {
        let forms = pages::forms(html);
        let setup = &self.session.setup;
        let decision = if setup.allow && !deny {
            "allow"
        } else {
            "deny"
        };
        let people = |form: &&Form| form.buttons.iter().any(|it| it.name == "user_id");
        let (form, button, label) = if let Some(form) = forms.iter().find(people) {
            let persona = setup.persona.as_deref();
            let mut buttons = form.buttons.iter();
            let button = buttons.find(|it| persona.is_none_or(|email| says(&it.text, email)));
            let button = button.ok_or_else(|| {
                format!(
                    "nobody on the sign-in page has the address {}",
                    persona.unwrap_or_default()
                )
            })?;
            (form, button, "Sign-in")
        } else {
            let found = forms.iter().find_map(|form| {
                let mut buttons = form.buttons.iter();
                let button = buttons.find(|it| it.name == "decision" && it.value == decision)?;
                Some((form, button))
            });
            let (form, button) = found.ok_or_else(|| {
                let heading = pages::heading(html);
                format!(
                    "the page \"{}\" is none that the simulator knows: let a person decide, in a window, a browser or by pasting",
                    heading.as_deref().unwrap_or("without heading")
                )
            })?;
            (form, button, "Consent")
        };
        let action = if form.action.is_empty() {
            at
        } else {
            &form.action
        };
        let url = join(at, action).ok_or("the page's form leads nowhere")?;
        let mut fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        fields.push((&button.name, &button.value));
        let request = sent_by(form, url, &fields, at);
        Ok(Planned {
            label: label.to_owned(),
            from: Party::Browser,
            to: Party::Identity,
            hidden: false,
            request,
        })
    }
}

/// Whether a button's text holds this address as a word of its own.
fn says(text: &str, email: &str) -> bool {
    text.split_whitespace().any(|word| word == email)
}

/// A form as a browser sends it (HTML, form submission): by its own method, a GET with the fields in place of the query.
fn sent_by(form: &Form, mut url: String, fields: &[(&str, &str)], at: &str) -> Request {
    if form.method == "POST" {
        let request = Request::form_post(url, fields);
        return request
            .with("Accept", "text/html")
            .with("Origin", origin(at));
    }
    if let Some(query) = url.find(['?', '#']) {
        url.truncate(query);
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    let query = query.extend_pairs(fields).finish();
    Request::get(format!("{url}?{query}")).with("Accept", "text/html")
}

/// Where a link or a redirect leads. A whole address, of a custom scheme as well, is kept to the letter.
pub(super) fn join(base: &str, place: &str) -> Option<String> {
    if url::Url::parse(place).is_ok() {
        return Some(place.to_owned());
    }
    let joined = url::Url::parse(base).ok()?.join(place).ok()?;
    Some(joined.to_string())
}

fn origin(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_where_a_browser_would_go() {
        let base = "http://localhost:9400/a/b?c=d";
        for (place, wanted) in [
            ("/x?y=z", "http://localhost:9400/x?y=z"),
            ("x", "http://localhost:9400/a/x"),
            ("?x=y", "http://localhost:9400/a/b?x=y"),
            ("//other.example/x", "http://other.example/x"),
            (
                "https://app.example.com?code=1",
                "https://app.example.com?code=1",
            ),
            ("com.example.app:/cb?code=1", "com.example.app:/cb?code=1"),
        ] {
            assert_eq!(join(base, place).as_deref(), Some(wanted), "{place}");
        }
    }

    #[test]
    fn a_form_is_sent_by_its_own_method() {
        let html = r#"<form action="/next?old=1#x"><input type=hidden name=a value="b c"></form>
            <form method=post action="/next?old=1"></form>"#;
        let forms = pages::forms(html);
        let url = "http://localhost:9400/next?old=1#x".to_owned();
        let sent = sent_by(&forms[0], url.clone(), &[("a", "b c")], &url);
        assert_eq!(sent.method, "GET");
        assert_eq!(sent.url, "http://localhost:9400/next?a=b+c");
        assert!(sent.body.is_empty());
        let sent = sent_by(&forms[1], url.clone(), &[("a", "b c")], &url);
        assert_eq!((&*sent.method, &*sent.body), ("POST", "a=b+c"));
        assert_eq!(sent.url, url);
    }
}
