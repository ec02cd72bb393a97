//! What leaves this machine: every credential as a placeholder that means nothing elsewhere.
//!
//! In stored bytes a marker stands for each credential, with the first digits of its hash. Those digits could confirm a
//! guess, so a file gets digits of its own, made with a salt that is thrown away. Values that were stored because they
//! open nothing here, such as cookies of a partner's app or a PKCE verifier, are replaced as well.

use std::collections::{BTreeMap, HashMap, HashSet};

use connect_core::domain::headers::carries_credentials;
use connect_core::domain::message::BodyKind;
use connect_core::domain::redaction;
use connect_rpc::traffic::Redacted;
use connect_store::traffic::Exchange;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Members and form fields whose value is replaced, whatever it is.
const SECRET_NAMES: [&str; 12] = [
    "access_token",
    "refresh_token",
    "id_token",
    "client_secret",
    "webhook_signing_secret",
    "signing_secret",
    "password",
    "code_verifier",
    "assertion",
    "client_assertion",
    "csrf",
    "api_key",
];

/// The placeholders of one file.
pub(super) struct Redaction {
    salt: [u8; 32],
    /// By the digits of a marker or by the value itself.
    given: HashMap<String, String>,
    all: HashSet<String>,
    places: BTreeMap<String, usize>,
}

impl Redaction {
    pub(super) fn new(salt: [u8; 32]) -> Self {
        Self {
            salt,
            given: HashMap::new(),
            all: HashSet::new(),
            places: BTreeMap::new(),
        }
    }

    /// Request and answer with a placeholder in place of each marker.
    pub(super) fn messages(&mut self, exchange: &Exchange) -> (Vec<u8>, Vec<u8>) {
        exchange.with_markers(&mut |what, digits| self.placeholder(what, &format!("#{digits}")))
    }

    /// The placeholder for a value: the same for the same value.
    fn placeholder(&mut self, what: &str, value: &str) -> String {
        *self.places.entry(what.to_owned()).or_default() += 1;
        if let Some(known) = self.given.get(value) {
            return known.clone();
        }
        let digest = Sha256::new()
            .chain_update(self.salt)
            .chain_update(value.as_bytes())
            .finalize();
        let digits = digest[..5]
            .iter()
            .fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
        let placeholder = format!("[{what}.{digits:010x}]");
        self.given.insert(value.to_owned(), placeholder.clone());
        self.all.insert(placeholder.clone());
        placeholder
    }

    fn is_placeholder(&self, value: &str) -> bool {
        self.all.contains(value)
    }

    /// A request's target with the secret ones of its parameters replaced.
    pub(super) fn target(&mut self, target: &str) -> String {
        match target.split_once('?') {
            Some((path, query)) => format!("{path}?{}", self.form(query)),
            None => target.to_owned(),
        }
    }

    /// A header's value.
    pub(super) fn header(&mut self, name: &str, value: &str) -> String {
        if name.eq_ignore_ascii_case("location") {
            return self.target(value);
        }
        if !carries_credentials(name) || value.is_empty() {
            return self.text(value);
        }
        if name.eq_ignore_ascii_case("cookie") {
            let cookies = value.split(';').map(|cookie| self.cookie(cookie));
            return cookies.collect::<Vec<_>>().join(";");
        }
        if name.eq_ignore_ascii_case("set-cookie") {
            let (cookie, attributes) = value.split_once(';').unwrap_or((value, ""));
            let cookie = self.cookie(cookie);
            return if attributes.is_empty() {
                cookie
            } else {
                format!("{cookie};{attributes}")
            };
        }
        match value.split_once(' ') {
            Some((scheme, rest)) => format!("{scheme} {}", self.replaced("authorization", rest)),
            None => self.replaced("authorization", value),
        }
    }

    fn cookie(&mut self, cookie: &str) -> String {
        match cookie.split_once('=') {
            Some((name, value)) => format!("{name}={}", self.replaced("cookie", value)),
            None => self.replaced("cookie", cookie),
        }
    }

    /// A body as text.
    pub(super) fn body(&mut self, kind: BodyKind, text: &str) -> String {
        match kind {
            BodyKind::Form => self.form(text),
            BodyKind::Json => self.json(text),
            _ => self.text(text),
        }
    }

    /// A value as it is when it is a placeholder already or empty, and as one otherwise.
    fn replaced(&mut self, what: &str, value: &str) -> String {
        if value.is_empty() || self.is_placeholder(value) {
            return value.to_owned();
        }
        self.placeholder(what, value)
    }

    /// Whatever still looks like a credential in a text, replaced.
    pub(super) fn text(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for cut in redaction::find(text.as_bytes()) {
            let (Some(before), Some(value)) =
                (text.get(from..cut.start), text.get(cut.start..cut.end))
            else {
                continue;
            };
            out.push_str(before);
            out.push_str(&self.replaced(cut.what, value));
            from = cut.end;
        }
        out.push_str(text.get(from..).unwrap_or_default());
        out
    }

    fn form(&mut self, form: &str) -> String {
        let fields = form.split('&').map(|field| {
            let Some((name, value)) = field.split_once('=') else {
                return self.text(field);
            };
            let plain: String = form_urlencoded::parse(name.as_bytes())
                .map(|(name, _)| name.into_owned())
                .collect();
            if SECRET_NAMES.contains(&plain.as_str()) {
                format!("{name}={}", self.replaced(&plain, value))
            } else {
                self.text(field)
            }
        });
        fields.collect::<Vec<_>>().join("&")
    }

    /// JSON, its secret members' texts replaced and everything else as it was written.
    fn json(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let mut name: Option<String> = None;
        while let Some(start) = rest.find('"') {
            let between = &rest[..start];
            let Some(length) = string_end(&rest[start + 1..]) else {
                break;
            };
            let value = &rest[start + 1..start + 1 + length];
            // What follows a colon is the value of the member before it; anything else ends that.
            let of = name.take().filter(|_| between.trim() == ":");
            out.push_str(between);
            out.push('"');
            match of {
                Some(of) if SECRET_NAMES.contains(&of.as_str()) => {
                    out.push_str(&self.replaced(&of, value));
                }
                _ => {
                    out.push_str(&self.text(value));
                    name = Some(value.to_owned());
                }
            }
            out.push('"');
            rest = &rest[start + length + 2..];
        }
        out.push_str(rest);
        out
    }

    /// What was replaced, most often first.
    pub(super) fn told(&self) -> Vec<Redacted> {
        let told = self.places.iter().map(|(what, places)| Redacted {
            what: what.clone(),
            places: *places,
        });
        let mut told: Vec<Redacted> = told.collect();
        told.sort_by(|a, b| b.places.cmp(&a.places).then_with(|| a.what.cmp(&b.what)));
        told
    }

    /// Looks for anything like a credential in every text of what is to be handed out; answers where it stands.
    pub(super) fn scan(&self, value: &Value) -> Result<(), String> {
        match value {
            Value::String(text) => {
                let mut cuts = redaction::find(text.as_bytes()).into_iter();
                let is_known = |cut: redaction::Cut| {
                    text.get(cut.start..cut.end)
                        .is_some_and(|value| self.is_placeholder(value))
                };
                if cuts.all(is_known) {
                    Ok(())
                } else {
                    Err(String::new())
                }
            }
            Value::Array(items) => {
                let mut items = items.iter().enumerate();
                items.try_for_each(|(index, item)| {
                    self.scan(item).map_err(|place| format!("[{index}]{place}"))
                })
            }
            Value::Object(members) => members.iter().try_for_each(|(name, member)| {
                self.scan(member).map_err(|place| format!(".{name}{place}"))
            }),
            _ => Ok(()),
        }
    }
}

/// Where a JSON text ends that has begun.
fn string_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOKEN: &str = "lph_at_3q2-7wABCDEFghijklmnop_qrstuvwxyz0123456789A";

    fn redaction() -> Redaction {
        Redaction::new([7; 32])
    }

    #[test]
    fn equal_values_stay_equal_within_a_file_and_nowhere_else() {
        let mut here = redaction();
        let first = here.text(&format!("{{\"t\":\"{TOKEN}\"}}"));
        let again = here.header("Authorization", &format!("Bearer {TOKEN}"));
        let placeholder = again.strip_prefix("Bearer ").expect("a scheme");
        assert!(first.contains(placeholder), "{first} {again}");
        assert!(placeholder.starts_with("[access_token."), "{placeholder}");
        let elsewhere = Redaction::new([8; 32]).text(TOKEN);
        assert_ne!(elsewhere, placeholder);
        assert!(!first.contains(&TOKEN[7..]));
    }

    #[test]
    fn secret_names_are_replaced_in_forms_targets_cookies_and_json() {
        let mut redaction = redaction();
        let form = redaction.body(
            BodyKind::Form,
            "grant_type=x&code_verifier=abc&%63lient_secret=s&y",
        );
        assert!(
            form.starts_with("grant_type=x&code_verifier=[code_verifier."),
            "{form}"
        );
        assert!(
            form.contains("&%63lient_secret=[client_secret.") && form.ends_with("&y"),
            "{form}"
        );
        let target = redaction.target("/cb?state=s&id_token=def");
        assert!(
            target.starts_with("/cb?state=s&id_token=[id_token."),
            "{target}"
        );
        let cookie = redaction.header("Cookie", "a=1; b=2; a=1");
        let values: Vec<&str> = cookie.split("; ").collect();
        assert!(
            values[0].starts_with("a=[cookie.") && values[0] == values[2],
            "{cookie}"
        );
        assert_ne!(values[0][2..], values[1][2..]);
        let set = redaction.header("Set-Cookie", "a=1; Path=/");
        assert_eq!(set, format!("{}; Path=/", values[0]));
        assert_eq!(redaction.header("Accept", "a=1"), "a=1");
        let json = redaction.body(
            BodyKind::Json,
            "{\"client_secret\" : \"hun\\\"ter2\", \"list\":[\"password\",\"x\"], \"name\":\"client_secret\", \"n\":1.50}",
        );
        assert!(
            json.starts_with("{\"client_secret\" : \"[client_secret."),
            "{json}"
        );
        assert!(
            json.ends_with(
                "]\", \"list\":[\"password\",\"x\"], \"name\":\"client_secret\", \"n\":1.50}"
            ),
            "{json}"
        );
        assert!(!json.contains("ter2"));
        let told: Vec<String> = redaction.told().into_iter().map(|one| one.what).collect();
        assert_eq!(
            told,
            ["cookie", "client_secret", "code_verifier", "id_token"]
        );
    }

    #[test]
    fn a_scan_finds_what_is_left_and_takes_placeholders_for_what_they_are() {
        let mut redaction = redaction();
        let clean = redaction.target("/cb?code=hunter2&state=s");
        let har = json!({ "log": { "entries": [{ "url": clean, "n": 1 }] } });
        assert_eq!(redaction.scan(&har), Ok(()));
        let left = json!({ "log": { "entries": [{ "url": "x" }, { "body": TOKEN }] } });
        assert_eq!(
            redaction.scan(&left),
            Err(".log.entries[1].body".to_owned())
        );
        let made_up = json!({ "url": "/cb?code=[code.made_up]" });
        assert_eq!(redaction.scan(&made_up), Err(".url".to_owned()));
    }

    #[test]
    fn no_json_makes_it_panic() {
        arbtest_like(&["\"", "\\", ":", "{", "a", "password", " ", "é", ","]);
    }

    /// Every text of up to five of these parts.
    fn arbtest_like(parts: &[&str]) {
        let count = parts.len();
        for number in 0..count.pow(5) {
            let mut number = number;
            let mut text = String::new();
            for _ in 0..5 {
                text.push_str(parts[number % count]);
                number /= count;
            }
            let mut redaction = redaction();
            let _ = redaction.body(BodyKind::Json, &text);
            let _ = redaction.body(BodyKind::Form, &text);
        }
    }
}
