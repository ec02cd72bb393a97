//! What the app learns from an answer.

use connect_core::domain::walk::Step;
use serde_json::Value;

use super::Walker;
use crate::client::Answer;
use crate::plan::Request;
use crate::predict;
use crate::session::{Answered, Credential, CredentialKind, CredentialState};

/// How long a code lives (/connect/security).
const CODE_LIFETIME: std::time::Duration = std::time::Duration::from_mins(1);

impl Walker<'_> {
    /// Takes in what an answer says: new tokens, and how the credentials stand now.
    pub(super) fn learn(&mut self, request: &Request, answer: &Answer, answered: &Answered) {
        let body = answer.json();
        let family = self.family();
        predict::settle(
            self.session,
            request,
            answered,
            body.as_ref(),
            &self.known,
            family,
        );
        if (200..300).contains(&answer.status) && self.is_the_call(request) {
            let token = self.session.facts.access_token.clone();
            self.session.facts.called_with = token;
        }
        if let Some(body) = body.filter(|_| answer.status == 200) {
            self.take_tokens(request, &body);
        }
    }

    /// Whether a request is the call of the walk, with the newest access token.
    fn is_the_call(&self, request: &Request) -> bool {
        let (facts, setup) = (&self.session.facts, &self.session.setup);
        let Some((call, token)) = setup.call.as_ref().zip(facts.access_token.as_ref()) else {
            return false;
        };
        let url = format!("{}{}", self.session.target.base_url, call.path);
        let bearer = format!("Bearer {token}");
        request.method == call.method
            && request.url == url
            && request.header("Authorization") == Some(&bearer)
    }

    /// Which walk through the consent pages the credentials come from: the run of it.
    pub(super) fn family(&self) -> u32 {
        self.session
            .run_of(Step::SignIn)
            .map_or(0, |run| run.number)
    }

    fn take_tokens(&mut self, request: &Request, body: &Value) {
        let endpoint = self.session.facts.metadata.as_ref();
        let endpoint = endpoint.and_then(|it| it.get("token_endpoint")?.as_str());
        let is_token = endpoint.is_some_and(|it| request.url.split('?').next() == Some(it));
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let Some(access) = text("access_token").filter(|_| is_token) else {
            return;
        };
        let is_refresh = request.field("grant_type").as_deref() == Some("refresh_token");
        let facts = &mut self.session.facts;
        facts.access_token = Some(access);
        if let Some(refresh) = text("refresh_token") {
            if is_refresh && facts.refresh_token.as_ref() != Some(&refresh) {
                facts.old_refresh_token = facts.refresh_token.take();
            }
            facts.refresh_token = Some(refresh);
        }
        // The one of a refresh has no nonce to be checked (OpenID Connect Core 1.0 §12.2).
        if !is_refresh {
            facts.id_token = text("id_token");
        }
        if let Some(scope) = text("scope") {
            facts.granted = scope.split(' ').map(str::to_owned).collect();
        }
    }

    /// Notes a code that came back, with what it was asked for.
    pub(super) fn note_code(&mut self, code: &str, authorization_url: &str) {
        let asked = Request::get(authorization_url);
        let family = self.family();
        let server_now = self.known.server_now();
        let known = self.session.credentials.iter().any(|it| it.value == code);
        if known {
            return;
        }
        self.session.credentials.push(Credential {
            value: code.to_owned(),
            kind: CredentialKind::Code,
            client_id: asked.parameter("client_id").unwrap_or_default(),
            state: CredentialState::Active,
            redirect_uri: asked.parameter("redirect_uri"),
            challenge: asked.parameter("code_challenge"),
            scopes: asked
                .parameter("scope")
                .unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            expires_at: Some(server_now.plus(CODE_LIFETIME)),
            family,
            given: Some(Step::SignIn),
            ended: None,
        });
    }
}
