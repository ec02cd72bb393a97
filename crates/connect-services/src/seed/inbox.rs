//! Messages a persona got, one that waits, and which are wanted.

use connect_core::Timestamp;
use connect_store::services::comms::{Channel, MessageStatus, Preference};
use connect_store::services::id::MessageId;
use serde_json::{Map, Value, json};

use super::{DAY, Who, labs, story};
use crate::comms::categories::{CATEGORIES, CHANNELS};

/// A message without the trace of its writing, which only the one who writes it knows.
#[derive(Debug, Clone, PartialEq)]
pub struct SeededMessage {
    /// Its id.
    pub id: MessageId,
    /// How it travels.
    pub channel: Channel,
    /// Which text.
    pub template_key: &'static str,
    /// Address or inbox.
    pub recipient: String,
    /// What is filled into the text.
    pub variables: Map<String, Value>,
    /// The same key is never sent twice.
    pub dedup_key: String,
    /// Where it stands.
    pub status: MessageStatus,
    /// Who carried it.
    pub provider: Option<&'static str>,
    /// When it is due, if it was asked for with a time.
    pub scheduled_at: Option<Timestamp>,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// One for each of the last three reports, a welcome, and a reminder that waits for the day after tomorrow.
pub(super) fn messages(who: &Who<'_>) -> Vec<SeededMessage> {
    let mut stream = who.stream("inbox");
    let mut all = vec![sent(
        who,
        &mut stream,
        "welcome",
        Channel::Email,
        who.ago(728, 9, 15),
        "welcome",
    )];
    for draw in story::DRAWS - 3..story::DRAWS {
        let at = who.ago(labs::days_ago(draw) - 3, 14, 0);
        let key = format!("lab-results-{draw}");
        all.push(sent(
            who,
            &mut stream,
            "lab_results_ready",
            Channel::Email,
            at,
            &key,
        ));
        all.push(sent(
            who,
            &mut stream,
            "lab_results_ready",
            Channel::InApp,
            at,
            &format!("{key}-inbox"),
        ));
    }
    let created_at = who.ago(1, 8, 0);
    all.push(SeededMessage {
        status: MessageStatus::Scheduled,
        provider: None,
        scheduled_at: Some(who.today.plus_millis(2 * DAY + 9 * 3_600_000)),
        sent_at: None,
        ..sent(
            who,
            &mut stream,
            "check_in_due",
            Channel::Email,
            created_at,
            "check-in-next",
        )
    });
    all
}

fn sent(
    who: &Who<'_>,
    stream: &mut super::stream::Stream,
    template_key: &'static str,
    channel: Channel,
    at: Timestamp,
    key: &str,
) -> SeededMessage {
    let mut variables = Map::new();
    variables.insert(
        String::from("first_name"),
        json!(who.person.name.split(' ').next()),
    );
    SeededMessage {
        id: stream.id(at),
        channel,
        template_key,
        recipient: if channel == Channel::Email {
            who.person.email.clone()
        } else {
            who.person.id.to_string()
        },
        variables,
        dedup_key: format!("seed-{key}"),
        status: MessageStatus::Sent,
        provider: Some(crate::comms::categories::provider(channel)),
        scheduled_at: None,
        sent_at: Some(at),
        created_at: at,
    }
}

/// Everything by email and inbox, health by nothing else, no marketing.
pub(super) fn preferences(who: &Who<'_>) -> Vec<Preference> {
    let mut stream = who.stream("preferences");
    let at = who.ago(700, 12, 0);
    CATEGORIES
        .iter()
        .flat_map(|category| CHANNELS.iter().map(move |channel| (*category, *channel)))
        .map(|(category, channel)| Preference {
            id: stream.id(at),
            user_id: who.person.id.clone(),
            brand_id: who.person.brand_id.clone(),
            channel,
            category: category.to_owned(),
            enabled: category != "marketing" && matches!(channel, Channel::Email | Channel::InApp),
            updated_at: at,
        })
        .collect()
}
