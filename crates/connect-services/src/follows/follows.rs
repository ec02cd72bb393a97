//! `POST /v1/follows`: one person follows another.

use connect_core::Timestamp;
use connect_core::domain::journal::Kind;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::id::UserId;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::community::members;
use connect_store::services::follows::{self as rows, Follow};
use connect_store::services::reading;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::access::not_visible;
use crate::answer::Answer;
use crate::body::misfit;
use crate::call::Call;
use crate::catalogue::{Operation, Verb};
use crate::failure::Failure;
use crate::schema::Violation;
use crate::service::Service;

pub(crate) const CREATE: Operation = Operation::new::<FollowView>(
    Service::Follows,
    Verb::Post,
    "/v1/follows",
    "follows_create",
    "write:follows",
    |call| Box::pin(create(call)),
)
.creates()
.summary("Follow somebody")
.notes(
    "Each brand has a seeded member, Rowan, who has blocked every persona: following Rowan is 403.",
)
.source("/reference/api/follows/post_v1_follows")
.takes::<FollowRequest>()
.refuses(&[
    ErrorCode::Forbidden,
    ErrorCode::NotFound,
    ErrorCode::Conflict,
]);

/// Who follows whom.
#[expect(clippy::struct_field_names, reason = "the reference's names")]
#[derive(Debug, Deserialize, JsonSchema)]
struct FollowRequest {
    /// The token's person.
    follower_id: String,
    #[schemars(length(min = 1))]
    followee_id: String,
    /// The token's brand.
    brand_id: String,
}

/// A follow on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct FollowView {
    id: String,
    follower_id: String,
    followee_id: String,
    brand_id: String,
    created_at: Timestamp,
}

async fn create(call: &Call) -> Result<Answer, Failure> {
    let request: FollowRequest = call.json()?;
    call.same_brand(&request.brand_id)?;
    let person = call.own("follower_id", &request.follower_id)?;
    if request.followee_id == request.follower_id {
        let violation = Violation {
            path: String::from("followee_id"),
            expected: String::from("somebody other than the follower"),
            received: String::from("the follower"),
        };
        return Err(misfit("follows_another", "request body", vec![violation]));
    }
    let env = call.env();
    call.write(move |tx, origin| {
        Box::pin(async move {
            let followee = UserId::from_text(request.followee_id);
            if members::role(reading(tx), &person.brand_id, &followee)
                .await?
                .is_none()
            {
                return Err(not_visible(
                    "followee_known",
                    "There is no such person in this brand",
                    format!("a member of the brand `{}`", person.brand_id),
                    followee.as_str(),
                    "Authors of posts are members.",
                ));
            }
            let between = rows::between(reading(tx), &person.id, &followee).await?;
            if between.blocked {
                return Err(blocked().into());
            }
            if between.follows {
                return Err(following_already().into());
            }
            let row = Follow {
                id: env.id(),
                user_id: person.id.clone(),
                followee_id: followee,
                brand_id: person.brand_id.clone(),
                created_at: origin.at.sandbox,
            };
            rows::insert(tx, std::slice::from_ref(&row)).await?;
            let detail =
                json!({ "table": "follows", "user_id": person.id, "followee_id": row.followee_id });
            let seq = tx.journal(origin, Kind::RecordCreated, row.id.as_str(), &detail);
            Ok(Answer::created(&FollowView {
                id: row.id.to_string(),
                follower_id: row.user_id.to_string(),
                followee_id: row.followee_id.to_string(),
                brand_id: row.brand_id,
                created_at: row.created_at,
            })
            .caused(seq))
        })
    })
    .await
}

fn blocked() -> Refusal {
    Refusal::new(
        "not_blocked",
        ErrorCode::Forbidden,
        "That person has blocked the follower",
        Clause::documented("/reference/api/follows/post_v1_follows 403"),
    )
    .expected("a person who has not blocked the follower")
    .received("one who has")
    .fix("Follow somebody else.")
}

fn following_already() -> Refusal {
    Refusal::new(
        "not_following_yet",
        ErrorCode::Conflict,
        "The person is followed already",
        Clause::documented("/reference/api/follows/post_v1_follows 409"),
    )
    .expected("somebody who is not followed yet")
    .received("somebody who is")
    .fix("Treat 409 as done.")
}
