//! What is foreseen, in both profiles, without a server: the table of `tests/it` holds it against one.

mod authorize;
mod rate;
mod services;
mod token;

use std::time::Duration;

use connect_core::domain::app::{AppType, IdTokenAlg, Profile};
use connect_core::domain::secret::SecretText;
use connect_core::{Moment, Timestamp};

use super::{predict, settle};
use crate::known::{Caller, Counted, Known, Operation, Registration, Rules};
use crate::plan::Request;
use crate::samples;
use crate::session::{Answered, Credential, CredentialKind, CredentialState, Place, Session};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const BASE: &str = "http://localhost:9400";
const WEB: &str = "client_01HXYDEMO";
const SPA: &str = "client_01HXYSPA";
const REDIRECT: &str = samples::REDIRECT;
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A server as it is known, a session with it, and what it will answer.
struct Stage {
    known: Known,
    session: Session,
}

impl Stage {
    fn new(profile: Profile) -> Self {
        let mut session = samples::session();
        session.facts.cookies.clear();
        session.credentials.clear();
        let known = Known {
            rules: Rules {
                profile,
                refresh_grace_seconds: 0,
                userinfo: false,
                auto_approve: false,
                rate_limit_per_minute: None,
                virtual_time: false,
            },
            apps: vec![
                registration(WEB, AppType::Web, session.setup.client_secret.as_deref()),
                registration(SPA, AppType::Spa, None),
            ],
            operations: operations(),
            keys: None,
            now: Moment {
                sandbox: NOW,
                wall: NOW,
            },
            counted: Counted::default(),
        };
        let mut stage = Self { known, session };
        stage.hold("code", CredentialKind::Code, CredentialState::Active);
        stage.hold(
            "access",
            CredentialKind::AccessToken,
            CredentialState::Active,
        );
        stage.hold(
            "old",
            CredentialKind::RefreshToken,
            CredentialState::Rotated,
        );
        stage.hold(
            "refresh",
            CredentialKind::RefreshToken,
            CredentialState::Active,
        );
        stage
    }

    /// Puts a credential among those of the session.
    fn hold(&mut self, value: &str, kind: CredentialKind, state: CredentialState) {
        let life = match kind {
            CredentialKind::Code => Duration::from_mins(1),
            CredentialKind::AccessToken => Duration::from_hours(1),
            CredentialKind::RefreshToken => super::refresh::LIFE,
        };
        self.session.credentials.push(Credential {
            value: value.to_owned(),
            kind,
            client_id: WEB.to_owned(),
            state,
            redirect_uri: Some(REDIRECT.to_owned()),
            challenge: Some(CHALLENGE.to_owned()),
            scopes: vec!["openid".to_owned(), "read:biomarkers".to_owned()],
            expires_at: Some(NOW.plus(life)),
            family: 1,
            given: None,
            ended: None,
        });
    }

    fn advance(&mut self, span: Duration) {
        self.known.now.sandbox = self.known.now.sandbox.plus(span);
    }

    /// Where, with which status and error a request will be answered.
    #[track_caller]
    fn says(&self, request: &Request) -> (Place, Option<u16>, Option<String>) {
        let foreseen = predict(request, &self.session, &self.known).expect("a prediction");
        assert!(foreseen.words.ends_with('.') && foreseen.because.ends_with('.'));
        let it = foreseen.expected;
        (it.place, it.status, it.error)
    }

    /// That the answer's body is an error.
    #[track_caller]
    fn refuses(&self, request: &Request, status: u16, error: &str) {
        let said = self.says(request);
        assert_eq!(said, (Place::Body, Some(status), Some(error.to_owned())));
    }

    #[track_caller]
    fn answers(&self, request: &Request, status: u16) {
        assert_eq!(self.says(request), (Place::Body, Some(status), None));
    }

    /// Takes an answer in as it was foreseen.
    fn settle(&mut self, request: &Request, body: Option<&serde_json::Value>) {
        let (place, status, error) = self.says(request);
        let answered = Answered {
            place,
            status,
            error,
        };
        settle(&mut self.session, request, &answered, body, &self.known, 7);
    }

    fn state(&self, value: &str) -> CredentialState {
        let mut credentials = self.session.credentials.iter();
        let found = credentials.find(|it| it.value == value);
        found.expect("a credential of the session").state
    }

    fn secret(&self) -> String {
        self.session.setup.client_secret.clone().expect("a secret")
    }

    fn form(&self, path: &str, fields: &[(&str, &str)]) -> Request {
        let mut request = Request::form_post(format!("{BASE}{path}"), fields);
        request.set_field("client_id", Some(WEB));
        request.set_field("client_secret", Some(&self.secret()));
        request
    }
}

fn registration(client_id: &str, app_type: AppType, secret: Option<&str>) -> Registration {
    Registration {
        client_id: client_id.to_owned(),
        name: "An app".to_owned(),
        app_type,
        redirect_uris: vec![REDIRECT.to_owned()],
        scopes: ["openid", "profile", "read:biomarkers", "read:check_ins"]
            .map(str::to_owned)
            .to_vec(),
        baa_signed: true,
        enabled: true,
        first_party: false,
        secrets: secret.map(SecretText::new).into_iter().collect(),
        id_token_alg: IdTokenAlg::EdDsa,
        access_token_lifetime: Duration::from_hours(1),
    }
}

fn operations() -> Vec<Operation> {
    let operation = |method: &str, path: &str, scope: &str| Operation {
        method: method.to_owned(),
        path: path.to_owned(),
        summary: String::new(),
        scope: Some(scope.to_owned()),
    };
    vec![
        operation("GET", "/clinical/v1/biomarkers/me", "read:biomarkers"),
        operation("GET", "/clinical/v1/check-ins", "read:check_ins"),
        operation("POST", "/clinical/v1/biomarkers/parse", "read:biomarkers"),
        operation(
            "GET",
            "/clinical/v1/red-flags/{patient_id}",
            "read:biomarkers",
        ),
        operation("GET", "/payments/v1/payments/{id}", "read:payments"),
    ]
}

/// The same in both profiles.
fn in_both(test: fn(Stage)) {
    for profile in [Profile::Loop, Profile::Strict] {
        test(Stage::new(profile));
    }
}
