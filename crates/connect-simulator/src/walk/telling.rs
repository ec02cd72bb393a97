//! What a step showed, in plain words: values, computations, the app's own checks, what just happened.

use connect_core::domain::walk::Step;
use connect_core::protocol::pkce;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::callback::member;
use super::words::{SLOWED_DOWN, beside, fix, instead, refusal, success, values};
use super::{Walker, metadata};
use crate::client::Answer;
use crate::id_token::{self, Expected};
use crate::plan::Draft;
use crate::session::{Answered, Outcome, Place, Shown, Verdict, counted};

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
        let meant = self.is_meant(run);
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
                verdict: if meant {
                    Verdict::RefusedAsMeant
                } else {
                    Verdict::Failed
                },
                words: format!(
                    "The app's check `{}` failed: it does not sign the person in.",
                    failed.name
                ),
                fix: (!meant).then(|| {
                    format!(
                        "{} Wanted: {}. Got: {}.",
                        failed.about, failed.expected, failed.received
                    )
                }),
            },
        }
    }

    /// The call failed: with which token, and what ended that.
    fn why_dead(&self) -> String {
        let session = &self.session;
        let token = session.access_token();
        let fate = token.and_then(|it| it.fate(self.known.server_now()));
        let ended = fate.map_or_else(String::new, |fate| format!(" What became of it: {fate}."));
        if session.has_called() {
            format!(
                "The same call, the same token as when it worked: it opens nothing any more.{ended}"
            )
        } else {
            let given = token.and_then(|it| it.given);
            let given = given.map_or_else(String::new, |step| {
                format!(", the one that the step \"{}\" gave", step.title())
            });
            format!(
                "No call had been answered with this token{given}, so this shows only that it opens nothing now.{ended}"
            )
        }
    }

    /// What the old refresh token brought about by coming again, with a space before it.
    fn reused(&self, run: usize, meant: bool, error: &str) -> String {
        const STOLEN: &str = " The server takes a refresh token that comes twice for a stolen one, and ends everything that came from this consent";
        match self.ended_by(run) {
            Some(counted) => format!("{STOLEN}: {counted} of this walk."),
            None if meant || error != "invalid_grant" => String::new(),
            None => format!("{STOLEN}. Of this walk nothing was left to end."),
        }
    }

    /// The tokens that a run ended, counted; none when it ended none.
    fn ended_by(&self, run: usize) -> Option<String> {
        let number = self.session.runs[run].number;
        let ended = self.session.credentials.iter();
        let ended = ended.filter(|it| it.ended.is_some_and(|it| it.run == Some(number)));
        counted(ended.map(|it| it.kind))
    }

    /// What a revocation ended, as far as the session knows.
    fn revoked(&self, run: usize) -> String {
        if let Some(counted) = self.ended_by(run) {
            return format!("With it ended {counted} of this walk.");
        }
        let facts = &self.session.facts;
        let token = facts.refresh_token.as_ref().or(facts.access_token.as_ref());
        let mut all = self.session.credentials.iter().rev();
        let token = token.and_then(|value| all.find(|it| it.value == *value));
        let fate = token.and_then(|it| it.fate(self.known.server_now()));
        fate.map_or_else(
            || "No token of this walk ended by it.".to_owned(),
            |fate| format!("Nothing was left to revoke. What had become of the tokens: {fate}."),
        )
    }

    /// What came of the calls beside the main one, each in a sentence.
    fn beside(&self, run: usize) -> String {
        let run = &self.session.runs[run];
        let main = run.main_exchange;
        let others = self.session.exchanges_of(run.number);
        let others = others.filter(|it| !it.hidden && main.is_some_and(|main| it.number > main));
        others.map(|it| beside(run.step, it)).collect()
    }

    /// How a step that sent something ended.
    pub(super) fn tell(&mut self, run: usize, draft: &Draft, answer: Option<&Answer>) -> Outcome {
        let step = draft.step;
        let Some(answer) = answer else {
            let number = self.session.runs[run].main_exchange;
            let exchange = number.and_then(|it| self.exchange(it)).cloned();
            let (failed, fix) = exchange.map_or((None, None), |it| (it.failed, it.fix));
            return Outcome {
                verdict: Verdict::Failed,
                words: failed.map_or_else(
                    || "No answer came.".to_owned(),
                    |why| format!("No answer came: {why}."),
                ),
                fix,
            };
        };
        let refused = answer.status >= 400;
        let body = answer.json().unwrap_or_default();
        if !refused && step == Step::Configure {
            if answer.body.len() > metadata::MOST {
                return Outcome {
                    verdict: Verdict::Failed,
                    words: "The server's metadata is larger than 64 KiB: that is no metadata."
                        .to_owned(),
                    fix: Some("Give the base URL of an authorization server.".to_owned()),
                };
            }
            return self.tell_metadata(run, body);
        }
        if !refused {
            self.run(run).shown.extend(values(step, &body));
        }
        let meant = self.is_meant(run);
        let of_run = &self.session.runs[run];
        let foreseen = of_run.prediction.as_ref().zip(of_run.answered.as_ref());
        let foreseen = foreseen.is_some_and(|(foreseen, answered)| foreseen.agrees(answered));
        let error = answer.error().unwrap_or_else(|| answer.status.to_string());
        let said = body.get("error_description").and_then(Value::as_str);
        let said = said.map_or_else(String::new, |text| format!(": {text}"));
        let verdict = match (step, refused) {
            // Foreseen or not, it says nothing about what the step is for.
            (_, true) if answer.status == SLOWED_DOWN && !meant => Verdict::Failed,
            (Step::Reuse | Step::AfterRevoke, false) if !foreseen => Verdict::Failed,
            (Step::Reuse | Step::AfterRevoke, true) | (_, false) => Verdict::Done,
            (_, true) if meant => Verdict::RefusedAsMeant,
            // Refused, as was foreseen: the walk goes on.
            (Step::Introspect | Step::Api, true) if foreseen => Verdict::RefusedAsMeant,
            (_, true) => Verdict::Failed,
        };
        let mut words = match (step, refused) {
            // Something else was tried in the place of the call.
            (Step::AfterRevoke, _) if meant => {
                instead(&body, answer.status, &error, &said, refused)
            }
            (Step::AfterRevoke, true) if answer.status == 401 => {
                format!("401 `{error}`{said}. {}", self.why_dead())
            }
            (Step::Reuse, true) if answer.status != SLOWED_DOWN => {
                let refused = refusal(step, answer.status, &error, &said);
                format!("{refused}{}", self.reused(run, meant, &error))
            }
            (Step::Reuse, false) if meant => success(Step::Refresh, &body),
            (_, true) => refusal(step, answer.status, &error, &said),
            (_, false) => success(step, &body),
        };
        if step == Step::Revoke && !refused {
            words = format!("{words} {}", self.revoked(run));
        }
        if matches!(step, Step::Api | Step::Refresh) {
            words.push_str(&self.beside(run));
        }
        Outcome {
            fix: (verdict == Verdict::Failed).then(|| fix(step, refused, &error).to_owned()),
            verdict,
            words,
        }
    }
}

pub(super) fn done(words: &str) -> Outcome {
    Outcome {
        verdict: Verdict::Done,
        words: words.to_owned(),
        fix: None,
    }
}

pub(super) fn shown(name: &str, value: impl Into<String>, how: &str, source: &str) -> Shown {
    Shown {
        name: name.to_owned(),
        value: value.into(),
        how: how.to_owned(),
        source: source.to_owned(),
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
