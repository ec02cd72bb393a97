//! `GET /v1/memberships/{id}` and `POST /v1/memberships`.

use connect_core::Timestamp;
use connect_core::domain::journal::Kind;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::membership::{self as rows, Membership, MembershipState, Transition};
use connect_store::services::reading;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::access::not_visible;
use crate::answer::Answer;
use crate::call::{Call, Subject};
use crate::catalogue::{Gate, Operation, Parameter, Verb};
use crate::failure::Failure;
use crate::patient_graph::entries;
use crate::schema::words;
use crate::service::Service;
use crate::shown::shown;

pub(crate) const GET: Operation = Operation::new::<MembershipView>(
    Service::Membership,
    Verb::Get,
    "/v1/memberships/{id}",
    "memberships_get",
    "read:membership",
    |call| Box::pin(get(call)),
)
.summary("A membership of the token's person")
.notes("The timeline's membership.started names the id. States and tiers are assumed.")
.source("/reference/api/membership/get_v1_memberships__id")
.parameters(&[Parameter::path("id", "The membership.")])
.refuses(&[ErrorCode::NotFound]);

pub(crate) const CREATE: Operation = Operation::new::<MembershipView>(
    Service::Membership,
    Verb::Post,
    "/v1/memberships",
    "memberships_create",
    "read:membership",
    |call| Box::pin(create(call)),
)
.creates()
.summary("Start a membership")
.notes(
    "For Loop's own apps and the membership service's machine: no scope of third parties covers it (assumed). It begins as \
     a trial, or as active when a subscription pays for it (assumed). A person has one in a brand.",
)
.gate(Gate::Own("read:membership"))
.source("/reference/api/membership/post_v1_memberships")
.takes::<CreateMembership>()
.refuses(&[ErrorCode::NotFound, ErrorCode::Conflict]);

/// A membership on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct MembershipView {
    id: String,
    user_id: String,
    brand_id: String,
    tier: String,
    #[schemars(schema_with = "words::word::<MembershipState>")]
    state: MembershipState,
    subscription_id: Option<String>,
    has_access: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<&Membership> for MembershipView {
    fn from(row: &Membership) -> Self {
        Self {
            id: row.id.to_string(),
            user_id: row.user_id.to_string(),
            brand_id: row.brand_id.clone(),
            tier: row.tier.clone(),
            state: row.state,
            subscription_id: row.subscription_id.as_ref().map(ToString::to_string),
            has_access: row.state.has_access(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Whose membership begins, and as what.
#[derive(Debug, Deserialize, JsonSchema)]
struct CreateMembership {
    user_id: String,
    brand_id: String,
    #[schemars(length(min = 1, max = 50))]
    tier: String,
    /// What pays for it.
    #[serde(default)]
    subscription_id: Option<String>,
}

/// A membership that the caller may see: of the token's person, or for a machine of its brand.
pub(super) async fn visible(call: &Call, id: &str) -> Result<Membership, Failure> {
    let found = rows::get(&mut *call.read().await?, call.brand(), id).await?;
    let own = |row: &Membership| match &call.caller.subject {
        Subject::Person(person) => row.user_id == person.id,
        Subject::Machine { .. } => true,
    };
    match found.filter(own) {
        Some(row) => {
            call.passed("own_data");
            Ok(row)
        }
        None => Err(not_visible(
            "own_data",
            "There is no such membership, or not for this token",
            String::from("the id of a membership of the token's person"),
            id,
            "The timeline's membership.started names the id in source_id.",
        )),
    }
}

async fn get(call: &Call) -> Result<Answer, Failure> {
    let row = visible(call, call.part("id")).await?;
    Ok(Answer::ok(&MembershipView::from(&row)))
}

async fn create(call: &Call) -> Result<Answer, Failure> {
    let request: CreateMembership = call.json()?;
    call.same_brand(&request.brand_id)?;
    let person = call.reachable("user_id", &request.user_id).await?;
    let (env, now) = (call.env(), call.now());
    call.write(move |tx, origin| {
        Box::pin(async move {
            if let Some(known) = rows::of_user(reading(tx), &person.id).await? {
                return Err(member_already(&known).into());
            }
            let (state, trigger) = match request.subscription_id {
                Some(_) => (MembershipState::Active, "subscription_attached"),
                None => (MembershipState::Trial, "signup"),
            };
            let row = Membership {
                id: env.id(),
                user_id: person.id.clone(),
                brand_id: person.brand_id.clone(),
                tier: request.tier,
                state,
                subscription_id: request.subscription_id.map(Into::into),
                created_at: now,
                updated_at: now,
            };
            let begun = Transition {
                membership_id: row.id.clone(),
                position: 0,
                user_id: row.user_id.clone(),
                brand_id: row.brand_id.clone(),
                from_state: MembershipState::None,
                to_state: state,
                trigger: trigger.to_owned(),
                reason: None,
                created_at: now,
            };
            rows::insert(tx, std::slice::from_ref(&row)).await?;
            rows::insert_transitions(tx, &[begun]).await?;
            let detail = json!({ "table": "memberships", "user_id": person.id, "tier": shown(&row.tier, 50), "state": state });
            let seq = tx.journal(origin, Kind::RecordCreated, row.id.as_str(), &detail);
            entries::add(tx, &env, &person, now, entries::membership_started(&row)).await?;
            Ok(Answer::created(&MembershipView::from(&row)).caused(seq))
        })
    })
    .await
}

fn member_already(known: &Membership) -> Refusal {
    Refusal::new(
        "no_membership_yet",
        ErrorCode::Conflict,
        "The person has a membership already",
        Clause::documented("/reference/api/membership/post_v1_memberships 409"),
    )
    .expected("a person without a membership in this brand")
    .received(format!(
        "the membership {}, which is {}",
        known.id,
        known.state.as_str()
    ))
    .fix("Use the membership that is there.")
}
