//! The rate limit, off unless it is switched on (ruling 29): each app has its own count at each service.

use connect_wire::answer::Refused;

use super::Request;
use crate::Services;
use crate::call::Caller;
use crate::failure::Failure;

/// Counts a request, and refuses it when its minute is used up.
pub(super) fn check(
    services: &Services,
    request: &Request,
    caller: &Caller,
) -> Result<(), Failure> {
    let Some(most) = services.settings.get().rate_limit_per_minute else {
        return Ok(());
    };
    let key = (caller.client.client.id.clone(), request.operation.service);
    let now = request.exchange.started().sandbox;
    services
        .limiter
        .count(key, most, now)
        .map_err(|exceeded| Refused::retry_after(exceeded.refusal, exceeded.wait))?;
    request
        .exchange
        .note(|notes| notes.passed("rate_within_limit"));
    Ok(())
}
