//! The rate limit, off unless it is switched on (ruling 29: no number is documented). A minute is one of the sandbox's
//! clock, so that a paused clock keeps a limited app limited.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use connect_core::Timestamp;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::id::ClientId;
use connect_core::protocol::error::ErrorCode;
use connect_wire::answer::Refused;

use super::Request;
use crate::Services;
use crate::call::Caller;
use crate::failure::Failure;
use crate::service::Service;

const MINUTE: i64 = 60_000;

/// How many requests each app sent to each service in the running minute.
#[derive(Debug, Default)]
pub(crate) struct Limiter(Mutex<HashMap<(ClientId, Service), Window>>);

#[derive(Debug, Clone, Copy)]
struct Window {
    began: Timestamp,
    count: u32,
}

impl Limiter {
    /// Counts a request, and refuses it when the minute is used up.
    pub(super) fn check(
        &self,
        services: &Services,
        request: &Request,
        caller: &Caller,
    ) -> Result<(), Failure> {
        let Some(most) = services.settings.get().rate_limit_per_minute else {
            return Ok(());
        };
        let now = request.exchange.started().sandbox;
        let began = Timestamp::from_millis(now.as_millis().div_euclid(MINUTE) * MINUTE);
        let key = (caller.client.client.id.clone(), request.operation.service);
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.entry(key).or_insert(Window { began, count: 0 });
        if window.began != began {
            *window = Window { began, count: 0 };
        }
        if window.count < most {
            window.count += 1;
            request.exchange.note(|notes| notes.passed("rate_limit"));
            return Ok(());
        }
        let wait = u64::try_from(began.plus_millis(MINUTE).millis_since(now)).unwrap_or(0);
        let refusal = Refusal::new(
            "rate_limit",
            ErrorCode::RateLimited,
            "Too many requests",
            Clause::assumed("ruling 29: the limit is a setting; no number is documented"),
        )
        .expected(format!("at most {most} requests a minute from an app to a service"))
        .received("one more")
        .fix("Wait as long as Retry-After says, with jitter. The limit is the setting `rate_limit_per_minute`.");
        Err(Refused::retry_after(refusal, Duration::from_millis(wait.max(1))).into())
    }
}
