//! `POST /v1/messages/send` and `POST /v1/messages/schedule`. Nothing leaves the machine: a message is a row.

use connect_core::Timestamp;
use connect_core::domain::journal::Kind;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::comms::{self as rows, Channel, Message, MessageStatus, Preference};
use connect_store::services::reading;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::categories::{TEMPLATES, provider};
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Verb};
use crate::event::{self, Occurrence};
use crate::failure::Failure;
use crate::schema::words;
use crate::service::Service;

pub(crate) const SEND: Operation = Operation::new::<MessageReceipt>(
    Service::Comms,
    Verb::Post,
    "/v1/messages/send",
    "messages_send",
    "write:messages",
    |call| Box::pin(send(call)),
)
.summary("Send a message to the person")
.notes(
    "Causes comms.message.send_requested.v1. Nothing leaves this machine. Assumed: what the person does not want is \
     `suppressed`; a template that is not known, a recipient that does not fit the channel, and health information by sms \
     or push are 422.",
)
.source("/reference/api/comms/post_v1_messages_send")
.takes::<SendRequest>()
.refuses(&[ErrorCode::Forbidden, ErrorCode::NotFound, ErrorCode::Conflict, ErrorCode::UnprocessableEntity]);

pub(crate) const SCHEDULE: Operation = Operation::new::<ScheduleReceipt>(
    Service::Comms,
    Verb::Post,
    "/v1/messages/schedule",
    "messages_schedule",
    "write:messages",
    |call| Box::pin(schedule(call)),
)
.creates()
.summary("Send a message to the person later")
.notes(
    "As send, at `scheduled_at` on the sandbox's clock; the event comes then. Assumed: a time that is past is 422, and the \
     answer carries `scheduled_at`.",
)
.source("/reference/api/comms/post_v1_messages_schedule")
.takes::<ScheduleRequest>()
.refuses(&[ErrorCode::Forbidden, ErrorCode::NotFound, ErrorCode::Conflict, ErrorCode::UnprocessableEntity]);

/// A message as sent.
#[derive(Debug, Deserialize, JsonSchema)]
struct SendRequest {
    #[schemars(schema_with = "words::word::<Channel>")]
    channel: Channel,
    #[schemars(length(min = 1, max = 100))]
    template_key: String,
    #[schemars(length(min = 1, max = 320))]
    recipient: String,
    /// The token's brand.
    brand_id: String,
    /// The token's person.
    person_id: String,
    #[serde(default)]
    variables: Map<String, Value>,
    /// The same key is never sent twice.
    #[schemars(length(min = 1, max = 200))]
    dedup_key: String,
    /// Holds health information.
    #[serde(default)]
    hipaa: bool,
}

/// The same, and when.
#[derive(Debug, Deserialize, JsonSchema)]
struct ScheduleRequest {
    #[serde(flatten)]
    message: SendRequest,
    scheduled_at: Timestamp,
}

/// What became of a message.
#[derive(Debug, Serialize, JsonSchema)]
struct MessageReceipt {
    message_id: String,
    dedup_key: String,
    #[schemars(schema_with = "words::word::<Channel>")]
    channel: Channel,
    #[schemars(schema_with = "words::word::<MessageStatus>")]
    status: MessageStatus,
    provider: Option<String>,
}

/// The same, and when it is due.
#[derive(Debug, Serialize, JsonSchema)]
struct ScheduleReceipt {
    #[serde(flatten)]
    receipt: MessageReceipt,
    scheduled_at: Timestamp,
}

impl From<&Message> for MessageReceipt {
    fn from(row: &Message) -> Self {
        Self {
            message_id: row.id.to_string(),
            dedup_key: row.dedup_key.clone(),
            channel: row.channel,
            status: row.status,
            provider: row.provider.clone(),
        }
    }
}

/// `data` of comms.message.send_requested.v1 for a message asked for at `at`.
pub(super) fn send_requested(row: &Message, at: Timestamp) -> Occurrence {
    Occurrence::new(
        event::MESSAGE_SEND_REQUESTED,
        &json!({
            "message_id": row.id,
            "channel": row.channel,
            "template_key": row.template_key,
            "recipient": row.recipient,
            "brand_id": row.brand_id,
            "variables": row.variables,
            "requested_by": row.requested_by,
            "requested_at": at,
        }),
    )
}

/// Whether the person wants a template by a channel: what is not switched off is wanted.
pub(super) fn is_wanted(preferences: &[Preference], template_key: &str, channel: Channel) -> bool {
    let category = TEMPLATES
        .iter()
        .find(|(key, _)| *key == template_key)
        .and_then(|(_, category)| *category);
    category.is_none_or(|category| {
        preferences
            .iter()
            .all(|row| row.enabled || row.category != category || row.channel != channel)
    })
}

async fn send(call: &Call) -> Result<Answer, Failure> {
    let request: SendRequest = call.json()?;
    store(call, request, None).await
}

async fn schedule(call: &Call) -> Result<Answer, Failure> {
    let request: ScheduleRequest = call.json()?;
    if request.scheduled_at <= call.now() {
        return Err(semantic(
            "scheduled_ahead",
            "scheduled_at is not in the future",
            format!(
                "a time after {}, which it is on the sandbox's clock",
                call.now()
            ),
            request.scheduled_at.to_string(),
        ));
    }
    store(call, request.message, Some(request.scheduled_at)).await
}

async fn store(
    call: &Call,
    request: SendRequest,
    scheduled_at: Option<Timestamp>,
) -> Result<Answer, Failure> {
    call.same_brand(&request.brand_id)?;
    let person = call.own("person_id", &request.person_id)?;
    sensible(&request)?;
    call.passed("message_makes_sense");
    let (env, now) = (call.env(), call.now());
    let requested_by = call.caller.client.client.id.to_string();
    call.write(move |tx, origin| {
        Box::pin(async move {
            if rows::dedup_key_taken(reading(tx), &person.brand_id, &person.id, &request.dedup_key).await? {
                return Err(sent_already().into());
            }
            let preferences = rows::preferences(reading(tx), &person.id).await?;
            let status = match scheduled_at {
                Some(_) => MessageStatus::Scheduled,
                None if is_wanted(&preferences, &request.template_key, request.channel) => MessageStatus::Sent,
                None => MessageStatus::Suppressed,
            };
            let sent = status == MessageStatus::Sent;
            let mut row = Message {
                id: env.id(),
                user_id: person.id.clone(),
                brand_id: person.brand_id.clone(),
                requested_by,
                channel: request.channel,
                template_key: request.template_key,
                recipient: request.recipient,
                variables: request.variables,
                dedup_key: request.dedup_key,
                hipaa: request.hipaa,
                status,
                provider: sent.then(|| provider(request.channel).to_owned()),
                scheduled_at,
                sent_at: sent.then_some(now),
                created_at: now,
                trace: origin.trace.clone(),
                cause: None,
            };
            let detail = json!({ "table": "messages", "user_id": person.id, "channel": row.channel, "status": status });
            let seq = tx.journal(origin, Kind::RecordCreated, row.id.as_str(), &detail);
            row.cause = Some(seq);
            rows::insert(tx, std::slice::from_ref(&row)).await?;
            if sent {
                let events = vec![send_requested(&row, now)];
                event::occurred(tx, &env, origin, seq, &person, events).await?;
            }
            let receipt = MessageReceipt::from(&row);
            let answer = match scheduled_at {
                Some(scheduled_at) => Answer::created(&ScheduleReceipt { receipt, scheduled_at }),
                None => Answer::ok(&receipt),
            };
            Ok(answer.caused(seq))
        })
    })
    .await
}

/// What is well-formed and makes no sense all the same: 422.
fn sensible(request: &SendRequest) -> Result<(), Failure> {
    if TEMPLATES
        .iter()
        .all(|(key, _)| *key != request.template_key)
    {
        let known: Vec<&str> = TEMPLATES.iter().map(|(key, _)| *key).collect();
        let received = String::from("another template");
        return Err(semantic(
            "template_known",
            "The template is not known",
            known.join(", "),
            received,
        ));
    }
    let fits = match request.channel {
        Channel::Email => request.recipient.contains('@'),
        Channel::Sms => {
            let digits = request
                .recipient
                .chars()
                .filter(char::is_ascii_digit)
                .count();
            request.recipient.starts_with('+') && (7..=15).contains(&digits)
        }
        Channel::Push => true,
        Channel::InApp => request.recipient == request.person_id,
    };
    if !fits {
        let expected = match request.channel {
            Channel::Email => "an email address",
            Channel::Sms => "a telephone number such as +15550100",
            Channel::Push => "a device",
            Channel::InApp => "the person_id",
        };
        return Err(semantic(
            "recipient_fits",
            "The recipient does not fit the channel",
            format!("{expected}, for the channel {}", request.channel.as_str()),
            String::from("something else"),
        ));
    }
    if request.hipaa && matches!(request.channel, Channel::Sms | Channel::Push) {
        return Err(semantic(
            "channel_safe",
            "Health information may not travel by this channel",
            String::from("email or in_app for `hipaa`"),
            request.channel.as_str().to_owned(),
        ));
    }
    Ok(())
}

fn semantic(
    check: &'static str,
    description: &'static str,
    expected: String,
    received: String,
) -> Failure {
    Refusal::new(
        check,
        ErrorCode::UnprocessableEntity,
        description,
        Clause::assumed("/reference/api/comms 422; the reasons are not stated"),
    )
    .expected(expected)
    .received(received)
    .fix("Correct the named member and send again.")
    .into()
}

fn sent_already() -> Refusal {
    Refusal::new(
        "dedup_key_fresh",
        ErrorCode::Conflict,
        "A message with this dedup_key was sent or scheduled already",
        Clause::documented("/reference/api/comms/post_v1_messages_send 409"),
    )
    .expected("a dedup_key not used for this person")
    .received("one that is")
    .fix("Treat 409 as done, or make a new key for a new message.")
}
