//! What every answer of a kind must be, said once.

use super::http::Answer;
use super::partner::Authorize;
use super::sandbox::Sandbox;

impl Answer {
    /// An OAuth error: exactly the three documented members, as JSON, not to be stored.
    #[track_caller]
    pub(crate) fn is_oauth_error(&self, status: u16, code: &str) -> &Self {
        self.is_error(
            status,
            code,
            "https://platform.loop.health/connect/errors#",
            false,
        )
    }

    /// A service error: the same three, and `message` equal to the description.
    #[track_caller]
    pub(crate) fn is_service_error(&self, status: u16, code: &str) -> &Self {
        self.is_error(
            status,
            code,
            "https://platform.loop.health/reference/errors#",
            true,
        )
    }

    #[track_caller]
    fn is_error(&self, status: u16, code: &str, page: &str, with_message: bool) -> &Self {
        assert_eq!(
            (self.status, self.json()["error"].as_str()),
            (status, Some(code)),
            "{self}"
        );
        assert_eq!(
            self.header("content-type"),
            Some("application/json"),
            "{self}"
        );
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self}");
        let body = self.json();
        let description = body["error_description"]
            .as_str()
            .unwrap_or_else(|| panic!("no description: {self}"));
        assert!(
            !description.is_empty() && in_wire_characters(description),
            "{self}"
        );
        assert_eq!(body["error_uri"], format!("{page}{code}"), "{self}");
        let mut members: Vec<&str> = body
            .as_object()
            .expect("an object")
            .keys()
            .map(String::as_str)
            .collect();
        members.retain(|member| *member != "details");
        let mut expected = vec!["error", "error_description", "error_uri"];
        if with_message {
            assert_eq!(body["message"], description, "{self}");
            expected.push("message");
        } else {
            assert_eq!(body.get("details"), None, "{self}");
        }
        members.sort_unstable();
        assert_eq!(members, expected, "{self}");
        self
    }

    /// A page for people that goes nowhere and carries no code.
    #[track_caller]
    pub(crate) fn is_page(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{self}");
        assert_eq!(self.header("location"), None, "{self}");
        let kind = self.header("content-type").unwrap_or("");
        assert!(kind.starts_with("text/html"), "{self}");
        assert!(!self.text().contains("lph_ac_"), "a code on a page: {self}");
        self
    }

    /// An error told to the app: by redirect, with `error_description`, `error_uri`, `state` and `iss`, and no code.
    #[track_caller]
    pub(crate) fn is_redirect_error(
        &self,
        sandbox: &Sandbox,
        request: &Authorize,
        code: &str,
    ) -> &Self {
        assert!(matches!(self.status, 302 | 303), "{self}");
        let (place, params) = self.redirect();
        assert_eq!(place, request.get("redirect_uri"), "{self}");
        let value = |name: &str| {
            let mut values = params
                .iter()
                .filter(|(known, _)| known == name)
                .map(|(_, value)| value.as_str());
            let first = values.next();
            assert_eq!(values.next(), None, "{name} twice: {self}");
            first
        };
        assert_eq!(value("error"), Some(code), "{self}");
        assert_eq!(value("code"), None, "{self}");
        assert!(
            value("error_description").is_some_and(in_wire_characters),
            "{self}"
        );
        assert_eq!(
            value("error_uri"),
            Some(format!("https://platform.loop.health/connect/errors#{code}").as_str()),
            "{self}"
        );
        let state = request
            .params
            .get("state")
            .filter(|state| !state.is_empty());
        assert_eq!(value("state"), state, "{self}");
        assert_eq!(value("iss"), Some(sandbox.issuer().as_str()), "{self}");
        self
    }

    /// Nothing allows another origin to read it.
    #[track_caller]
    pub(crate) fn has_no_cors(&self) -> &Self {
        let allows = self
            .headers
            .iter()
            .find(|(name, _)| name.to_ascii_lowercase().starts_with("access-control-"));
        assert_eq!(allows, None, "{self}");
        self
    }
}

/// Characters of `error_description` (RFC 6749 §4.1.2.1: %x20-21 / %x23-5B / %x5D-7E).
pub(crate) fn in_wire_characters(text: &str) -> bool {
    text.chars()
        .all(|c| matches!(c, '\u{20}'..='\u{21}' | '\u{23}'..='\u{5B}' | '\u{5D}'..='\u{7E}'))
}
