//! Takes credentials out of what is shown or handed on: a marker such as `[access_token 1a2b3c4d]` stands in the place
//! of each, with the first eight digits of its SHA-256, as the traffic panel has it.
//!
//! Two nets. What the session knows is found wherever it stands, plain or encoded: its secret, codes, tokens, cookies,
//! Basic credentials. What it does not know is found by its shape or its place ([`redaction`]): the code of a failed
//! run, a secret that was altered on purpose. The PKCE verifier is no credential to the person who walks, and is shown;
//! [`Mask::and_verifiers`] takes it out as well, for what leaves this machine.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use connect_core::domain::redaction;
use connect_core::domain::secret::CredentialHash;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

use crate::session::{CredentialKind, Facts, Session};

/// A shorter value is a word, not a credential: it is masked where its place tells what it is, not wherever it stands.
const SHORTEST: usize = 8;
/// The same for cookies, of which many hold a setting.
const SHORTEST_COOKIE: usize = 12;
/// All but the unreserved characters of RFC 3986 §2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The credentials of a session, to be found in bytes.
pub struct Mask {
    /// What each known value is, by the value itself.
    kinds: HashMap<String, &'static str>,
    search: Option<AhoCorasick>,
    /// The value behind each pattern of the search.
    values: Vec<String>,
}

/// `bytes` with a marker for each credential.
#[must_use]
pub fn mask(session: &Session, bytes: &[u8]) -> Vec<u8> {
    Mask::of(session).bytes(bytes)
}

impl Mask {
    /// Everything that the session has seen, in this walk and in those it was set aside for.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        Self::made_of(known(session))
    }

    /// The same, and PKCE verifiers as well: for what leaves this machine.
    #[must_use]
    pub fn and_verifiers(session: &Session) -> Self {
        let mut known = known(session);
        for facts in every_facts(session) {
            known.add(facts.verifier.as_deref(), "code_verifier", SHORTEST);
            // The random bytes that it was made of are shown as well.
            let random = facts.verifier.as_deref();
            let random = random.and_then(|it| URL_SAFE_NO_PAD.decode(it).ok());
            let random = random.map(|bytes| hex(&bytes));
            known.add(random.as_deref(), "code_verifier", SHORTEST);
        }
        Self::made_of(known)
    }

    fn made_of(known: Known) -> Self {
        let mut patterns = Vec::new();
        let mut values = Vec::new();
        for value in known.0.keys() {
            for written in spellings(value) {
                patterns.push(written);
                values.push(value.clone());
            }
        }
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&patterns);
        Self {
            kinds: known.0,
            // Too many patterns for an automaton are not to be had in a session; shapes and places hold all the same.
            search: search.ok().filter(|_| !patterns.is_empty()),
            values,
        }
    }

    /// `bytes` with a marker for each credential: an HTTP message as it passed over the wire, a part of one, or a URL.
    #[must_use]
    pub fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        let mut from = 0;
        for cut in self.cuts(bytes) {
            out.extend_from_slice(&bytes[from..cut.start]);
            out.extend_from_slice(cut.marker.as_bytes());
            from = cut.end;
        }
        out.extend_from_slice(&bytes[from..]);
        out
    }

    /// The same for text.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.bytes(text.as_bytes())).into_owned()
    }

    /// Whether there is no credential in it.
    #[must_use]
    pub fn is_clean(&self, text: &str) -> bool {
        self.cuts(text.as_bytes()).is_empty()
    }

    /// The marker for a value that is one credential as a whole; none when it is none that is known.
    #[must_use]
    pub fn marker_of(&self, value: &str) -> Option<String> {
        let kind = self.kinds.get(value)?;
        Some(marker(kind, value))
    }

    /// What is cut out, in order and without overlap.
    fn cuts(&self, bytes: &[u8]) -> Vec<Cut> {
        let mut cuts: Vec<Cut> = Vec::new();
        for found in self.search.iter().flat_map(|it| it.find_iter(bytes)) {
            let value = &self.values[found.pattern().as_usize()];
            let kind = self.kinds.get(value).copied().unwrap_or("credential");
            cuts.push(Cut {
                start: found.start(),
                end: found.end(),
                marker: marker(kind, value),
            });
        }
        let shapes = redaction::find_in_message(bytes).into_iter();
        cuts.extend(shapes.map(|cut| self.unknown(bytes, cut.start, cut.end, cut.what)));
        let cookies = cookies(bytes).into_iter();
        cuts.extend(cookies.map(|(start, end)| self.unknown(bytes, start, end, "cookie")));
        widest(cuts)
    }

    /// A cut that was found by its shape or its place: under its own name when the value is known after all.
    fn unknown(&self, bytes: &[u8], start: usize, end: usize, what: &'static str) -> Cut {
        let value: Cow<'_, [u8]> = percent_decode(&bytes[start..end]).into();
        let value = String::from_utf8_lossy(&value);
        let kind = self.kinds.get(&*value).copied().unwrap_or(what);
        Cut {
            start,
            end,
            marker: marker(kind, &value),
        }
    }
}

struct Cut {
    start: usize,
    end: usize,
    marker: String,
}

/// Of cuts that overlap the first and widest one, made wide enough for all of them.
fn widest(mut cuts: Vec<Cut>) -> Vec<Cut> {
    cuts.sort_by_key(|cut| (cut.start, std::cmp::Reverse(cut.end)));
    let mut merged: Vec<Cut> = Vec::with_capacity(cuts.len());
    for cut in cuts {
        match merged.last_mut() {
            Some(last) if cut.start < last.end => last.end = last.end.max(cut.end),
            _ => merged.push(cut),
        }
    }
    merged
}

fn marker(kind: &str, value: &str) -> String {
    let digits = CredentialHash::of(value).to_hex();
    format!("[{kind} {}]", &digits[..8])
}

/// Values of cookies in the head of a message (RFC 6265 §4), whatever they are called: first byte, and one past the
/// last.
fn cookies(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let begins = at;
        at += line.len();
        let text = line.trim_ascii_end();
        if text.is_empty() {
            break;
        }
        let Some(colon) = text.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let (name, rest) = text.split_at(colon);
        let is_set = name.eq_ignore_ascii_case(b"set-cookie");
        if !is_set && !name.eq_ignore_ascii_case(b"cookie") {
            continue;
        }
        let mut from = begins + colon + 1;
        for pair in rest[1..].split(|byte| *byte == b';') {
            if let Some(equals) = pair.iter().position(|byte| *byte == b'=')
                && equals + 1 < pair.len()
            {
                found.push((from + equals + 1, from + pair.len()));
            }
            from += pair.len() + 1;
            if is_set {
                // What follows are attributes.
                break;
            }
        }
    }
    found
}

/// Credentials and what they are.
#[derive(Default)]
struct Known(HashMap<String, &'static str>);

impl Known {
    fn add(&mut self, value: Option<&str>, kind: &'static str, shortest: usize) {
        if let Some(value) = value.filter(|value| value.len() >= shortest) {
            self.0.entry(value.to_owned()).or_insert(kind);
        }
    }
}

fn known(session: &Session) -> Known {
    let mut known = Known::default();
    for credential in &session.credentials {
        let kind = match credential.kind {
            CredentialKind::Code => "code",
            CredentialKind::AccessToken => "access_token",
            CredentialKind::RefreshToken => "refresh_token",
        };
        known.add(Some(&credential.value), kind, SHORTEST);
    }
    if let Some(secret) = session.setup.client_secret.as_deref() {
        known.add(Some(secret), "client_secret", SHORTEST);
        let plain = format!("{}:{secret}", session.setup.client_id);
        // RFC 6749 §2.3.1 has both parts encoded as in a form first; many clients do not.
        let encoded = format!("{}:{}", form(&session.setup.client_id), form(secret));
        for pair in [plain, encoded] {
            let pair = STANDARD.encode(pair);
            known.add(Some(&pair), "basic_credentials", SHORTEST);
        }
    }
    for facts in every_facts(session) {
        known.add(facts.code.as_deref(), "code", SHORTEST);
        known.add(facts.access_token.as_deref(), "access_token", SHORTEST);
        known.add(facts.refresh_token.as_deref(), "refresh_token", SHORTEST);
        let old = facts.old_refresh_token.as_deref();
        known.add(old, "refresh_token", SHORTEST);
        known.add(facts.id_token.as_deref(), "id_token", SHORTEST);
        for (_, value) in &facts.cookies {
            known.add(Some(value), "cookie", SHORTEST_COOKIE);
        }
    }
    known
}

/// What the app knows now, and what it knew before each run.
fn every_facts(session: &Session) -> impl Iterator<Item = &Facts> {
    let before = session.runs.iter().map(|run| &*run.before);
    std::iter::once(&session.facts).chain(before)
}

/// The ways in which a value is written: plain, in a form, in a URL, in JSON, in HTML.
fn spellings(value: &str) -> Vec<String> {
    let url = utf8_percent_encode(value, RESERVED).to_string();
    let json = serde_json::Value::from(value).to_string();
    let html = value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;");
    let mut all = vec![
        value.to_owned(),
        form(value),
        url,
        json.trim_matches('"').to_owned(),
        html,
    ];
    all.sort();
    all.dedup();
    all
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    digits.collect()
}

fn form(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
