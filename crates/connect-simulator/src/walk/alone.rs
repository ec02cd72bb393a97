//! What the app does by itself: it makes up its secrets, puts the authorization URL together, and verifies the id_token.

use connect_core::protocol::pkce;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::Walker;
use super::callback::member;
use super::telling::{done, shown};
use crate::id_token::{self, Expected};
use crate::plan::Draft;
use crate::session::{Answered, Outcome, Place, Verdict};

impl Walker<'_> {
    /// Makes verifier, challenge, state and nonce (RFC 7636 §4.1, §4.2).
    pub(super) fn make_verifier(&mut self, run: usize) -> Outcome {
        use base64::Engine as _;
        let url_safe = &base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let random: [u8; 32] = self.env.random();
        let verifier = url_safe.encode(random);
        let challenge = pkce::challenge(&verifier);
        let state = url_safe.encode(self.env.random::<16>());
        let nonce = url_safe.encode(self.env.random::<16>());
        let mut shown = vec![
            shown(
                "random",
                hex(&random),
                "32 bytes from the operating system's generator",
                "RFC 7636 §4.1",
            ),
            shown(
                "code_verifier",
                &*verifier,
                "BASE64URL(random): 43 characters. It stays with the app",
                "RFC 7636 §4.1",
            ),
            shown(
                "SHA-256",
                hex(&Sha256::digest(verifier.as_bytes())),
                "SHA-256(ASCII(code_verifier))",
                "RFC 7636 §4.2",
            ),
            shown(
                "code_challenge",
                &*challenge,
                "BASE64URL(SHA-256(ASCII(code_verifier))). It goes into the authorization URL",
                "RFC 7636 §4.2",
            ),
            shown(
                "state",
                &*state,
                "16 random bytes in base64url, kept with the browser's session",
                "RFC 6749 §10.12",
            ),
        ];
        let facts = &mut self.session.facts;
        facts.verifier = Some(verifier);
        facts.challenge = Some(challenge);
        facts.state = Some(state);
        facts.nonce = None;
        if self.session.setup.nonce {
            shown.push(self::shown(
                "nonce",
                &*nonce,
                "16 random bytes in base64url, kept to be compared with the id_token",
                "OpenID Connect Core 1.0 §3.1.2.1",
            ));
            self.session.facts.nonce = Some(nonce);
        }
        self.run(run).shown = shown;
        done(
            "The app made a secret of its own, the verifier, and a hash of it, the challenge. Only the hash leaves the app now.",
        )
    }

    /// Keeps the authorization URL, edited or not.
    pub(super) fn make_authorization_url(&mut self, run: usize, draft: &Draft) -> Outcome {
        let url = draft
            .main()
            .map(|it| it.request.url.clone())
            .unwrap_or_default();
        self.run(run).shown = vec![shown(
            "authorization_url",
            &*url,
            "The server's authorization endpoint with the parameters of the request",
            "RFC 6749 §4.1.1",
        )];
        self.session.facts.authorization_url = Some(url);
        done("The app has the address to send the browser to. Nothing was sent yet.")
    }

    /// Verifies the id_token with the published keys.
    pub(super) async fn verify_id_token(&mut self, run: usize, draft: &Draft) -> Outcome {
        let mut keys = Value::Null;
        for planned in &draft.requests {
            let (number, answer) = self.send(run, planned, None).await;
            let body = answer
                .filter(|answer| answer.status == 200)
                .and_then(|it| it.json());
            let Some(body) = body else {
                let failed = self.exchange(number).and_then(|it| it.failed.clone());
                let why = failed.map_or_else(String::new, |why| format!(": {why}"));
                return Outcome {
                    verdict: Verdict::Failed,
                    words: format!("The published keys could not be read{why}."),
                    fix: Some("The token can't be verified without them: try again when the server answers.".to_owned()),
                };
            };
            keys = body;
        }
        let metadata = self.session.facts.metadata.clone().unwrap_or_default();
        let algorithms: Vec<String> = metadata
            .get("id_token_signing_alg_values_supported")
            .and_then(Value::as_array)
            .map(|list| {
                list.iter()
                    .filter_map(|it| it.as_str().map(str::to_owned))
                    .collect()
            })
            .unwrap_or_default();
        let issuer = member(&metadata, "issuer").unwrap_or_default();
        let now = if self.known.rules.virtual_time {
            self.known.server_now()
        } else {
            self.env.wall_now()
        };
        let verified = id_token::verify(
            draft.id_token.as_deref().unwrap_or_default(),
            &keys,
            &Expected {
                issuer: &issuer,
                audience: draft.expected_audience.as_deref().unwrap_or_default(),
                nonce: draft.expected_nonce.as_deref(),
                algorithms: &algorithms,
                now: now.plus(draft.advance.unwrap_or_default()),
            },
        );
        let failed = verified.failed().cloned();
        let of_run = self.run(run);
        of_run.shown = verified
            .parts
            .into_iter()
            .map(|(name, value)| {
                shown(
                    name,
                    value,
                    "BASE64URL-decoded from the token",
                    "RFC 7519 §3",
                )
            })
            .collect();
        of_run.checks = verified.checks;
        of_run.claims = verified.claims;
        of_run.answered = Some(Answered {
            place: Place::App,
            status: None,
            error: failed.as_ref().map(|check| check.name.clone()),
        });
        match failed {
            None => done("Signature and claims are in order: the app knows who signed in."),
            Some(failed) => Outcome {
                verdict: of_run.refused(),
                words: format!(
                    "The app's check `{}` failed: it does not sign the person in.",
                    failed.name
                ),
                fix: (!of_run.is_spoiled()).then(|| {
                    format!(
                        "{} Wanted: {}. Got: {}.",
                        failed.about, failed.expected, failed.received
                    )
                }),
            },
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to memory does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
