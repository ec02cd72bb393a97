//! The sandbox and the model side by side: every step is taken on both, and all that can be seen is compared.

use std::collections::BTreeSet;
use std::sync::Arc;

use connect_app::{Config, Seed};
use connect_core::Env;
use connect_testkit::{ManualClock, START};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::oracle::{Expected, Kind, Oracle, SCOPES};
use super::steps::{Asked, Proof, Step, Who};
use crate::support::http::{Answer, Wire};
use crate::support::{Code, Params, Partner, Sandbox, Tokens, text};

const PEOPLE: [&str; 2] = ["ann@example.com", "ben@example.com"];
type Verdict = Result<(), String>;

pub(super) struct Stage {
    directory: TempDir,
    clock: ManualClock,
    starts: u64,
    sandbox: Sandbox,
    wire: Wire,
    oracle: Oracle,
    /// A web app, a SPA, another web app.
    clients: Vec<Partner>,
    /// The one who asks about tokens.
    asker: Partner,
    people: Vec<String>,
    codes: Vec<Code>,
    tokens: Vec<String>,
}

async fn start(directory: &TempDir, clock: &ManualClock, starts: u64) -> (Sandbox, Wire) {
    let config = Config {
        seed: Seed::Empty,
        ..Config::at(directory.path())
    };
    // The wall clock stands still; only randomness differs from start to start.
    let env = Arc::new(Env::seeded(Box::new(clock.clone()), starts));
    let sandbox = Sandbox::of(config, env).await;
    let wire = sandbox.wire().await;
    (sandbox, wire)
}

impl Stage {
    pub(super) async fn new() -> Self {
        let directory = tempfile::tempdir().expect("a folder");
        let clock = ManualClock::at(START);
        let (sandbox, wire) = start(&directory, &clock, 1).await;
        let mut people = Vec::new();
        for email in PEOPLE {
            let person = json!({ "email": email, "name": email, "without_data": true });
            people.push(text(&sandbox.rpc("people_create", person).await["user_id"]));
        }
        sandbox
            .rpc("settings_update", json!({ "auto_approve": PEOPLE[0] }))
            .await;
        let mut clients = Vec::new();
        for app_type in ["web", "spa", "web"] {
            let app = json!({
                "name": app_type, "app_type": app_type, "redirect_uris": ["https://a.example/cb", "https://a.example/other"],
                "scopes": ["openid", "email", "profile", "read:account", "read:community"],
            });
            clients.push(sandbox.register(app).await);
        }
        let asker = sandbox.service_client("clinical").await;
        let oracle = Oracle::new(clients.len(), people.len());
        Self {
            directory,
            clock,
            starts: 1,
            sandbox,
            wire,
            oracle,
            clients,
            asker,
            people,
            codes: Vec::new(),
            tokens: Vec::new(),
        }
    }

    /// Takes a step on both sides and compares their answers.
    pub(super) async fn take(&mut self, step: &Step) -> Verdict {
        match *step {
            Step::Authorize {
                client,
                person,
                scope,
            } => self.authorize(client, person, scope).await?,
            Step::Exchange { code, by, proof } if !self.codes.is_empty() => {
                self.exchange(code % self.codes.len(), by, proof).await?;
            }
            Step::Refresh { token, by, asked } => {
                let refresh: Vec<usize> = (0..self.tokens.len())
                    .filter(|token| self.oracle.tokens[*token].kind == Kind::Refresh)
                    .collect();
                if !refresh.is_empty() {
                    self.refresh(refresh[token % refresh.len()], by, asked)
                        .await?;
                }
            }
            Step::Revoke { token, by } if !self.tokens.is_empty() => {
                self.revoke(token % self.tokens.len(), by).await?;
            }
            Step::RevokeGrant { client, person } => self.revoke_grant(client, person).await?,
            Step::Disable { client } | Step::Enable { client } => {
                let on = matches!(step, Step::Enable { .. });
                let command = if on { "apps_enable" } else { "apps_disable" };
                self.sandbox
                    .rpc(
                        command,
                        json!({ "client_id": self.clients[client].client_id }),
                    )
                    .await;
                self.oracle.enabled[client] = on;
            }
            Step::Advance { seconds } => {
                self.sandbox.advance(seconds).await;
                self.oracle.now += seconds;
            }
            Step::Restart => self.restart().await,
            // There is nothing yet to do it with.
            Step::Exchange { .. } | Step::Revoke { .. } => {}
        }
        Ok(())
    }

    async fn restart(&mut self) {
        self.sandbox.app.stop().await;
        self.starts += 1;
        (self.sandbox, self.wire) = start(&self.directory, &self.clock, self.starts).await;
    }

    async fn post(&mut self, form: &Params, path: &str) -> Answer {
        self.wire.send(&form.post(path)).await
    }

    async fn authorize(&mut self, client: usize, person: usize, scope: usize) -> Verdict {
        let request = self.clients[client].authorize(&self.sandbox, &SCOPES[scope].join(" "));
        let request = request.set("login_hint", PEOPLE[person]);
        let answer = self.wire.send(&request.request()).await;
        if self.oracle.authorize(client, person, scope) {
            if answer.status != 302 || answer.redirected("code").is_none() {
                return Err(format!("a code was due: {answer}"));
            }
            self.codes.push(request.code_of(&answer));
        } else if answer.status != 400 || answer.header("location").is_some() {
            return Err(format!("a page was due: {answer}"));
        }
        Ok(())
    }

    async fn exchange(&mut self, code: usize, by: Who, proof: Proof) -> Verdict {
        let presenter = self.oracle.presenter(self.oracle.codes[code].client, by);
        let form = self.clients[presenter].exchange(&self.codes[code]);
        let form = match proof {
            Proof::Right => form,
            Proof::WrongVerifier => form.set("code_verifier", &"w".repeat(43)),
            Proof::NoVerifier => form.without("code_verifier"),
            Proof::OtherRedirect => form.set("redirect_uri", "https://a.example/other"),
        };
        let answer = self.post(&form, "/v1/oauth/token").await;
        let expected = self.oracle.exchange(code, by, proof);
        self.answered(&answer, &expected)
    }

    async fn refresh(&mut self, token: usize, by: Who, asked: Asked) -> Verdict {
        let old = &self.oracle.tokens[token];
        let form = self.clients[self.oracle.presenter(old.client, by)].refresh(&self.tokens[token]);
        let form = match asked {
            Asked::Nothing => form,
            Asked::Less => form.set("scope", old.scope[0]),
            Asked::More => form.set("scope", &format!("{} read:community", old.scope.join(" "))),
        };
        let answer = self.post(&form, "/v1/oauth/token").await;
        let expected = self.oracle.refresh(token, by, asked);
        self.answered(&answer, &expected)
    }

    async fn revoke(&mut self, token: usize, by: Who) -> Verdict {
        let presenter = self.oracle.presenter(self.oracle.tokens[token].client, by);
        let form = self.clients[presenter]
            .credentials()
            .set("token", &self.tokens[token]);
        let answer = self.post(&form, "/v1/oauth/revoke").await;
        let expected = self.oracle.revoke(token, by);
        self.answered(&answer, &expected)
    }

    async fn revoke_grant(&mut self, client: usize, person: usize) -> Verdict {
        let filter =
            json!({ "client_id": self.clients[client].client_id, "user_id": self.people[person] });
        let found = self.sandbox.rpc("grants_list", filter).await["grants"].clone();
        let known = self.oracle.active_grant(client, person);
        let count = found.as_array().map_or(0, Vec::len);
        if count != usize::from(known.is_some()) {
            return Err(format!("{count} active grants: {found}"));
        }
        if let Some(grant) = known {
            self.sandbox
                .rpc("grants_revoke", json!({ "grant_id": found[0]["grant_id"] }))
                .await;
            self.oracle.revoke_grant(grant);
        }
        Ok(())
    }

    /// Compares an answer, and keeps the tokens in it.
    fn answered(&mut self, answer: &Answer, expected: &Expected) -> Verdict {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        match expected {
            Expected::Done if answer.status == 200 => Ok(()),
            Expected::Refused(status, code)
                if (answer.status, &body["error"]) == (*status, &json!(code)) =>
            {
                Ok(())
            }
            Expected::Ok(scope) if answer.status == 200 && body["scope"] == scope.join(" ") => {
                let tokens = Tokens::of(answer);
                self.tokens.extend([tokens.access, tokens.refresh]);
                Ok(())
            }
            _ => Err(format!("the model says {expected:?}, the sandbox {answer}")),
        }
    }

    /// Every token there ever was is live in both or in neither.
    pub(super) async fn compare(&mut self) -> Verdict {
        for index in 0..self.tokens.len() {
            let form = self.asker.credentials().set("token", &self.tokens[index]);
            let answer = self.post(&form, "/v1/oauth/introspect").await;
            let token = &self.oracle.tokens[index];
            let expected = self.oracle.is_live(token);
            let body = answer.json();
            let told = format!(
                "{:?} token {index} is {}, and introspection says {body}",
                token.kind,
                if expected { "live" } else { "dead" }
            );
            if !expected && body != json!({ "active": false }) {
                return Err(told);
            }
            let same = || {
                body["active"] == true
                    && body["scope"] == token.scope.join(" ")
                    && body["sub"] == json!(self.people[token.person])
                    && body["client_id"] == json!(self.clients[token.client].client_id)
            };
            if expected && !same() {
                return Err(told);
            }
        }
        Ok(())
    }

    /// What the console shows in the end: grants with their scopes, and what people were told.
    pub(super) async fn finish(self) -> Verdict {
        let list = self.sandbox.rpc("grants_list", json!({})).await;
        let shown: BTreeSet<(String, String, BTreeSet<String>)> = list["grants"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|grant| {
                let scopes = grant["scopes"]
                    .as_array()
                    .expect("a list")
                    .iter()
                    .map(text)
                    .collect();
                (text(&grant["client_id"]), text(&grant["user_id"]), scopes)
            })
            .collect();
        let alive = self.oracle.grants.iter().filter(|grant| grant.alive);
        let expected: BTreeSet<(String, String, BTreeSet<String>)> = alive
            .map(|grant| {
                let scopes = grant
                    .scope
                    .iter()
                    .map(|scope| (*scope).to_owned())
                    .collect();
                (
                    self.clients[grant.client].client_id.clone(),
                    self.people[grant.person].clone(),
                    scopes,
                )
            })
            .collect();
        if shown != expected {
            return Err(format!(
                "grants are {expected:?}, and the console shows {shown:?}"
            ));
        }
        for (person, alerts) in self.people.iter().zip(&self.oracle.alerts) {
            let detail = self
                .sandbox
                .rpc("people_get", json!({ "user_id": person }))
                .await;
            let told = detail["alerts"].as_array().map_or(0, Vec::len);
            if told != *alerts {
                return Err(format!("{alerts} alerts are due, {told} were raised"));
            }
        }
        self.sandbox.app.stop().await;
        Ok(())
    }
}
