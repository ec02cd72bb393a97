//! `POST /v1/posts/{post_id}/reactions`: a reaction is given, or taken back.

use std::collections::BTreeMap;

use connect_core::domain::journal::Kind;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::community::posts::ModerationStatus;
use connect_store::services::community::reactions::{self as rows, Reaction, ReactionKind};
use connect_store::services::reading;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::post_of;
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Parameter, Verb};
use crate::failure::Failure;
use crate::schema::words;
use crate::service::Service;

pub(crate) const TOGGLE: Operation = Operation::new::<Reacted>(
    Service::Community,
    Verb::Post,
    "/v1/posts/{post_id}/reactions",
    "post_reactions_toggle",
    "write:community",
    |call| Box::pin(toggle(call)),
)
.summary("React to a post, or take it back")
.notes(
    "The same kind again takes it back: `active` says which it is now. Assumed: upvote and downvote exclude each other; a \
     post that is not approved is 403. 429 comes with the rate limit only, which is off.",
)
.source("/reference/api/community/post_v1_posts__post_id_reactions")
.parameters(&[Parameter::path("post_id", "The post.")])
.takes::<ReactRequest>()
.refuses(&[ErrorCode::Forbidden, ErrorCode::NotFound]);

/// How to react.
#[derive(Debug, Deserialize, JsonSchema)]
struct ReactRequest {
    #[schemars(schema_with = "words::word::<ReactionKind>")]
    kind: ReactionKind,
}

/// What the post's reactions come to.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Reacted {
    /// Upvotes less downvotes.
    score: i64,
    /// How many of each kind.
    reaction_counts: BTreeMap<&'static str, u32>,
    /// Those of the token's person.
    viewer_reactions: Vec<&'static str>,
    /// Whether the reaction is there now.
    active: bool,
}

async fn toggle(call: &Call) -> Result<Answer, Failure> {
    let request: ReactRequest = call.json()?;
    let person = call.person()?;
    let id = call.part("post_id").to_owned();
    call.write(move |tx, origin| {
        Box::pin(async move {
            let post = post_of(reading(tx), &person.brand_id, &id).await?;
            if post.moderation_status != ModerationStatus::Approved {
                return Err(not_open(post.moderation_status).into());
            }
            let kind = request.kind;
            let was_there = rows::delete(tx, &post.id, &person.id, kind).await?;
            if !was_there {
                let opposite = match kind {
                    ReactionKind::Upvote => Some(ReactionKind::Downvote),
                    ReactionKind::Downvote => Some(ReactionKind::Upvote),
                    _ => None,
                };
                if let Some(opposite) = opposite {
                    rows::delete(tx, &post.id, &person.id, opposite).await?;
                }
                let row = Reaction {
                    post_id: post.id.clone(),
                    user_id: person.id.clone(),
                    kind,
                    brand_id: person.brand_id.clone(),
                    created_at: origin.at.sandbox,
                };
                rows::insert(tx, &[row]).await?;
            }
            let change = if was_there {
                Kind::RecordDeleted
            } else {
                Kind::RecordCreated
            };
            let detail = json!({ "table": "post_reactions", "user_id": person.id, "kind": kind });
            let seq = tx.journal(origin, change, post.id.as_str(), &detail);
            let tally = rows::tally(reading(tx), &post.id, &person.id).await?;
            Ok(Answer::ok(&Reacted {
                score: tally.score(),
                reaction_counts: tally
                    .counts
                    .iter()
                    .map(|(kind, count)| (kind.as_str(), *count))
                    .collect(),
                viewer_reactions: tally.own.iter().map(|kind| kind.as_str()).collect(),
                active: !was_there,
            })
            .caused(seq))
        })
    })
    .await
}

fn not_open(status: ModerationStatus) -> Refusal {
    Refusal::new(
        "post_open",
        ErrorCode::Forbidden,
        "The post takes no reactions",
        Clause::assumed("/reference/api/community 403; when is not stated"),
    )
    .expected("a post that is approved")
    .received(format!("one that is {}", status.as_str()))
    .fix("React to another post.")
}
