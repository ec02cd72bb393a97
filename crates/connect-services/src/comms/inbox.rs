//! `GET /v1/messages/recent` and `GET /v1/messages/scheduled`.

use connect_core::Timestamp;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::comms::{self as rows, Channel, Message, MessageStatus};
use connect_store::services::word::Word;
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Parameter, Shape, Verb};
use crate::failure::Failure;
use crate::query::LIMIT;
use crate::schema::words;
use crate::service::Service;

const BRAND: Parameter = Parameter::query("brand_id", Shape::Text, "The token's brand.").required();

pub(crate) const RECENT: Operation = Operation::new::<MessageList>(
    Service::Comms,
    Verb::Get,
    "/v1/messages/recent",
    "messages_recent",
    "read:messages",
    |call| Box::pin(recent(call)),
)
.summary("The person's messages")
.notes("Newest first, without those that wait. The shape of an item is assumed.")
.source("/reference/api/comms/get_v1_messages_recent")
.parameters(&[BRAND, LIMIT])
.refuses(&[ErrorCode::Forbidden]);

pub(crate) const SCHEDULED: Operation = Operation::new::<MessageList>(
    Service::Comms,
    Verb::Get,
    "/v1/messages/scheduled",
    "messages_scheduled",
    "read:messages",
    |call| Box::pin(scheduled(call)),
)
.summary("Messages asked for with a time")
.notes("Soonest first. The shape of an item is assumed.")
.source("/reference/api/comms/get_v1_messages_scheduled")
.parameters(&[
    BRAND,
    Parameter::query(
        "status",
        Shape::Word(<MessageStatus as Word>::WORDS),
        "Only messages of this status.",
    ),
])
.refuses(&[ErrorCode::Forbidden]);

/// Messages.
#[derive(Debug, Serialize, JsonSchema)]
struct MessageList {
    data: Vec<MessageView>,
}

/// A message on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct MessageView {
    id: String,
    brand_id: String,
    person_id: String,
    #[schemars(schema_with = "words::word::<Channel>")]
    channel: Channel,
    template_key: String,
    recipient: String,
    dedup_key: String,
    #[schemars(schema_with = "words::word::<MessageStatus>")]
    status: MessageStatus,
    provider: Option<String>,
    scheduled_at: Option<Timestamp>,
    sent_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl From<Message> for MessageView {
    fn from(row: Message) -> Self {
        Self {
            id: row.id.to_string(),
            brand_id: row.brand_id,
            person_id: row.user_id.to_string(),
            channel: row.channel,
            template_key: row.template_key,
            recipient: row.recipient,
            dedup_key: row.dedup_key,
            status: row.status,
            provider: row.provider,
            scheduled_at: row.scheduled_at,
            sent_at: row.sent_at,
            created_at: row.created_at,
        }
    }
}

async fn recent(call: &Call) -> Result<Answer, Failure> {
    call.same_brand(call.query.text("brand_id").unwrap_or_default())?;
    let person = call.person()?;
    let messages = rows::recent(
        &mut *call.read().await?,
        &person.id,
        call.query.whole("limit"),
    )
    .await?;
    Ok(Answer::ok(&MessageList {
        data: messages.into_iter().map(MessageView::from).collect(),
    }))
}

async fn scheduled(call: &Call) -> Result<Answer, Failure> {
    call.same_brand(call.query.text("brand_id").unwrap_or_default())?;
    let person = call.person()?;
    let status = call.query.text("status").and_then(MessageStatus::from_word);
    let messages = rows::scheduled(&mut *call.read().await?, &person.id, status).await?;
    Ok(Answer::ok(&MessageList {
        data: messages.into_iter().map(MessageView::from).collect(),
    }))
}
