//! A partner app as tests play it: its credentials, its authorization requests, its token requests.

use connect_core::protocol::pkce;
use serde_json::Value;

use super::http::{Answer, Request, encode};
use super::sandbox::{Sandbox, text};

/// A registered app with what it keeps.
#[derive(Debug, Clone)]
pub(crate) struct Partner {
    pub(crate) client_id: String,
    pub(crate) secret: Option<String>,
    pub(crate) webhook_secret: Option<String>,
    pub(crate) redirect_uri: String,
}

/// Parameters in the order they are sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params(pub(crate) Vec<(String, String)>);

impl Params {
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Self {
        Self(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    /// With one value for this parameter, wherever it stood.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some(pair) => value.clone_into(&mut pair.1),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// With this pair behind the others, whether or not the parameter is there already.
    pub(crate) fn also(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn encoded(&self) -> String {
        encode(&self.0)
    }

    /// Posted as a form body.
    pub(crate) fn post(&self, target: &str) -> Request {
        Request::post(target).form(&self.0)
    }
}

/// An authorization request with what the app remembers of it.
#[derive(Debug, Clone)]
pub(crate) struct Authorize {
    pub(crate) params: Params,
    pub(crate) verifier: String,
}

impl Authorize {
    pub(crate) fn set(self, name: &str, value: &str) -> Self {
        Self {
            params: self.params.set(name, value),
            ..self
        }
    }

    pub(crate) fn also(self, name: &str, value: &str) -> Self {
        Self {
            params: self.params.also(name, value),
            ..self
        }
    }

    pub(crate) fn without(self, name: &str) -> Self {
        Self {
            params: self.params.without(name),
            ..self
        }
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.params.get(name).unwrap_or("")
    }

    /// Path and query.
    pub(crate) fn target(&self) -> String {
        format!("/v1/oauth/authorize?{}", self.params.encoded())
    }

    pub(crate) fn request(&self) -> Request {
        Request::get(self.target())
    }

    /// Reads the code out of the redirect, which must be the app's.
    #[track_caller]
    pub(crate) fn code_of(&self, answer: &Answer) -> Code {
        let (place, _) = answer.redirect();
        assert_eq!(place, self.get("redirect_uri"), "{answer}");
        assert_eq!(answer.redirected("error"), None, "{answer}");
        assert_eq!(
            answer.redirected("state").as_deref(),
            Some(self.get("state")),
            "{answer}"
        );
        Code {
            value: answer
                .redirected("code")
                .unwrap_or_else(|| panic!("no code: {answer}")),
            verifier: self.verifier.clone(),
            redirect_uri: self.get("redirect_uri").to_owned(),
        }
    }
}

/// A code with what its exchange needs.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) value: String,
    pub(crate) verifier: String,
    pub(crate) redirect_uri: String,
}

/// A token answer.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) id_token: Option<String>,
    pub(crate) scope: String,
    pub(crate) expires_in: u64,
}

impl Tokens {
    /// Reads a token answer, which must be one.
    #[track_caller]
    pub(crate) fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{answer}");
        let body = answer.json();
        Self {
            access: text(&body["access_token"]),
            refresh: text(&body["refresh_token"]),
            id_token: body["id_token"].as_str().map(str::to_owned),
            scope: text(&body["scope"]),
            expires_in: body["expires_in"]
                .as_u64()
                .unwrap_or_else(|| panic!("expires_in is no number: {answer}")),
        }
    }
}

impl Partner {
    /// An authorization request for `scope`, right in everything.
    pub(crate) fn authorize(&self, sandbox: &Sandbox, scope: &str) -> Authorize {
        let verifier = sandbox.env.secret("").expose().to_owned();
        let state = sandbox.env.secret("").expose().to_owned();
        let params = Params::of(&[
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", scope),
            ("state", &state),
            ("code_challenge", &pkce::challenge(&verifier)),
            ("code_challenge_method", "S256"),
        ]);
        Authorize { params, verifier }
    }

    /// The app's credentials, as it sends them with every form.
    pub(crate) fn credentials(&self) -> Params {
        let params = Params::of(&[("client_id", &self.client_id)]);
        match &self.secret {
            Some(secret) => params.set("client_secret", secret),
            None => params,
        }
    }

    /// The form that exchanges a code.
    pub(crate) fn exchange(&self, code: &Code) -> Params {
        self.credentials()
            .set("grant_type", "authorization_code")
            .set("code", &code.value)
            .set("redirect_uri", &code.redirect_uri)
            .set("code_verifier", &code.verifier)
    }

    /// The form that refreshes.
    pub(crate) fn refresh(&self, token: &str) -> Params {
        self.credentials()
            .set("grant_type", "refresh_token")
            .set("refresh_token", token)
    }

    /// The same app with another way back.
    pub(crate) fn returning_to(&self, redirect_uri: &str) -> Self {
        Self {
            redirect_uri: redirect_uri.to_owned(),
            ..self.clone()
        }
    }
}

impl Sandbox {
    /// A code for `scope`, allowed without asking.
    pub(crate) async fn code(&self, partner: &Partner, scope: &str) -> Code {
        let authorize = partner.authorize(self, scope);
        authorize.code_of(&self.send(&authorize.request()).await)
    }

    pub(crate) async fn exchange(&self, partner: &Partner, code: &Code) -> Answer {
        self.token(&partner.exchange(code)).await
    }

    /// Posts a form to the token endpoint.
    pub(crate) async fn token(&self, form: &Params) -> Answer {
        self.send(&form.post("/v1/oauth/token")).await
    }

    /// A whole flow for `scope`, allowed without asking.
    pub(crate) async fn tokens(&self, partner: &Partner, scope: &str) -> Tokens {
        let code = self.code(partner, scope).await;
        Tokens::of(&self.exchange(partner, &code).await)
    }

    pub(crate) async fn refresh(&self, partner: &Partner, token: &str) -> Answer {
        self.token(&partner.refresh(token)).await
    }

    pub(crate) async fn revoke(&self, partner: &Partner, token: &str) -> Answer {
        self.send(
            &partner
                .credentials()
                .set("token", token)
                .post("/v1/oauth/revoke"),
        )
        .await
    }

    pub(crate) async fn introspect(&self, partner: &Partner, token: &str) -> Answer {
        self.send(
            &partner
                .credentials()
                .set("token", token)
                .post("/v1/oauth/introspect"),
        )
        .await
    }

    /// Whether introspection, asked by the token's own app, calls the token active; `None` is no clean answer.
    pub(crate) async fn is_active(&self, partner: &Partner, token: &str) -> bool {
        let body = self.introspect(partner, token).await.expect(200).json();
        match body["active"].as_bool() {
            Some(true) => true,
            Some(false) => {
                assert_eq!(
                    body,
                    serde_json::json!({ "active": false }),
                    "an inactive token has no other member"
                );
                false
            }
            None => panic!("no verdict: {body}"),
        }
    }

    /// The call of the quickstarts.
    pub(crate) async fn biomarkers(&self, access_token: &str) -> Answer {
        self.send(&Request::get("/v1/biomarkers/me").bearer(access_token))
            .await
    }

    /// A machine's token.
    pub(crate) async fn machine_token(&self, partner: &Partner, scope: &str) -> String {
        let form = partner
            .credentials()
            .set("grant_type", "client_credentials")
            .set("scope", scope);
        let answer = self.send(&form.post("/v1/tokens")).await.expect(200).json();
        text(&answer["access_token"])
    }

    /// The claims of an id_token, unverified.
    pub(crate) fn claims(token: &str) -> Value {
        use base64::Engine as _;
        let payload = token
            .split('.')
            .nth(1)
            .unwrap_or_else(|| panic!("{token} is no JWT"));
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(payload)
            .expect("base64url");
        serde_json::from_slice(&bytes).expect("claims are JSON")
    }
}
