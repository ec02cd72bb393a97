//! The rate limit, when it is switched on (ruling 29): so many requests a minute for each caller and service.
//!
//! No number is documented, so it is off by default. A caller is a bearer token, or an address where there is none.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::secret::CredentialHash;
use connect_core::domain::standing::Clause;
use connect_core::id::WorkspaceId;
use connect_core::protocol::error::ErrorCode;
use connect_wire::{ExchangeHandle, Refused, answer};
use http::header;

use super::addressing::SERVICES;
use crate::App;

/// One minute of sandbox time, in milliseconds.
const WINDOW: i64 = 60_000;

type Key = (WorkspaceId, &'static str, CredentialHash);

/// Requests in the present window, by caller and service.
static COUNTS: LazyLock<Mutex<HashMap<Key, (i64, u32)>>> = LazyLock::new(Mutex::default);

pub(super) async fn limit(
    State(app): State<App>,
    exchange: ExchangeHandle,
    request: Request,
    next: Next,
) -> Response {
    let Some(limit) = app.0.settings.get().rate_limit_per_minute else {
        return next.run(request).await;
    };
    let path = request.uri().path();
    let service =
        SERVICES.into_iter().find(|service| path.starts_with(&format!("/{service}/"))).unwrap_or("identity");
    let caller = match request.headers().get(header::AUTHORIZATION) {
        Some(value) => CredentialHash::of(&String::from_utf8_lossy(value.as_bytes())),
        None => CredentialHash::of(&exchange.peer().ip().to_string()),
    };
    let now = exchange.started().sandbox.as_millis();
    let window = now.div_euclid(WINDOW);
    let count = {
        let mut counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
        counts.retain(|_, (at, _)| *at == window);
        let (_, count) = counts.entry((app.0.workspace.clone(), service, caller)).or_insert((window, 0));
        *count += 1;
        *count
    };
    if count <= limit {
        exchange.note(|notes| notes.passed("rate_within_limit"));
        return next.run(request).await;
    }
    let wait = Duration::from_millis(u64::try_from((window + 1) * WINDOW - now).unwrap_or(1000));
    let refusal = Refusal::new(
        "rate_within_limit",
        ErrorCode::RateLimited,
        "Too many requests",
        Clause::documented("seed partner app step 5: honor Retry-After"),
    )
    .expected(format!("at most {limit} requests a minute (this sandbox's setting; no number is documented)"))
    .received(format!("request {count} of this minute"))
    .fix("Wait for the seconds in Retry-After, and back off with jitter.");
    answer::refuse(&exchange, Refused::retry_after(refusal, wait))
}
