//! `GET /v1/memberships/{user_id}/conversion-eligibility`: what holds a conversion back.

use connect_core::Timestamp;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::membership::{self as rows, Lock, LockStatus, MembershipState};
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Parameter, Verb};
use crate::failure::Failure;
use crate::schema::words;
use crate::service::Service;

pub(crate) const ELIGIBILITY: Operation = Operation::new::<Eligibility>(
    Service::Membership,
    Verb::Get,
    "/v1/memberships/{user_id}/conversion-eligibility",
    "memberships_conversion_eligibility",
    "read:membership",
    |call| Box::pin(eligibility(call)),
)
.summary("Whether a membership may be converted")
.notes("Assumed: eligible is who has an active membership and no lock that still holds; a lock ends by time.")
.source("/reference/api/membership/get_v1_memberships__user_id_conversion-eligibility")
.parameters(&[Parameter::path("user_id", "The token's person.")])
.refuses(&[ErrorCode::NotFound]);

/// Whether, and what stands against it.
#[derive(Debug, Serialize, JsonSchema)]
struct Eligibility {
    user_id: String,
    eligible: bool,
    pending_locks: usize,
    locks: Vec<LockView>,
}

/// A lock on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct LockView {
    lock_id: String,
    subscription_id: String,
    #[schemars(schema_with = "words::word::<LockStatus>")]
    status: LockStatus,
    locked_at: Timestamp,
    expires_at: Timestamp,
}

async fn eligibility(call: &Call) -> Result<Answer, Failure> {
    let person = call.own("user_id", call.part("user_id"))?;
    let mut connection = call.read().await?;
    let membership = rows::of_user(&mut connection, &person.id).await?;
    let locks: Vec<LockView> = rows::locks(&mut connection, &person.id)
        .await?
        .iter()
        .map(|row| view(row, call.now()))
        .collect();
    let pending_locks = locks
        .iter()
        .filter(|lock| lock.status == LockStatus::Pending)
        .count();
    let active = membership.is_some_and(|row| row.state == MembershipState::Active);
    Ok(Answer::ok(&Eligibility {
        user_id: person.id.to_string(),
        eligible: active && pending_locks == 0,
        pending_locks,
        locks,
    }))
}

fn view(row: &Lock, now: Timestamp) -> LockView {
    let over = row.status == LockStatus::Pending && row.expires_at <= now;
    LockView {
        lock_id: row.id.to_string(),
        subscription_id: row.subscription_id.to_string(),
        status: if over {
            LockStatus::Expired
        } else {
            row.status
        },
        locked_at: row.locked_at,
        expires_at: row.expires_at,
    }
}
