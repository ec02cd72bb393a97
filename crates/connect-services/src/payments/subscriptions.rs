//! `GET /v1/subscriptions/{id}` and `POST /v1/subscriptions/{id}/pause`.

use connect_core::Timestamp;
use connect_core::domain::journal::{Kind, Origin};
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_store::WorldTx;
use connect_store::services::payments::{self as rows, Subscription, SubscriptionStatus};
use connect_store::services::reading;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::access::not_visible;
use crate::answer::Answer;
use crate::call::{Call, Subject};
use crate::catalogue::{Gate, Operation, Parameter, Verb};
use crate::failure::Failure;
use crate::schema::words;
use crate::service::Service;

pub(crate) const GET: Operation = Operation::new::<SubscriptionView>(
    Service::Payments,
    Verb::Get,
    "/v1/subscriptions/{id}",
    "subscriptions_get",
    "read:subscriptions",
    |call| Box::pin(get(call)),
)
.summary("A subscription of the token's person")
.notes("GET /v1/billing/summary names its id. `customer_id` is the person (assumed).")
.source("/reference/api/payments/get_v1_subscriptions__id")
.parameters(&[Parameter::path("id", "The subscription.")])
.refuses(&[ErrorCode::NotFound]);

pub(crate) const PAUSE: Operation = Operation::new::<Paused>(
    Service::Payments,
    Verb::Post,
    "/v1/subscriptions/{id}/pause",
    "subscriptions_pause",
    "read:subscriptions",
    |call| Box::pin(pause(call)),
)
.kept_a_week()
.summary("Pause a subscription")
.notes(
    "For Loop's own apps and the payments service's machine: no scope of third parties covers it (assumed). Assumed: only \
     an active subscription can be paused, and `cancel_reason` keeps the reason.",
)
.gate(Gate::Own("read:subscriptions"))
.source("/reference/api/payments/post_v1_subscriptions__id_pause")
.parameters(&[Parameter::path("id", "The subscription.")])
.takes::<PauseRequest>()
.refuses(&[ErrorCode::NotFound, ErrorCode::Conflict]);

/// A subscription on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct SubscriptionView {
    id: String,
    customer_id: String,
    stripe_subscription_id: String,
    plan_id: String,
    #[schemars(schema_with = "words::word::<SubscriptionStatus>")]
    status: SubscriptionStatus,
    current_period_start: Timestamp,
    current_period_end: Timestamp,
    cancelled_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// Why it is paused.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct PauseRequest {
    #[serde(default)]
    #[schemars(length(max = 500))]
    pub(super) reason: Option<String>,
}

/// What became of it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Paused {
    id: String,
    #[schemars(schema_with = "words::word::<SubscriptionStatus>")]
    status: SubscriptionStatus,
    cancel_at_period_end: bool,
    cancel_reason: Option<String>,
}

async fn get(call: &Call) -> Result<Answer, Failure> {
    let person = call.person()?;
    let id = call.part("id");
    let found = rows::subscription(&mut *call.read().await?, call.brand(), id).await?;
    let row = found
        .filter(|row| row.user_id == person.id)
        .ok_or_else(|| unknown(id))?;
    call.passed("own_data");
    Ok(Answer::ok(&SubscriptionView {
        id: row.id.to_string(),
        customer_id: row.user_id.to_string(),
        stripe_subscription_id: row.stripe_subscription_id,
        plan_id: row.plan_id,
        status: row.status,
        current_period_start: row.current_period_start,
        current_period_end: row.current_period_end,
        cancelled_at: row.cancelled_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }))
}

async fn pause(call: &Call) -> Result<Answer, Failure> {
    let request: PauseRequest = call.json()?;
    let (brand, id) = (call.brand().to_owned(), call.part("id").to_owned());
    let subject = call.caller.subject.clone();
    call.write(move |tx, origin| {
        Box::pin(async move {
            let found = rows::subscription(reading(tx), &brand, &id).await?;
            let own = |row: &Subscription| match &subject {
                Subject::Person(person) => row.user_id == person.id,
                Subject::Machine { .. } => true,
            };
            let row = found.filter(own).ok_or_else(|| unknown(&id))?;
            stop(tx, origin, row, request.reason).await
        })
    })
    .await
}

/// Pauses a subscription that is active.
pub(super) async fn stop(
    tx: &mut WorldTx,
    origin: &Origin,
    row: Subscription,
    reason: Option<String>,
) -> Result<Answer, Failure> {
    if row.status != SubscriptionStatus::Active {
        return Err(Refusal::new(
            "subscription_active",
            ErrorCode::Conflict,
            "The subscription is not active",
            Clause::assumed("/connect/errors conflict; no page speaks of a second pause"),
        )
        .expected("an active subscription")
        .received(format!("one that is {}", row.status.as_str()))
        .fix("Nothing to do: it does not run.")
        .into());
    }
    rows::pause(tx, &row.id, reason.as_deref(), origin.at.sandbox).await?;
    let detail = json!({ "table": "subscriptions", "user_id": row.user_id, "status": "paused" });
    let seq = tx.journal(origin, Kind::RecordUpdated, row.id.as_str(), &detail);
    Ok(Answer::ok(&Paused {
        id: row.id.to_string(),
        status: SubscriptionStatus::Paused,
        cancel_at_period_end: row.cancel_at_period_end,
        cancel_reason: reason,
    })
    .caused(seq))
}

pub(super) fn unknown(id: &str) -> Failure {
    not_visible(
        "own_data",
        "There is no such subscription, or not for this token",
        String::from("the id of a subscription of the token's person"),
        id,
        "GET /v1/billing/summary names the subscription.",
    )
}
