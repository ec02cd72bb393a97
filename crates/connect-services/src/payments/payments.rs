//! `GET /v1/payments/{id}`.

use connect_core::Timestamp;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::payments::{self as rows, PaymentMode};
use schemars::JsonSchema;
use serde::Serialize;

use crate::access::not_visible;
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Parameter, Verb};
use crate::failure::Failure;
use crate::schema::words;
use crate::service::Service;

pub(crate) const GET: Operation = Operation::new::<PaymentView>(
    Service::Payments,
    Verb::Get,
    "/v1/payments/{id}",
    "payments_get",
    "read:payments",
    |call| Box::pin(get(call)),
)
.summary("A payment of the token's person")
.notes("`amount_cents` is text here and a number in events. `customer_id` is the person (assumed).")
.source("/reference/api/payments/get_v1_payments__id")
.parameters(&[Parameter::path("id", "The payment.")])
.refuses(&[ErrorCode::NotFound]);

/// A payment on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct PaymentView {
    id: String,
    customer_id: String,
    order_id: Option<String>,
    /// Hundredths of `currency`, as text.
    amount_cents: String,
    currency: String,
    status: String,
    stripe_payment_intent_id: Option<String>,
    #[schemars(schema_with = "words::word::<PaymentMode>")]
    mode: PaymentMode,
    subscription_id: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

async fn get(call: &Call) -> Result<Answer, Failure> {
    let person = call.person()?;
    let id = call.part("id");
    let found = rows::get(&mut *call.read().await?, call.brand(), id).await?;
    let Some(row) = found.filter(|row| row.user_id == person.id) else {
        return Err(not_visible(
            "own_data",
            "There is no such payment, or not for this token",
            String::from("the id of a payment of the token's person"),
            id,
            "The console lists a persona's payments.",
        ));
    };
    call.passed("own_data");
    Ok(Answer::ok(&PaymentView {
        id: row.id.to_string(),
        customer_id: row.user_id.to_string(),
        order_id: row.order_id,
        amount_cents: row.amount_cents.to_string(),
        currency: row.currency,
        status: row.status,
        stripe_payment_intent_id: row.stripe_payment_intent_id,
        mode: row.mode,
        subscription_id: row.subscription_id.map(Into::into),
        created_at: row.created_at,
        updated_at: row.updated_at,
    }))
}
