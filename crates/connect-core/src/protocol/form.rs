//! Parameters of a query string or a form body: each at most once, empty means omitted (RFC 6749 §3.1, §3.2).

/// Why parameters could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// A parameter came twice.
    #[error("the parameter `{0}` was sent more than once")]
    Duplicate(String),
    /// Bytes that are not UTF-8.
    #[error("the parameter `{0}` is not valid UTF-8")]
    NotUtf8(String),
    /// A control character where none belongs.
    #[error("the parameter `{0}` holds a control character")]
    Control(String),
}

/// Parameters, in the order sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `name=value&…`.
    ///
    /// Also hands back the parameters when one of them is wrong, so that the caller can still tell which client and
    /// redirect URI were named (ruling 6 checks duplicates first, and answers by redirect only when those are sound).
    pub fn parse(text: &[u8]) -> (Self, Result<(), FormError>) {
        let mut params = Self::default();
        let mut verdict = Ok(());
        for pair in text
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
        {
            let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &[][..]),
            };
            let (name, name_ok) = decode(name);
            let (value, value_ok) = decode(value);
            if !name_ok || !value_ok {
                verdict = verdict.and_then(|()| Err(FormError::NotUtf8(shown(&name))));
                continue;
            }
            if name.contains('\0') || value.contains('\0') {
                verdict = verdict.and_then(|()| Err(FormError::Control(shown(&name))));
                continue;
            }
            if value.is_empty() {
                continue;
            }
            if params.get(&name).is_some() {
                verdict = verdict.and_then(|()| Err(FormError::Duplicate(shown(&name))));
                continue;
            }
            params.0.push((name, value));
        }
        (params, verdict)
    }

    /// The value of `name`; `None` when it is absent or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every parameter, in the order sent.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// A parameter's name, short enough to show.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

fn decode(part: &[u8]) -> (String, bool) {
    let spaced: Vec<u8> = part
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let bytes: Vec<u8> = percent_encoding::percent_decode(&spaced).collect();
    match String::from_utf8(bytes) {
        Ok(text) => (text, true),
        Err(error) => (
            String::from_utf8_lossy(error.as_bytes()).into_owned(),
            false,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Params, FormError> {
        let (params, verdict) = Params::parse(text.as_bytes());
        verdict.map(|()| params)
    }

    #[test]
    fn values_are_decoded() {
        let params = parse("a=1+2&b=%C3%BC&c").expect("reads");
        assert_eq!(params.get("a"), Some("1 2"));
        assert_eq!(params.get("b"), Some("ü"));
        assert_eq!(params.get("c"), None);
    }

    #[test]
    fn a_parameter_sent_twice_is_refused_but_the_first_is_kept() {
        let (params, verdict) = Params::parse(b"state=a&state=b");
        assert_eq!(verdict, Err(FormError::Duplicate("state".into())));
        assert_eq!(params.get("state"), Some("a"));
    }

    #[test]
    fn an_empty_parameter_is_an_omitted_one() {
        let params = parse("scope=&scope=openid").expect("reads");
        assert_eq!(params.get("scope"), Some("openid"));
    }

    #[test]
    fn nul_and_overlong_utf_8_are_refused() {
        assert_eq!(parse("a=%00"), Err(FormError::Control("a".into())));
        assert_eq!(parse("a=%c0%af"), Err(FormError::NotUtf8("a".into())));
    }

    #[test]
    fn any_bytes_are_read_or_refused_without_panic() {
        arbtest::arbtest(|u| {
            let bytes: &[u8] = u.arbitrary()?;
            let (params, _) = Params::parse(bytes);
            for (name, value) in params.iter() {
                assert!(!value.is_empty(), "{name} is empty");
                assert_eq!(params.iter().filter(|(other, _)| *other == name).count(), 1);
            }
            Ok(())
        });
    }
}
