//! Text of a caller's, made fit to be written down: in a refusal, a finding, the journal.

use connect_core::domain::redaction;

/// `text` without credentials and control characters, at most `most` characters of it.
pub(crate) fn shown(text: &str, most: usize) -> String {
    redaction::scrub(text)
        .chars()
        .filter(|c| !c.is_control())
        .take(most)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_not_shown_not_even_its_beginning() {
        let token = "lph_at_3q2-7wABCDEFghijklmnop_qrstuvwxyz0123456789A";
        assert_eq!(shown(&format!("x {token}"), 12), "x [access_to");
        assert_eq!(shown("a\u{7}bc", 2), "ab");
    }
}
