//! Verifies an id_token as a careful app does, claim by claim (OpenID Connect Core 1.0 §3.1.3.7).

mod claims;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect_core::Timestamp;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value};

use crate::session::{Check, Claim};

/// What the app expects of the token.
pub struct Expected<'e> {
    /// The issuer of the metadata.
    pub issuer: &'e str,
    /// Its own client id.
    pub audience: &'e str,
    /// The nonce it sent.
    pub nonce: Option<&'e str>,
    /// Algorithms of the metadata.
    pub algorithms: &'e [String],
    /// Now, by the wall clock.
    pub now: Timestamp,
}

/// What came of it.
pub struct Verified {
    /// The checks, in order; those after the first that fails are made as well, as far as they can.
    pub checks: Vec<Check>,
    /// The claims.
    pub claims: Vec<Claim>,
    /// Header and payload as they were read, for people.
    pub parts: Vec<(&'static str, String)>,
}

/// Seconds that clocks may differ by.
pub(crate) const LEEWAY: i64 = 5;
const CORE: &str = "OpenID Connect Core 1.0 §3.1.3.7";

/// Verifies `token` with the published `keys`.
#[must_use]
pub fn verify(token: &str, keys: &Value, expected: &Expected<'_>) -> Verified {
    let mut verified = Verified {
        checks: Vec::new(),
        claims: Vec::new(),
        parts: Vec::new(),
    };
    let pieces: Vec<&str> = token.split('.').collect();
    let read = |at: usize| -> Option<Map<String, Value>> {
        let bytes = URL_SAFE_NO_PAD.decode(pieces.get(at)?).ok()?;
        serde_json::from_slice(&bytes).ok()
    };
    let (header, payload) = (read(0), read(1));
    let is_jwt = pieces.len() == 3 && header.is_some() && payload.is_some();
    verified.checks.push(Check::new(
        "is_jwt",
        "Whether it is a JWT: header, payload and signature in base64url, joined by dots.",
        "three parts, the first two JSON objects",
        format!("{} parts", pieces.len()),
        is_jwt,
        "RFC 7519 §7.2",
    ));
    let (Some(header), Some(payload)) = (header, payload) else {
        return verified;
    };
    verified.parts.push(("header", text(&header)));
    verified.parts.push(("payload", text(&payload)));
    verified.signature(&header, keys, &pieces, expected);
    verified.claims(&payload, expected);
    verified
}

impl Verified {
    /// The first check that failed.
    #[must_use]
    pub fn failed(&self) -> Option<&Check> {
        self.checks.iter().find(|check| !check.passed)
    }

    fn signature(
        &mut self,
        header: &Map<String, Value>,
        keys: &Value,
        pieces: &[&str],
        expected: &Expected<'_>,
    ) {
        let alg = header
            .get("alg")
            .and_then(Value::as_str)
            .unwrap_or("nothing");
        let allowed = expected.algorithms.iter().any(|it| it == alg) && alg != "none";
        self.checks.push(Check::new(
            "algorithm_allowed",
            "Whether it is signed by an algorithm of the server's metadata; `none` is never one.",
            expected.algorithms.join(" or "),
            alg,
            allowed,
            "RFC 8725 §3.1",
        ));
        let kid = header.get("kid").and_then(Value::as_str);
        let published = keys.get("keys").and_then(Value::as_array);
        let published = published.map_or(&[][..], Vec::as_slice);
        let id = |key: &Value| key.get("kid").and_then(Value::as_str).map(str::to_owned);
        let key = published
            .iter()
            .find(|key| kid.is_some() && id(key).as_deref() == kid);
        let known: Vec<String> = published.iter().filter_map(id).collect();
        self.checks.push(Check::new(
            "key_published",
            "Whether the key that its header names is among the published ones.",
            known.join(" or "),
            kid.unwrap_or("no kid"),
            key.is_some(),
            "RFC 7515 §4.1.4, RFC 7517 §4.5",
        ));
        let outcome = key.ok_or("no key to check it with").and_then(|key| {
            let of_key = key.get("alg").and_then(Value::as_str);
            if of_key.is_some_and(|of_key| of_key != alg) {
                return Err("the key is for another algorithm");
            }
            let algorithm = match alg {
                "EdDSA" => Algorithm::EdDSA,
                "RS256" => Algorithm::RS256,
                "ES256" => Algorithm::ES256,
                _ => return Err("an algorithm that is not checked here"),
            };
            let is_short = algorithm == Algorithm::EdDSA && !has_ed25519_key(key);
            if is_short {
                return Err("a key that is none");
            }
            let jwk: Jwk = serde_json::from_value(key.clone()).map_err(|_| "a key that is none")?;
            let decoding = DecodingKey::from_jwk(&jwk).map_err(|_| "a key that is none")?;
            let signed = format!("{}.{}", pieces[0], pieces[1]);
            match jsonwebtoken::crypto::verify(pieces[2], signed.as_bytes(), &decoding, algorithm) {
                Ok(true) => Ok(()),
                _ => Err("a signature of something else"),
            }
        });
        self.checks.push(Check::new(
            "signature_valid",
            "Whether the signature over header and payload is that key's.",
            "a signature of this header and payload",
            outcome
                .err()
                .unwrap_or("a signature of this header and payload"),
            outcome.is_ok(),
            "RFC 7515 §5.2",
        ));
    }

    fn claims(&mut self, payload: &Map<String, Value>, expected: &Expected<'_>) {
        // What anybody may have written is not right because it looks right.
        let is_signed = self.failed().is_none();
        let text = |name: &str| payload.get(name).and_then(Value::as_str);
        let number = |name: &str| payload.get(name).and_then(Value::as_i64);
        let now = expected.now.as_secs();
        let missing = "nothing".to_owned();
        let time = |seconds: Option<i64>| seconds.map_or(missing.clone(), readable);
        let iss = text("iss");
        self.checks.push(Check::new(
            "issuer_matches",
            "Whether it comes from the server that was asked.",
            expected.issuer,
            iss.unwrap_or("nothing"),
            iss == Some(expected.issuer),
            CORE,
        ));
        let audience = audience(payload);
        self.checks.push(Check::new(
            "audience_matches",
            "Whether it is made for this app.",
            expected.audience,
            audience.join(" "),
            audience.iter().any(|it| it == expected.audience),
            CORE,
        ));
        if audience.len() > 1 || payload.contains_key("azp") {
            let azp = text("azp");
            self.checks.push(Check::new(
                "authorized_party_matches",
                "Whether this app is the one it was issued to, when it has several audiences.",
                expected.audience,
                azp.unwrap_or("nothing"),
                azp == Some(expected.audience),
                CORE,
            ));
        }
        let exp = number("exp");
        self.checks.push(Check::new(
            "not_expired",
            "Whether it has time left, by this machine's clock.",
            format!("later than {}", readable(now)),
            time(exp),
            exp.is_some_and(|exp| exp.saturating_add(LEEWAY) > now),
            CORE,
        ));
        let iat = number("iat");
        self.checks.push(Check::new(
            "issued_in_the_past",
            "Whether it was issued in the past, and not in the future.",
            format!("not after {}", readable(now)),
            time(iat),
            iat.is_some_and(|iat| iat.saturating_sub(LEEWAY) <= now),
            CORE,
        ));
        let sub = text("sub");
        self.checks.push(Check::new(
            "subject_present",
            "Whether it says whom it is about.",
            "a subject",
            sub.unwrap_or("nothing"),
            sub.is_some_and(|sub| !sub.is_empty()),
            "OpenID Connect Core 1.0 §2",
        ));
        if let Some(nonce) = expected.nonce {
            let received = text("nonce");
            self.checks.push(Check::new(
                "nonce_matches",
                "Whether it answers this very authorization request.",
                nonce,
                received.unwrap_or("nothing"),
                received == Some(nonce),
                CORE,
            ));
        }
        for (name, value) in payload {
            let mut claim = claims::claim(name, value, &self.checks);
            claim.passed = claim.passed.filter(|passed| is_signed || !passed);
            self.claims.push(claim);
        }
    }
}

/// Whether a key holds the 32 bytes that an Ed25519 key has (RFC 8037 §2): the library takes that for granted.
fn has_ed25519_key(key: &Value) -> bool {
    let x = key.get("x").and_then(Value::as_str);
    let x = x.and_then(|x| URL_SAFE_NO_PAD.decode(x).ok());
    x.is_some_and(|x| x.len() == 32)
}

fn audience(payload: &Map<String, Value>) -> Vec<String> {
    match payload.get("aud") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(several)) => several
            .iter()
            .filter_map(|it| it.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

fn readable(seconds: i64) -> String {
    Timestamp::from_millis(seconds.saturating_mul(1000)).to_string()
}

fn text(map: &Map<String, Value>) -> String {
    serde_json::to_string_pretty(map).unwrap_or_default()
}
