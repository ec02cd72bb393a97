//! A sandbox of one test: a world on a file, the seeded people, an app, and tokens made as identity makes them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use connect_core::domain::actor::Actor;
use connect_core::domain::app::{AppType, BaaStatus, Client, IdTokenAlg, Person};
use connect_core::domain::credential::{
    Credential, CredentialDetail, CredentialKind, CredentialState,
};
use connect_core::domain::exchange::Notes;
use connect_core::domain::journal::{Kind, Origin};
use connect_core::domain::secret::SecretText;
use connect_core::domain::settings::{LiveSettings, Settings};
use connect_core::id::{ClientId, CredentialId, GrantId, UserId};
use connect_core::protocol::scope::{CATALOGUE as SCOPES, ScopeSet};
use connect_core::{Env, Timestamp};
use connect_store::{
    NewCredential, StoreError, World, WorldOptions, WorldTx, clients, credentials, people,
};
use connect_testkit::{ManualClock, START, seeded_env};
use connect_wire::ExchangeHandle;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::seed::{seed_brands, seed_person};
use crate::{Services, router};

/// A sandbox with maya, jonas (both `loop`) and priya (`loopbio`), and one app that may do everything.
pub(super) struct Sandbox {
    pub(super) env: Arc<Env>,
    pub(super) clock: ManualClock,
    pub(super) world: World,
    pub(super) settings: Arc<LiveSettings>,
    pub(super) router: Router,
    pub(super) app: ClientId,
    pub(super) people: Vec<Person>,
    _directory: tempfile::TempDir,
}

/// An answer, and what was noted on its exchange.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
    pub(super) notes: Notes,
}

impl Reply {
    /// `error` of the body.
    pub(super) fn error(&self) -> &str {
        self.body["error"].as_str().unwrap_or("")
    }

    /// The check that failed.
    pub(super) fn refused_by(&self) -> &'static str {
        self.notes
            .refusal
            .as_ref()
            .map_or("", |refusal| refusal.check)
    }

    /// What the failed check got.
    pub(super) fn received(&self) -> &str {
        self.notes
            .refusal
            .as_ref()
            .map_or("", |refusal| &refusal.received)
    }

    /// A header's text.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }
}

/// A request on its way.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Ask {
    pub(super) fn new(method: &str, path: impl Into<String>) -> Self {
        Self {
            method: method.parse().expect("a method"),
            path: path.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    pub(super) fn post(path: impl Into<String>, body: &Value) -> Self {
        Self::new("POST", path).json(body)
    }

    pub(super) fn json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into_bytes();
        self.without("content-type")
            .header("content-type", "application/json")
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    pub(super) fn bearer(self, token: &SecretText) -> Self {
        let value = format!("Bearer {}", token.expose());
        self.without("authorization")
            .header("authorization", &value)
    }

    pub(super) fn key(self, key: &str) -> Self {
        self.without("idempotency-key")
            .header("idempotency-key", key)
    }
}

fn client(id: ClientId, app_type: AppType, scopes: ScopeSet) -> Client {
    Client {
        id,
        name: String::from("Lab Aggregator"),
        app_type,
        redirect_uris: vec![String::from("http://localhost:3000/callback")],
        allowed_scopes: scopes,
        allowed_origins: Vec::new(),
        client_uri: None,
        logo_uri: None,
        webhook_url: None,
        brand_id: String::from("loop"),
        service: None,
        is_first_party: false,
        enabled: true,
        baa_status: BaaStatus::Signed,
        access_token_lifetime: Duration::from_hours(1),
        id_token_alg: IdTokenAlg::EdDsa,
        created_at: START,
        updated_at: START,
    }
}

impl Sandbox {
    pub(super) async fn start() -> Self {
        let (env, clock) = seeded_env();
        let directory = tempfile::tempdir().expect("a directory");
        let options = WorldOptions {
            path: directory.path().join("world.db"),
            durability: connect_store::Durability::Process,
        };
        let world = World::open(&options, Arc::clone(&env))
            .await
            .expect("a world");
        let settings = Arc::new(LiveSettings::new(Settings::default()));
        let services = Arc::new(Services::new(
            Arc::clone(&env),
            world.clone(),
            Arc::clone(&settings),
        ));
        let people: Vec<Person> = [
            ("maya@example.com", "Maya Lindqvist", "loop"),
            ("jonas@example.com", "Jonas Weber", "loop"),
            ("priya@example.com", "Priya Raman", "loopbio"),
        ]
        .into_iter()
        .zip(1_u128..)
        .map(|((email, name, brand), number)| Person {
            id: connect_core::id::TypedId::from_ulid(ulid::Ulid::from_parts(
                1_700_000_000_000,
                number,
            )),
            email: email.to_owned(),
            name: name.to_owned(),
            brand_id: brand.to_owned(),
            locale: String::from("en-US"),
            description: String::new(),
            created_at: START,
            updated_at: START,
        })
        .collect();
        let app: ClientId = env.id();
        let sandbox = Self {
            router: router(services),
            env,
            clock,
            world,
            settings,
            app: app.clone(),
            people: people.clone(),
            _directory: directory,
        };
        let everything = ScopeSet::parse(
            &SCOPES
                .iter()
                .filter(|scope| !scope.machine_only)
                .map(|scope| scope.name)
                .collect::<Vec<_>>()
                .join(" "),
        )
        .expect("scopes of the catalogue");
        let registered = client(app, AppType::Web, everything);
        let origin = sandbox.origin();
        sandbox
            .write(move |tx| {
                Box::pin(async move {
                    clients::put(tx, &registered, true).await?;
                    seed_brands(tx, &origin).await?;
                    for person in &people {
                        people::insert(tx, person, true).await?;
                    }
                    for person in &people {
                        seed_person(tx, &origin, person).await?;
                    }
                    Ok(())
                })
            })
            .await;
        sandbox
    }

    pub(super) fn now(&self) -> Timestamp {
        self.env.now()
    }

    pub(super) fn person(&self, name: &str) -> &Person {
        self.people
            .iter()
            .find(|person| person.email.starts_with(name))
            .expect("a persona")
    }

    pub(super) fn id(&self, name: &str) -> &UserId {
        &self.person(name).id
    }

    pub(super) fn origin(&self) -> Origin {
        Origin {
            at: self.env.moment(),
            actor: Actor::Console,
            trace: self.env.id(),
            cause: None,
            exchange: None,
        }
    }

    pub(super) async fn write<T, W>(&self, work: W) -> T
    where
        T: Send + 'static,
        W: for<'tx> FnOnce(&'tx mut WorldTx) -> BoxFuture<'tx, Result<T, StoreError>>
            + Send
            + 'static,
    {
        self.world.write(work).await.expect("a unit of work")
    }

    /// Changes the registration of an app.
    pub(super) async fn change_app(&self, id: &ClientId, change: impl FnOnce(&mut Client)) {
        let mut registered = self
            .world
            .client(id)
            .await
            .expect("reads")
            .expect("an app")
            .client
            .clone();
        change(&mut registered);
        self.write(move |tx| Box::pin(async move { clients::put(tx, &registered, true).await }))
            .await;
    }

    /// Registers a machine.
    pub(super) async fn machine(&self, service: Option<&str>, scopes: &str) -> ClientId {
        let id: ClientId = self.env.id();
        let mut registered = client(
            id.clone(),
            AppType::M2m,
            ScopeSet::parse(scopes).expect("scopes"),
        );
        registered.service = service.map(str::to_owned);
        self.write(move |tx| Box::pin(async move { clients::put(tx, &registered, true).await }))
            .await;
        id
    }

    /// A persona's access token for the app.
    pub(super) async fn token(&self, name: &str, scopes: &str) -> SecretText {
        let user = self.id(name).clone();
        self.issue(
            CredentialKind::AccessToken,
            self.app.clone(),
            Some(user),
            scopes,
            None,
        )
        .await
    }

    /// A persona's access token that opens everything.
    pub(super) async fn all(&self, name: &str) -> SecretText {
        let scopes: Vec<&str> = SCOPES
            .iter()
            .filter(|scope| !scope.machine_only)
            .map(|scope| scope.name)
            .collect();
        self.token(name, &scopes.join(" ")).await
    }

    /// The access token of a persona that is not there.
    pub(super) async fn nobody(&self) -> SecretText {
        let user = Some(UserId::from_text("user_gone"));
        let kind = CredentialKind::AccessToken;
        self.issue(kind, self.app.clone(), user, "read:biomarkers", None)
            .await
    }

    /// A credential of any kind, with the journal entry that says so.
    pub(super) async fn issue(
        &self,
        kind: CredentialKind,
        client: ClientId,
        user: Option<UserId>,
        scopes: &str,
        audience: Option<&str>,
    ) -> SecretText {
        let secret = self.env.secret(kind.prefix());
        let origin = self.origin();
        let mut credential = Credential {
            id: self.env.id::<CredentialId>(),
            hash: secret.hash(),
            kind,
            state: CredentialState::Active,
            client_id: Some(client),
            grant_id: user.as_ref().map(|_| self.env.id::<GrantId>()),
            user_id: user,
            parent: None,
            root: None,
            scope: ScopeSet::parse(scopes).expect("scopes"),
            issued_at: self.now(),
            expires_at: Some(self.now().plus(Duration::from_hours(1))),
            ended_at: None,
            trace: origin.trace.clone(),
            issued_by: connect_core::domain::journal::Seq(0),
            detail: CredentialDetail {
                audience: audience.map(str::to_owned),
                ..CredentialDetail::default()
            },
        };
        self.write(move |tx| {
            Box::pin(async move {
                credential.issued_by = tx.journal(
                    &origin,
                    Kind::CodeRedeemed,
                    credential.id.as_str(),
                    &json!({}),
                );
                credentials::insert(
                    tx,
                    &NewCredential {
                        credential,
                        sealed: Vec::new(),
                    },
                )
                .await
            })
        })
        .await;
        secret
    }

    /// Sends a request and reads the answer and its notes.
    pub(super) async fn send(&self, ask: Ask) -> Reply {
        let here = SocketAddr::from(([127, 0, 0, 1], 9400));
        let exchange = ExchangeHandle::new(&self.env, "platform", here, here);
        let mut request = Request::builder()
            .method(ask.method)
            .uri(&ask.path)
            .header("host", "127.0.0.1:9400");
        for (name, value) in &ask.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(Body::from(ask.body)).expect("a request");
        request.extensions_mut().insert(exchange.clone());
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("infallible");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            notes: exchange.note(std::mem::take),
        }
    }
}
