//! PKCE with S256, the only method there is (RFC 7636; /connect/security).

use base64::Engine as _;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Shortest and longest verifier and challenge, in characters (RFC 7636 §4.1, §4.2).
pub const LENGTH: std::ops::RangeInclusive<usize> = 43..=128;

/// What is wrong with a verifier or challenge by its form alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PkceFlaw {
    /// Too short or too long.
    #[error("it has {0} characters; 43 to 128 are allowed")]
    Length(usize),
    /// A character outside `A-Z a-z 0-9 - . _ ~`.
    #[error("it holds `{0}`; only A-Z, a-z, 0-9, `-`, `.`, `_` and `~` are allowed")]
    Character(char),
}

/// Checks the form of a verifier or a challenge (RFC 7636 §4.1, §4.2).
pub fn check_form(text: &str) -> Result<(), PkceFlaw> {
    let length = text.chars().count();
    if !LENGTH.contains(&length) {
        return Err(PkceFlaw::Length(length));
    }
    match text
        .chars()
        .find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~')))
    {
        Some(c) => Err(PkceFlaw::Character(c)),
        None => Ok(()),
    }
}

/// BASE64URL(SHA256(verifier)) (RFC 7636 §4.2).
#[must_use]
pub fn challenge(verifier: &str) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// Whether `verifier` is the one behind `challenge`, in constant time.
#[must_use]
pub fn verify(verifier: &str, expected: &str) -> bool {
    challenge(verifier)
        .as_bytes()
        .ct_eq(expected.as_bytes())
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(
            challenge(verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
        assert!(verify(
            verifier,
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        ));
        assert!(!verify("x", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
    }

    #[test]
    fn form_is_checked() {
        assert_eq!(check_form("short"), Err(PkceFlaw::Length(5)));
        assert_eq!(check_form(&"a".repeat(129)), Err(PkceFlaw::Length(129)));
        assert_eq!(
            check_form(&format!("{}+", "a".repeat(43))),
            Err(PkceFlaw::Character('+'))
        );
        assert_eq!(check_form(&"a".repeat(43)), Ok(()));
    }
}
