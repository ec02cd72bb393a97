//! `GET /v1/memberships/{id}/history`: how a membership came to be what it is.

use connect_core::Timestamp;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::membership::{self as rows, MembershipState};
use schemars::JsonSchema;
use serde::Serialize;

use super::memberships::visible;
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Parameter, Verb};
use crate::failure::Failure;
use crate::schema::words;
use crate::service::Service;

pub(crate) const LIST: Operation = Operation::new::<History>(
    Service::Membership,
    Verb::Get,
    "/v1/memberships/{id}/history",
    "memberships_history",
    "read:membership",
    |call| Box::pin(list(call)),
)
.summary("The transitions of a membership")
.notes("Oldest first. The first comes from the state `none` (assumed).")
.source("/reference/api/membership/get_v1_memberships__id_history")
.parameters(&[Parameter::path("id", "The membership.")])
.refuses(&[ErrorCode::NotFound]);

/// Transitions.
#[derive(Debug, Serialize, JsonSchema)]
struct History {
    transitions: Vec<TransitionView>,
}

/// A transition on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct TransitionView {
    #[schemars(schema_with = "words::word::<MembershipState>")]
    from_state: MembershipState,
    #[schemars(schema_with = "words::word::<MembershipState>")]
    to_state: MembershipState,
    trigger: String,
    reason: Option<String>,
    created_at: Timestamp,
}

async fn list(call: &Call) -> Result<Answer, Failure> {
    let membership = visible(call, call.part("id")).await?;
    let transitions = rows::transitions(&mut *call.read().await?, &membership.id).await?;
    Ok(Answer::ok(&History {
        transitions: transitions
            .into_iter()
            .map(|row| TransitionView {
                from_state: row.from_state,
                to_state: row.to_state,
                trigger: row.trigger,
                reason: row.reason,
                created_at: row.created_at,
            })
            .collect(),
    }))
}
