//! HTTP Basic client authentication: base64 of form-encoded id and secret (RFC 6749 §2.3.1, RFC 7617).

use base64::Engine as _;

use crate::domain::secret::SecretText;

/// Why an `Authorization: Basic` value could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BasicError {
    /// Not base64.
    #[error("the value after `Basic` is not base64")]
    NotBase64,
    /// Not UTF-8 once decoded.
    #[error("the decoded value is not UTF-8")]
    NotUtf8,
    /// No colon between id and secret.
    #[error("the decoded value has no colon between client_id and client_secret")]
    NoColon,
}

/// The id and secret in the part after `Basic `.
pub fn decode(value: &str) -> Result<(String, SecretText), BasicError> {
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(value.trim())
        .map_err(|_| BasicError::NotBase64)?;
    let text = zeroize::Zeroizing::new(String::from_utf8(bytes).map_err(|_| BasicError::NotUtf8)?);
    let (id, secret) = text.split_once(':').ok_or(BasicError::NoColon)?;
    Ok((form_decode(id)?, SecretText::new(form_decode(secret)?)))
}

/// Undoes `application/x-www-form-urlencoded` on one value.
fn form_decode(value: &str) -> Result<String, BasicError> {
    let spaced = value.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| BasicError::NotUtf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(text: &str) -> String {
        base64::engine::general_purpose::STANDARD.encode(text)
    }

    #[test]
    fn id_and_secret_are_form_decoded() {
        let (id, secret) = decode(&encode("cli%3Aent:a%2Bb+c%25")).expect("decodes");
        assert_eq!((id.as_str(), secret.expose()), ("cli:ent", "a+b c%"));
    }

    #[test]
    fn malformed_values_say_what_is_wrong() {
        assert_eq!(decode("§§").err(), Some(BasicError::NotBase64));
        assert_eq!(decode(&encode("nocolon")).err(), Some(BasicError::NoColon));
        assert_eq!(decode(&encode("a:%ff")).err(), Some(BasicError::NotUtf8));
    }

    #[test]
    fn any_text_decodes_or_is_refused_without_panic() {
        arbtest::arbtest(|u| {
            let text: &str = u.arbitrary()?;
            let _ = decode(text);
            let _ = decode(&encode(text));
            Ok(())
        });
    }
}
