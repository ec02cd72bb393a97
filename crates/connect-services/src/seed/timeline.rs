//! The timeline: the rest of the life, in words.

use connect_core::Timestamp;
use connect_store::services::clinical::enrollments::EnrollmentStatus;
use connect_store::services::clinical::red_flags::Severity;
use connect_store::services::patient_graph::timeline::TimelineEvent;
use serde_json::Map;

use super::{Life, Who, catalogue};
use crate::patient_graph::entries::{self, Entry};

/// Every event, oldest first.
pub(super) fn events(who: &Who<'_>, life: &Life) -> Vec<TimelineEvent> {
    let mut all: Vec<(Timestamp, Entry)> = vec![
        (
            life.membership.created_at,
            entries::membership_started(&life.membership),
        ),
        (
            life.subscription.created_at,
            entries::subscription_started(&life.subscription),
        ),
    ];
    let mut seen = None;
    for result in &life.biomarkers {
        if seen != Some(&result.bloodwork_id) {
            seen = Some(&result.bloodwork_id);
            let count = life
                .biomarkers
                .iter()
                .filter(|other| other.bloodwork_id == result.bloodwork_id)
                .count();
            all.push((
                result.parsed_at,
                entries::lab_results_received(&result.bloodwork_id, count),
            ));
        }
    }
    for flag in life
        .red_flags
        .iter()
        .filter(|flag| flag.severity == Severity::Urgent)
    {
        all.push((flag.detected_at, entries::red_flag_raised(flag)));
    }
    let catalogue = catalogue::of_brand(&who.person.brand_id);
    for enrollment in &life.enrollments {
        let Some(protocol) = catalogue
            .protocols
            .iter()
            .find(|protocol| protocol.id == enrollment.protocol_id)
        else {
            continue;
        };
        all.push((
            enrollment.enrolled_at,
            entries::protocol_started(enrollment, protocol),
        ));
        if let (EnrollmentStatus::Completed, Some(ended_at)) =
            (enrollment.status, enrollment.ended_at)
        {
            all.push((ended_at, entries::protocol_completed(enrollment, protocol)));
        }
    }
    for check_in in &life.check_ins {
        all.push((check_in.completed_at, entries::check_in_recorded(check_in)));
    }
    for connection in &life.connections {
        all.push((
            connection.connected_at,
            entries::wearable_connected(connection),
        ));
    }
    all.sort_by_key(|(at, _)| *at);
    let mut stream = who.stream("timeline");
    all.into_iter()
        .map(|(at, entry)| TimelineEvent {
            id: stream.id(at),
            user_id: who.person.id.clone(),
            brand_id: who.person.brand_id.clone(),
            event_type: entry.event_type.to_owned(),
            title: entry.title,
            description: entry.description,
            occurred_at: at,
            source_type: Some(entry.source_type.to_owned()),
            source_id: Some(entry.source_id),
            metadata: Map::new(),
            created_at: at,
        })
        .collect()
}
