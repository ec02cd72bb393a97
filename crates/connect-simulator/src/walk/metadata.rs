//! A server's metadata as the app takes it in: whether it is of the server that was asked, and names what the walk needs.

use serde_json::Value;

use super::Walker;
use super::callback::member;
use super::telling::{done, shown};
use crate::session::{Check, Outcome};

/// Most bytes of a server's metadata that are kept.
pub(super) const MOST: usize = 64 * 1024;

impl Walker<'_> {
    /// Checks the metadata, and keeps it when it is in order.
    pub(super) fn tell_metadata(&mut self, run: usize, metadata: Value) -> Outcome {
        let base = self.session.target.base_url.clone();
        let issuer = member(&metadata, "issuer");
        let has = |name: &str| member(&metadata, name).is_some();
        let methods = metadata.get("code_challenge_methods_supported");
        let methods = methods.map_or_else(|| "nothing".to_owned(), Value::to_string);
        let checks = vec![
            Check::new(
                "issuer_matches",
                "The metadata is of the server that was asked.",
                &*base,
                issuer.clone().unwrap_or_else(|| "nothing".to_owned()),
                issuer.as_deref() == Some(&base),
                "OpenID Connect Discovery 1.0 §4.3",
            ),
            Check::new(
                "endpoints_named",
                "It names the endpoints that the walk needs.",
                "authorization_endpoint, token_endpoint, jwks_uri",
                if has("authorization_endpoint") && has("token_endpoint") && has("jwks_uri") {
                    "all of them"
                } else {
                    "not all of them"
                },
                has("authorization_endpoint") && has("token_endpoint") && has("jwks_uri"),
                "OpenID Connect Discovery 1.0 §3",
            ),
            Check::new(
                "s256_supported",
                "It takes PKCE with S256.",
                "\"S256\"",
                methods.clone(),
                methods.contains("\"S256\""),
                "RFC 8414 §2, RFC 7636",
            ),
        ];
        let named = [
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
            "introspection_endpoint",
            "revocation_endpoint",
        ];
        let of_run = self.run(run);
        for name in named {
            of_run.shown.extend(member(&metadata, name).map(|value| {
                shown(
                    name,
                    value,
                    "From the server's metadata",
                    "OpenID Connect Discovery 1.0 §3",
                )
            }));
        }
        let failed = checks.iter().find(|check| !check.passed).cloned();
        of_run.checks = checks;
        let verdict = of_run.refused();
        match failed {
            None => {
                self.session.facts.metadata = Some(metadata.into());
                done("The app knows the server's endpoints and keys by their addresses.")
            }
            Some(failed) => Outcome {
                verdict,
                words: format!(
                    "The app's check `{}` failed: {} was wanted, and {} came.",
                    failed.name, failed.expected, failed.received
                ),
                fix: Some(
                    "Give the target's base URL exactly as its metadata names the issuer."
                        .to_owned(),
                ),
            },
        }
    }
}
