//! What the timeline says about rows of other services. One constructor for each kind of entry.

use connect_core::domain::app::Person;
use connect_core::{Env, Timestamp};
use connect_store::services::clinical::check_ins::CheckIn;
use connect_store::services::clinical::enrollments::Enrollment;
use connect_store::services::clinical::protocols::Protocol;
use connect_store::services::clinical::red_flags::RedFlag;
use connect_store::services::clinical::wearables::WearableConnection;
use connect_store::services::id::BloodworkId;
use connect_store::services::membership::Membership;
use connect_store::services::patient_graph::timeline::{self, TimelineEvent};
use connect_store::services::payments::Subscription;
use connect_store::{StoreError, WorldTx};
use serde_json::Map;

/// An entry without its place in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) event_type: &'static str,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) source_type: &'static str,
    pub(crate) source_id: String,
}

/// Every `event_type` there is (assumed: no page lists them).
pub(crate) const EVENT_TYPES: [&str; 8] = [
    "check_in.recorded",
    "lab_results.received",
    "membership.started",
    "protocol.completed",
    "protocol.started",
    "red_flag.raised",
    "subscription.started",
    "wearable.connected",
];

pub(crate) fn lab_results_received(bloodwork: &BloodworkId, count: usize) -> Entry {
    Entry {
        event_type: "lab_results.received",
        title: String::from("Lab results received"),
        description: Some(format!(
            "{count} {}",
            if count == 1 { "marker" } else { "markers" }
        )),
        source_type: "bloodwork",
        source_id: bloodwork.to_string(),
    }
}

pub(crate) fn red_flag_raised(flag: &RedFlag) -> Entry {
    Entry {
        event_type: "red_flag.raised",
        title: flag.rule_name.clone(),
        description: Some(flag.message.clone()),
        source_type: "red_flag",
        source_id: flag.id.to_string(),
    }
}

pub(crate) fn protocol_started(enrollment: &Enrollment, protocol: &Protocol) -> Entry {
    Entry {
        event_type: "protocol.started",
        title: format!("{} started", protocol.name),
        description: Some(protocol.description.clone()),
        source_type: "enrollment",
        source_id: enrollment.id.to_string(),
    }
}

pub(crate) fn protocol_completed(enrollment: &Enrollment, protocol: &Protocol) -> Entry {
    Entry {
        event_type: "protocol.completed",
        title: format!("{} completed", protocol.name),
        description: None,
        source_type: "enrollment",
        source_id: enrollment.id.to_string(),
    }
}

pub(crate) fn check_in_recorded(check_in: &CheckIn) -> Entry {
    Entry {
        event_type: "check_in.recorded",
        title: format!("{}-day check-in", check_in.day_marker),
        description: None,
        source_type: "check_in",
        source_id: check_in.id.to_string(),
    }
}

pub(crate) fn wearable_connected(connection: &WearableConnection) -> Entry {
    Entry {
        event_type: "wearable.connected",
        title: String::from("Wearable connected"),
        description: Some(connection.provider.as_str().replace('_', " ")),
        source_type: "wearable_connection",
        source_id: connection.id.to_string(),
    }
}

pub(crate) fn membership_started(membership: &Membership) -> Entry {
    Entry {
        event_type: "membership.started",
        title: String::from("Membership started"),
        description: Some(format!("Tier {}", membership.tier)),
        source_type: "membership",
        source_id: membership.id.to_string(),
    }
}

pub(crate) fn subscription_started(subscription: &Subscription) -> Entry {
    Entry {
        event_type: "subscription.started",
        title: String::from("Subscription started"),
        description: Some(subscription.plan_id.clone()),
        source_type: "subscription",
        source_id: subscription.id.to_string(),
    }
}

/// Writes an entry about `person` that happened at `at`.
pub(crate) async fn add(
    tx: &mut WorldTx,
    env: &Env,
    person: &Person,
    at: Timestamp,
    entry: Entry,
) -> Result<(), StoreError> {
    let row = TimelineEvent {
        id: env.id(),
        user_id: person.id.clone(),
        brand_id: person.brand_id.clone(),
        event_type: entry.event_type.to_owned(),
        title: entry.title,
        description: entry.description,
        occurred_at: at,
        source_type: Some(entry.source_type.to_owned()),
        source_id: Some(entry.source_id),
        metadata: Map::new(),
        created_at: at,
    };
    timeline::insert(tx, &[row]).await
}
