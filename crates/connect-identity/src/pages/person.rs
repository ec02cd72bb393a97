//! A persona as a page shows it.

use connect_core::domain::app::Person;

use super::avatar::Avatar;
use super::text;

/// A persona, as stored: the pages make it fit to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonaView {
    /// `sub` on the wire, and the value the sign-in form sends.
    pub user_id: String,
    /// Full name.
    pub name: String,
    /// Sign-in name.
    pub email: String,
    /// `loop` or `loopbio`.
    pub brand: String,
    /// One line on who this is and what their data is like.
    pub description: String,
}

impl From<&Person> for PersonaView {
    fn from(person: &Person) -> Self {
        Self {
            user_id: person.id.as_str().to_owned(),
            name: person.name.clone(),
            email: person.email.clone(),
            brand: person.brand_id.clone(),
            description: person.description.clone(),
        }
    }
}

impl PersonaView {
    /// The name to show, or the email address when nothing visible is left of it.
    #[must_use]
    pub fn display_name(&self) -> String {
        let name = text::display_name(&self.name);
        if name.is_empty() {
            self.display_email()
        } else {
            name
        }
    }

    pub(super) fn display_email(&self) -> String {
        text::visible_within(&self.email, 120)
    }

    pub(super) fn display_brand(&self) -> String {
        text::display_name(&self.brand)
    }

    pub(super) fn display_description(&self) -> String {
        let mut cleaned = String::new();
        for word in self.description.split_whitespace() {
            let word = text::display_name(word);
            if cleaned.chars().count() + word.chars().count() > 160 {
                cleaned.push('…');
                break;
            }
            if !cleaned.is_empty() && !word.is_empty() {
                cleaned.push(' ');
            }
            cleaned.push_str(&word);
        }
        cleaned
    }

    pub(super) fn avatar(&self) -> Avatar {
        Avatar::of(&self.display_name(), &self.user_id)
    }

    /// Whether a `login_hint` (OpenID Connect Core §3.1.2.1) means this persona: its email address in any case, or its
    /// id.
    #[must_use]
    pub fn is_meant_by(&self, login_hint: &str) -> bool {
        let hint = login_hint.trim();
        !hint.is_empty()
            && (hint == self.user_id || hint.to_lowercase() == self.email.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_an_address_in_any_case_or_an_id() {
        let maya = PersonaView {
            user_id: "user_1".into(),
            name: "Maya".into(),
            email: "maya@example.com".into(),
            brand: "loop".into(),
            description: String::new(),
        };
        assert!(maya.is_meant_by(" MAYA@example.com ") && maya.is_meant_by("user_1"));
        assert!(!maya.is_meant_by("") && !maya.is_meant_by("maya") && !maya.is_meant_by("USER_1"));
    }
}
