//! Tokens and keys of servers that do not do as they should.

use serde_json::json;

use super::*;

fn verified(header: &Value, payload: &Value, keys: &Value) -> Verified {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let token = format!("{}.{}.AAAA", part(header), part(payload));
    let algorithms = ["EdDSA".to_owned(), "RS256".to_owned(), "ES256".to_owned()];
    let expected = Expected {
        issuer: "http://localhost:9400",
        audience: "client_1",
        nonce: None,
        algorithms: &algorithms,
        now: Timestamp::from_millis(1_800_000_000_000),
    };
    verify(&token, keys, &expected)
}

#[test]
fn another_servers_odd_keys_and_numbers_are_told_and_nothing_panics() {
    for key in [
        json!({ "kid": "k", "kty": "OKP", "crv": "Ed25519", "x": "AA", "alg": "EdDSA" }),
        json!({ "kid": "k", "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA" }),
        json!({ "kid": "k", "kty": "RSA", "n": "", "e": "", "alg": "RS256" }),
        json!({ "kid": "k", "kty": "RSA", "n": "AA", "e": "AA", "alg": "RS256" }),
        json!({ "kid": "k", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "alg": "ES256" }),
        json!({ "kid": "k" }),
        json!(7),
    ] {
        for alg in ["EdDSA", "RS256", "ES256", "none"] {
            let header = json!({ "alg": alg, "kid": "k" });
            let payload = json!({ "exp": i64::MAX, "iat": i64::MIN, "auth_time": i64::MAX, "aud": 7, "sub": "somebody" });
            let verified = verified(&header, &payload, &json!({ "keys": [key] }));
            let of_signature = verified
                .checks
                .iter()
                .find(|it| it.name == "signature_valid");
            assert!(!of_signature.expect("a check").passed, "{key} {alg}");
            // What nobody signed is not right because it looks right.
            let right = verified.claims.iter().any(|it| it.passed == Some(true));
            assert!(!right, "{key} {alg}");
            let wrong = verified.claims.iter().any(|it| it.passed == Some(false));
            assert!(wrong, "{key} {alg}");
        }
    }
}
