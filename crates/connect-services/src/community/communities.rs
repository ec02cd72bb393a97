//! `POST /v1/communities`.

use connect_core::Timestamp;
use connect_core::domain::journal::Kind;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::community::communities::{self as rows, Community};
use connect_store::services::reading;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::answer::Answer;
use crate::body::misfit;
use crate::call::Call;
use crate::catalogue::{Operation, Verb};
use crate::failure::Failure;
use crate::schema::Violation;
use crate::service::Service;

pub(crate) const CREATE: Operation = Operation::new::<CommunityView>(
    Service::Community,
    Verb::Post,
    "/v1/communities",
    "communities_create",
    "write:community",
    |call| Box::pin(create(call)),
)
.creates()
.summary("Make a community")
.notes("The shape of the answer is assumed, and that a slug is small letters, digits and single hyphens.")
.source("/reference/api/community/post_v1_communities")
.takes::<CommunityRequest>()
.refuses(&[ErrorCode::Conflict]);

/// A community as sent.
#[derive(Debug, Deserialize, JsonSchema)]
struct CommunityRequest {
    #[schemars(length(min = 2, max = 64))]
    slug: String,
    #[schemars(length(min = 1, max = 200))]
    name: String,
    #[serde(default)]
    #[schemars(length(max = 2_000))]
    description: Option<String>,
    #[serde(default)]
    #[schemars(url)]
    cover_image_url: Option<String>,
}

/// A community on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct CommunityView {
    id: String,
    brand_id: String,
    slug: String,
    name: String,
    description: Option<String>,
    cover_image_url: Option<String>,
    created_by: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

async fn create(call: &Call) -> Result<Answer, Failure> {
    let request: CommunityRequest = call.json()?;
    if !is_slug(&request.slug) {
        let violation = Violation {
            path: String::from("slug"),
            expected: String::from("small letters, digits and single hyphens between them"),
            received: String::from("other characters"),
        };
        return Err(misfit("slug_form", "request body", vec![violation]));
    }
    let person = call.person()?;
    let (env, now) = (call.env(), call.now());
    call.write(move |tx, origin| {
        Box::pin(async move {
            if rows::exists(reading(tx), &person.brand_id, &request.slug).await? {
                return Err(taken().into());
            }
            let row = Community {
                id: env.id(),
                brand_id: person.brand_id.clone(),
                slug: request.slug,
                name: request.name,
                description: request.description,
                cover_image_url: request.cover_image_url,
                user_id: person.id.clone(),
                created_at: now,
                updated_at: now,
            };
            rows::insert(tx, std::slice::from_ref(&row)).await?;
            let detail = json!({ "table": "communities", "user_id": person.id, "slug": row.slug });
            let seq = tx.journal(origin, Kind::RecordCreated, row.id.as_str(), &detail);
            Ok(Answer::created(&CommunityView {
                id: row.id.to_string(),
                brand_id: row.brand_id,
                slug: row.slug,
                name: row.name,
                description: row.description,
                cover_image_url: row.cover_image_url,
                created_by: row.user_id.to_string(),
                created_at: row.created_at,
                updated_at: row.updated_at,
            })
            .caused(seq))
        })
    })
    .await
}

fn is_slug(text: &str) -> bool {
    text.split('-').all(|part| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    })
}

fn taken() -> Refusal {
    Refusal::new(
        "slug_free",
        ErrorCode::Conflict,
        "The slug is taken",
        Clause::documented("/reference/api/community/post_v1_communities 409"),
    )
    .expected("a slug that no community of the brand has")
    .received("one that is taken")
    .fix("Choose another slug.")
}
