//! `POST /v1/feed/channels/{channel_key}`: a channel is put into the person's feed.

use connect_core::Timestamp;
use connect_core::domain::journal::Kind;
use connect_store::services::community::feed_channels::{self as rows, FeedChannel};
use connect_store::services::reading;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Parameter, Verb};
use crate::failure::Failure;
use crate::service::Service;
use crate::shown::shown;

pub(crate) const PUT_CHANNEL: Operation = Operation::new::<ChannelView>(
    Service::Community,
    Verb::Post,
    "/v1/feed/channels/{channel_key}",
    "feed_channels_put",
    "write:community",
    |call| Box::pin(put(call)),
)
.creates()
.summary("Put a channel into the feed")
.notes("Assumed: the shape of the answer, that any key will do, and that a channel put in again gets the new label.")
.source("/reference/api/community/post_v1_feed_channels__channel_key")
.parameters(&[Parameter::path("channel_key", "The channel.")])
.takes::<ChannelRequest>();

/// What the person calls it.
#[derive(Debug, Deserialize, JsonSchema)]
struct ChannelRequest {
    #[serde(default)]
    #[schemars(length(max = 64))]
    label: Option<String>,
}

/// A channel on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct ChannelView {
    id: String,
    channel_key: String,
    label: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

async fn put(call: &Call) -> Result<Answer, Failure> {
    let request: ChannelRequest = call.json()?;
    let person = call.person()?;
    let (env, now, key) = (call.env(), call.now(), call.part("channel_key").to_owned());
    call.write(move |tx, origin| {
        Box::pin(async move {
            let known = rows::get(reading(tx), &person.id, &key).await?;
            let change = if known.is_some() { Kind::RecordUpdated } else { Kind::RecordCreated };
            let row = FeedChannel {
                id: known.as_ref().map_or_else(|| env.id(), |known| known.id.clone()),
                user_id: person.id.clone(),
                brand_id: person.brand_id.clone(),
                channel_key: key,
                label: request.label,
                created_at: known.map_or(now, |known| known.created_at),
                updated_at: now,
            };
            rows::put(tx, &row).await?;
            let detail = json!({ "table": "feed_channels", "user_id": person.id, "channel_key": shown(&row.channel_key, 200) });
            let seq = tx.journal(origin, change, row.id.as_str(), &detail);
            Ok(Answer::created(&ChannelView {
                id: row.id.to_string(),
                channel_key: row.channel_key,
                label: row.label,
                created_at: row.created_at,
                updated_at: row.updated_at,
            })
            .caused(seq))
        })
    })
    .await
}
