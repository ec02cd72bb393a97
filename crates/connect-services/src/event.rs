//! Platform events that operations cause (facts.md §9, ruling 24). Each is a row, and a journal entry led to by the entry
//! of the change behind it.

use connect_core::Env;
use connect_core::domain::app::Person;
use connect_core::domain::journal::{Kind, Origin, Seq};
use connect_core::id::EventId;
use connect_store::services::events::{self, Event};
use connect_store::{StoreError, WorldTx};
use serde::Serialize;
use serde_json::{Value, json};

/// One lab result was read. Payload: the result item and `bloodwork_id` (assumed, ruling 24).
pub const BIOMARKER_PARSED: &str = "clinical.biomarker.parsed.v1";
/// Results came in together.
pub const BLOODWORK_UPLOADED: &str = "clinical.bloodwork.uploaded.v1";
/// Some of them are critical.
pub const LAB_RESULT_CRITICAL: &str = "clinical.lab_result.critical.v1";
/// A protocol was started (name assumed, ruling 24).
pub const PROTOCOL_STARTED: &str = "clinical.protocol.started.v1";
/// A check-in was recorded (name assumed, ruling 24).
pub const CHECK_IN_RECORDED: &str = "clinical.check_in.recorded.v1";
/// Somebody posted.
pub const POST_CREATED: &str = "community.post.created.v1";
/// A message is to be sent.
pub const MESSAGE_SEND_REQUESTED: &str = "comms.message.send_requested.v1";

/// Something that happened: its type and the envelope's `data`.
pub(crate) struct Occurrence {
    event_type: &'static str,
    data: Value,
}

impl Occurrence {
    pub(crate) fn new(event_type: &'static str, data: &impl Serialize) -> Self {
        Self {
            event_type,
            data: serde_json::to_value(data).expect("payloads have text keys and always serialise"),
        }
    }
}

/// Writes down what happened to `person` because of the journal entry `cause`.
pub(crate) async fn occurred(
    tx: &mut WorldTx,
    env: &Env,
    origin: &Origin,
    cause: Seq,
    person: &Person,
    occurrences: Vec<Occurrence>,
) -> Result<(), StoreError> {
    let origin = Origin {
        cause: Some(cause),
        ..origin.clone()
    };
    let mut rows = Vec::with_capacity(occurrences.len());
    for Occurrence { event_type, data } in occurrences {
        let id: EventId = env.id();
        let seq = tx.journal(
            &origin,
            Kind::EventOccurred,
            id.as_str(),
            &json!({ "type": event_type, "user_id": person.id }),
        );
        rows.push(Event {
            id,
            seq,
            event_type: event_type.to_owned(),
            user_id: person.id.clone(),
            brand_id: person.brand_id.clone(),
            occurred_at: origin.at.sandbox,
            trace: origin.trace.clone(),
            cause,
            data,
        });
    }
    events::insert(tx, &rows).await
}
