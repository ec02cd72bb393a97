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

/// How a challenge was made from its verifier, if not by S256. What is made so has the form of a challenge, so only the
/// verifier shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    /// It is the verifier: not hashed, or the one sent for the other.
    Same,
    /// The digest in hexadecimal.
    Hexadecimal,
    /// The digest in hexadecimal, and that in base64url.
    EncodedHexadecimal,
}

/// The slip by which `expected` was made from `verifier`, if it is one of the common ones.
#[must_use]
pub fn slip(verifier: &str, expected: &str) -> Option<Slip> {
    let digits = hex::encode(Sha256::digest(verifier.as_bytes()));
    if verifier == expected {
        Some(Slip::Same)
    } else if expected.eq_ignore_ascii_case(&digits) {
        Some(Slip::Hexadecimal)
    } else if expected == base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digits) {
        Some(Slip::EncodedHexadecimal)
    } else {
        None
    }
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
    fn common_slips_are_told_from_a_verifier_of_another_flow() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let digits = "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3";
        assert_eq!(slip(verifier, verifier), Some(Slip::Same));
        assert_eq!(slip(verifier, digits), Some(Slip::Hexadecimal));
        let encoded = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digits);
        assert_eq!(slip(verifier, &encoded), Some(Slip::EncodedHexadecimal));
        assert_eq!(slip(verifier, &challenge("another")), None);
        assert_eq!(
            check_form(digits),
            Ok(()),
            "its form alone does not show it"
        );
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
