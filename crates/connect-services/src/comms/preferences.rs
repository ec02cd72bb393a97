//! `GET /v1/preferences/{person_id}` and `PUT /v1/preferences`.

use connect_core::domain::journal::Kind;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::comms::{self as rows, Channel, Preference};
use connect_store::services::reading;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Parameter, Shape, Verb};
use crate::failure::Failure;
use crate::schema::words;
use crate::service::Service;
use crate::shown::shown;

pub(crate) const LIST: Operation = Operation::new::<PreferenceList>(
    Service::Comms,
    Verb::Get,
    "/v1/preferences/{person_id}",
    "preferences_list",
    "read:messages",
    |call| Box::pin(list(call)),
)
.summary("Which messages the person wants")
.source("/reference/api/comms/get_v1_preferences__person_id")
.parameters(&[
    Parameter::path("person_id", "The token's person."),
    Parameter::query("brand_id", Shape::Text, "The token's brand.").required(),
])
.refuses(&[ErrorCode::Forbidden, ErrorCode::NotFound]);

pub(crate) const PUT: Operation = Operation::new::<PreferenceView>(
    Service::Comms,
    Verb::Put,
    "/v1/preferences",
    "preferences_put",
    "write:messages",
    |call| Box::pin(put(call)),
)
.summary("Choose whether the person wants a kind of message")
.notes(
    "The reference names the path only: request and answer are assumed to be one item of the list.",
)
.source("/reference/api/comms/put_v1_preferences")
.takes::<PutPreference>()
.refuses(&[ErrorCode::Forbidden, ErrorCode::NotFound]);

/// Preferences.
#[derive(Debug, Serialize, JsonSchema)]
struct PreferenceList {
    data: Vec<PreferenceView>,
}

/// A preference on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct PreferenceView {
    id: String,
    brand_id: String,
    person_id: String,
    #[schemars(schema_with = "words::word::<Channel>")]
    channel: Channel,
    category: String,
    enabled: bool,
}

impl From<&Preference> for PreferenceView {
    fn from(row: &Preference) -> Self {
        Self {
            id: row.id.to_string(),
            brand_id: row.brand_id.clone(),
            person_id: row.user_id.to_string(),
            channel: row.channel,
            category: row.category.clone(),
            enabled: row.enabled,
        }
    }
}

/// A preference as sent.
#[derive(Debug, Deserialize, JsonSchema)]
struct PutPreference {
    /// The token's person.
    person_id: String,
    /// The token's brand.
    brand_id: String,
    #[schemars(schema_with = "words::word::<Channel>")]
    channel: Channel,
    #[schemars(length(min = 1, max = 100))]
    category: String,
    enabled: bool,
}

async fn list(call: &Call) -> Result<Answer, Failure> {
    call.same_brand(call.query.text("brand_id").unwrap_or_default())?;
    let person = call.own("person_id", call.part("person_id"))?;
    let preferences = rows::preferences(&mut *call.read().await?, &person.id).await?;
    Ok(Answer::ok(&PreferenceList {
        data: preferences.iter().map(PreferenceView::from).collect(),
    }))
}

async fn put(call: &Call) -> Result<Answer, Failure> {
    let request: PutPreference = call.json()?;
    call.same_brand(&request.brand_id)?;
    let person = call.own("person_id", &request.person_id)?;
    let (env, now) = (call.env(), call.now());
    call.write(move |tx, origin| {
        Box::pin(async move {
            let known = rows::preferences(reading(tx), &person.id).await?;
            let known = known.into_iter().find(|row| row.channel == request.channel && row.category == request.category);
            let change = if known.is_some() { Kind::RecordUpdated } else { Kind::RecordCreated };
            let row = Preference {
                id: known.map_or_else(|| env.id(), |known| known.id),
                user_id: person.id.clone(),
                brand_id: person.brand_id.clone(),
                channel: request.channel,
                category: request.category,
                enabled: request.enabled,
                updated_at: now,
            };
            rows::put_preferences(tx, std::slice::from_ref(&row)).await?;
            let detail = json!({
                "table": "preferences", "user_id": person.id, "channel": row.channel, "category": shown(&row.category, 100),
                "enabled": row.enabled,
            });
            let seq = tx.journal(origin, change, row.id.as_str(), &detail);
            Ok(Answer::ok(&PreferenceView::from(&row)).caused(seq))
        })
    })
    .await
}
