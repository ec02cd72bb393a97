//! `GET /v1/billing/summary`, `POST /v1/billing/subscription/pause`, `POST /v1/billing/portal-session`.

use connect_core::Timestamp;
use connect_core::domain::journal::Kind;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::payments::{
    self as rows, Subscription, SubscriptionSource, SubscriptionStatus,
};
use connect_store::services::reading;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::subscriptions::{PauseRequest, Paused, stop, unknown};
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Gate, Operation, Verb};
use crate::failure::Failure;
use crate::schema::words;
use crate::service::Service;

pub(crate) const SUMMARY: Operation = Operation::new::<Summary>(
    Service::Payments,
    Verb::Get,
    "/v1/billing/summary",
    "billing_summary",
    "read:payments",
    |call| Box::pin(summary(call)),
)
.summary("What the token's person subscribes to and pays with")
.source("/reference/api/payments/get_v1_billing_summary");

pub(crate) const PAUSE: Operation = Operation::new::<Paused>(
    Service::Payments,
    Verb::Post,
    "/v1/billing/subscription/pause",
    "billing_subscription_pause",
    "read:subscriptions",
    |call| Box::pin(pause(call)),
)
.kept_a_week()
.summary("Pause the person's subscription")
.notes("For Loop's own apps: no scope of third parties covers it (assumed). A machine has no current person: 403.")
.gate(Gate::Own("read:subscriptions"))
.source("/reference/api/payments/post_v1_billing_subscription_pause")
.takes::<PauseRequest>()
.refuses(&[ErrorCode::NotFound, ErrorCode::Conflict]);

pub(crate) const PORTAL: Operation = Operation::new::<PortalSession>(
    Service::Payments,
    Verb::Post,
    "/v1/billing/portal-session",
    "billing_portal_session",
    "read:payments",
    |call| Box::pin(portal(call)),
)
.rules()
.kept_a_week()
.summary("A link to the billing portal")
.notes("The sandbox has no portal: the link leads straight back to `return_url`, with `portal_session` added (assumed).")
.source("/reference/api/payments/post_v1_billing_portal-session")
.takes::<PortalRequest>();

/// Subscription and card of a person.
#[derive(Debug, Serialize, JsonSchema)]
struct Summary {
    subscription: Option<SubscriptionSummary>,
    payment_method: Option<CardView>,
}

/// A subscription in the summary.
#[derive(Debug, Serialize, JsonSchema)]
struct SubscriptionSummary {
    id: String,
    stripe_subscription_id: String,
    stripe_customer_id: Option<String>,
    plan_id: String,
    #[schemars(schema_with = "words::word::<SubscriptionStatus>")]
    status: SubscriptionStatus,
    current_period_start: Timestamp,
    current_period_end: Timestamp,
    cancel_at_period_end: bool,
    cancel_reason: Option<String>,
    #[schemars(schema_with = "words::word::<SubscriptionSource>")]
    source: SubscriptionSource,
}

impl From<Subscription> for SubscriptionSummary {
    fn from(row: Subscription) -> Self {
        Self {
            id: row.id.to_string(),
            stripe_subscription_id: row.stripe_subscription_id,
            stripe_customer_id: row.stripe_customer_id,
            plan_id: row.plan_id,
            status: row.status,
            current_period_start: row.current_period_start,
            current_period_end: row.current_period_end,
            cancel_at_period_end: row.cancel_at_period_end,
            cancel_reason: row.cancel_reason,
            source: row.source,
        }
    }
}

/// A card.
#[derive(Debug, Serialize, JsonSchema)]
struct CardView {
    brand: String,
    last4: String,
    exp_month: u8,
    exp_year: u16,
}

/// Where to come back to.
#[derive(Debug, Deserialize, JsonSchema)]
struct PortalRequest {
    #[schemars(url)]
    return_url: String,
}

/// Where to go.
#[derive(Debug, Serialize, JsonSchema)]
struct PortalSession {
    #[schemars(url)]
    url: String,
}

async fn summary(call: &Call) -> Result<Answer, Failure> {
    let person = call.person()?;
    let mut connection = call.read().await?;
    let subscription = rows::current(&mut connection, &person.id).await?;
    let card = rows::method(&mut connection, &person.id).await?;
    Ok(Answer::ok(&Summary {
        subscription: subscription.map(SubscriptionSummary::from),
        payment_method: card.map(|row| CardView {
            brand: row.card,
            last4: row.last4,
            exp_month: row.exp_month,
            exp_year: row.exp_year,
        }),
    }))
}

async fn pause(call: &Call) -> Result<Answer, Failure> {
    let request: PauseRequest = call.json()?;
    let person = call.person()?;
    call.write(move |tx, origin| {
        Box::pin(async move {
            let row = rows::current(reading(tx), &person.id)
                .await?
                .ok_or_else(|| unknown("none"))?;
            stop(tx, origin, row, request.reason).await
        })
    })
    .await
}

async fn portal(call: &Call) -> Result<Answer, Failure> {
    let request: PortalRequest = call.json()?;
    let person = call.person()?;
    let env = call.env();
    call.write(move |tx, origin| {
        Box::pin(async move {
            let session = format!("bps_{}", env.ulid());
            let detail = json!({ "table": "portal_sessions", "user_id": person.id });
            let seq = tx.journal(origin, Kind::RecordCreated, &session, &detail);
            let (page, fragment) = match request.return_url.split_once('#') {
                Some((page, fragment)) => (page, format!("#{fragment}")),
                None => (request.return_url.as_str(), String::new()),
            };
            let mark = if page.contains('?') { '&' } else { '?' };
            let url = format!("{page}{mark}portal_session={session}{fragment}");
            Ok(Answer::ok(&PortalSession { url }).caused(seq))
        })
    })
    .await
}
