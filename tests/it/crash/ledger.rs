//! What one customer knows for certain: which codes and tokens it was given, and which of them it was told are dead.
//! What was asked for and never answered may or may not have happened.

use std::sync::atomic::{AtomicU64, Ordering};

use connect_core::protocol::pkce;
use serde_json::json;

use super::process::Process;
use crate::support::http::{Wire, send};
use crate::support::partner::Authorize;
use crate::support::{Answer, Code, Params, Partner, Request, Tokens, people_scopes};

/// What is known of a code or token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Live,
    Dead,
    /// Something was asked for that would have ended it, and nobody answered.
    Unknown,
}

struct Token {
    value: String,
    is_refresh: bool,
    /// Which run of the flow it came from.
    run: usize,
    fate: Fate,
}

/// An app with one person's grant, and what it holds.
pub(super) struct Customer {
    partner: Partner,
    codes: Vec<(Code, Fate)>,
    tokens: Vec<Token>,
    runs: usize,
    made: u64,
}

/// Nobody answered: the process is gone.
struct Gone;

impl Customer {
    pub(super) async fn register(process: &Process, name: &str) -> Self {
        let app = json!({
            "name": name, "app_type": "web", "redirect_uris": ["https://customer.example.com/cb"],
            "scopes": people_scopes(), "baa_status": "signed",
        });
        let registered = process.rpc("apps_create", app).await;
        let partner = Partner {
            client_id: crate::support::text(&registered["client_id"]),
            secret: registered["client_secret"].as_str().map(str::to_owned),
            webhook_secret: None,
            redirect_uri: "https://customer.example.com/cb".to_owned(),
        };
        Self {
            partner,
            codes: Vec::new(),
            tokens: Vec::new(),
            runs: 0,
            made: 0,
        }
    }

    /// How many tokens it was ever given.
    pub(super) fn acknowledged(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn has(&self, fate: Fate) -> bool {
        self.tokens.iter().any(|token| token.fate == fate)
    }

    /// Works until nobody answers any more; counts what was acknowledged.
    pub(super) async fn work(&mut self, authority: &str, acknowledged: &AtomicU64, seed: u64) {
        let mut wire = Wire::open(authority).await;
        let mut dice = seed;
        loop {
            // A small generator is enough for choosing what to do (Knuth's constants).
            dice = dice
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let done = match (dice >> 33) % 10 {
                0 => self.authorize(&mut wire).await.map(|_| ()),
                1 | 2 => self.run(&mut wire).await,
                3 => self.revoke(&mut wire, false).await,
                4 => self.revoke(&mut wire, true).await,
                _ => self.refresh(&mut wire).await,
            };
            match done {
                Ok(()) => acknowledged.fetch_add(1, Ordering::SeqCst),
                Err(Gone) => return,
            };
        }
    }

    async fn post(wire: &mut Wire, authority: &Params, path: &str) -> Result<Answer, Gone> {
        Self::ask(wire, &authority.post(path)).await
    }

    async fn ask(wire: &mut Wire, request: &Request) -> Result<Answer, Gone> {
        wire.ask(request).await.map_err(|_| Gone)
    }

    async fn authorize(&mut self, wire: &mut Wire) -> Result<usize, Gone> {
        self.made += 1;
        let verifier = format!("{}-{:0>40}", self.partner.client_id, self.made);
        let params = Params::of(&[
            ("response_type", "code"),
            ("client_id", &self.partner.client_id),
            ("redirect_uri", &self.partner.redirect_uri),
            ("scope", "openid read:biomarkers"),
            ("state", "s"),
            ("code_challenge", &pkce::challenge(&verifier)),
            ("code_challenge_method", "S256"),
        ]);
        let request = Authorize { params, verifier };
        let answer = Self::ask(wire, &request.request()).await?;
        self.codes.push((request.code_of(&answer), Fate::Live));
        Ok(self.codes.len() - 1)
    }

    /// A whole run of the flow: the new refresh token takes the place of the old.
    async fn run(&mut self, wire: &mut Wire) -> Result<(), Gone> {
        let code = self.authorize(wire).await?;
        self.exchange(wire, code).await
    }

    async fn exchange(&mut self, wire: &mut Wire, code: usize) -> Result<(), Gone> {
        let form = self.partner.exchange(&self.codes[code].0);
        self.codes[code].1 = Fate::Unknown;
        self.settle(|token| token.is_refresh, Fate::Live, Fate::Unknown);
        let answer = Self::post(wire, &form, "/v1/oauth/token").await?;
        let tokens = Tokens::of(&answer);
        self.codes[code].1 = Fate::Dead;
        self.settle(|token| token.is_refresh, Fate::Unknown, Fate::Dead);
        self.runs += 1;
        self.keep(tokens, self.runs);
        Ok(())
    }

    fn keep(&mut self, tokens: Tokens, run: usize) {
        for (value, is_refresh) in [(tokens.access, false), (tokens.refresh, true)] {
            self.tokens.push(Token {
                value,
                is_refresh,
                run,
                fate: Fate::Live,
            });
        }
    }

    /// Changes the fate of the tokens that have one and are meant.
    fn settle(&mut self, meant: impl Fn(&Token) -> bool, from: Fate, to: Fate) {
        self.tokens
            .iter_mut()
            .filter(|token| token.fate == from && meant(token))
            .for_each(|token| token.fate = to);
    }

    fn newest(&self, is_refresh: bool) -> Option<usize> {
        self.tokens
            .iter()
            .rposition(|token| token.is_refresh == is_refresh && token.fate == Fate::Live)
    }

    async fn refresh(&mut self, wire: &mut Wire) -> Result<(), Gone> {
        let Some(index) = self.newest(true) else {
            return self.run(wire).await;
        };
        let form = self.partner.refresh(&self.tokens[index].value);
        self.tokens[index].fate = Fate::Unknown;
        let answer = Self::post(wire, &form, "/v1/oauth/token").await?;
        let tokens = Tokens::of(&answer);
        self.tokens[index].fate = Fate::Dead;
        self.keep(tokens, self.tokens[index].run);
        Ok(())
    }

    /// Revokes an access token, or a refresh token with everything of its run.
    async fn revoke(&mut self, wire: &mut Wire, is_refresh: bool) -> Result<(), Gone> {
        let Some(index) = self.newest(is_refresh) else {
            return self.run(wire).await;
        };
        let form = self
            .partner
            .credentials()
            .set("token", &self.tokens[index].value);
        let (run, value) = (self.tokens[index].run, self.tokens[index].value.clone());
        let meant = |token: &Token| {
            if is_refresh {
                token.run == run
            } else {
                token.value == value
            }
        };
        self.settle(meant, Fate::Live, Fate::Unknown);
        let answer = Self::post(wire, &form, "/v1/oauth/revoke").await?;
        assert_eq!(answer.status, 200, "{answer}");
        self.settle(meant, Fate::Unknown, Fate::Dead);
        Ok(())
    }

    /// Everything that is known for certain is so, after the restart too.
    pub(super) async fn audit(&mut self, process: &Process, asker: &Partner) {
        let mut wire = Wire::open(&process.authority).await;
        for token in &self.tokens {
            let form = asker.credentials().set("token", &token.value);
            let body = wire
                .send(&form.post("/v1/oauth/introspect"))
                .await
                .expect(200)
                .json();
            let kind = if token.is_refresh {
                "refresh"
            } else {
                "access"
            };
            match token.fate {
                Fate::Live => assert_eq!(
                    body["active"],
                    true,
                    "an acknowledged {kind} token is lost: {}",
                    process.said()
                ),
                Fate::Dead => assert_eq!(
                    body,
                    json!({ "active": false }),
                    "a dead {kind} token lives: {}",
                    process.said()
                ),
                Fate::Unknown => assert!(body["active"].is_boolean()),
            }
        }
        // What lives also works, and what is dead does not come back by being used.
        if let Some(access) = self.newest(false) {
            let call = Request::get("/v1/biomarkers/me").bearer(&self.tokens[access].value);
            send(&process.authority, &call).await.expect(200);
        }
        self.live_codes_work(&mut wire).await;
        self.used_codes_do_not(&mut wire).await;
        let refreshed = self.refresh(&mut wire).await;
        assert!(refreshed.is_ok(), "nobody answers: {}", process.said());
        // From here on the uncertain ones are of no interest: the next round has its own.
        self.tokens.retain(|token| token.fate != Fate::Unknown);
        self.codes.clear();
        let extra = self.tokens.len().saturating_sub(300);
        self.tokens.drain(..extra);
    }

    async fn live_codes_work(&mut self, wire: &mut Wire) {
        let live: Vec<usize> = (0..self.codes.len())
            .filter(|code| self.codes[*code].1 == Fate::Live)
            .collect();
        for code in live {
            // A fresh code lives a minute, which the sandbox was not away for.
            let exchanged = self.exchange(wire, code).await;
            assert!(exchanged.is_ok(), "nobody answers");
        }
    }

    /// A replay is refused, and kills what the code had issued.
    async fn used_codes_do_not(&mut self, wire: &mut Wire) {
        let Some((code, _)) = self.codes.iter().find(|(_, fate)| *fate == Fate::Dead) else {
            return;
        };
        let form = self.partner.exchange(code);
        let answer = wire.send(&form.post("/v1/oauth/token")).await;
        answer.is_oauth_error(400, "invalid_grant");
        // Which run that was is not written down; ask anew what lives.
        for token in self
            .tokens
            .iter_mut()
            .filter(|token| token.fate == Fate::Live)
        {
            let form = self.partner.credentials().set("token", &token.value);
            let body = wire
                .send(&form.post("/v1/oauth/introspect"))
                .await
                .expect(200)
                .json();
            if body["active"] == false {
                token.fate = Fate::Dead;
            }
        }
    }
}
