//! Wearables: connections, two years of values, and the last of each.

use connect_store::services::clinical::wearables::{
    ConnectionStatus, Provider, WearableConnection, WearableMetric,
};
use connect_store::services::patient_graph::measurements::Measurement;
use connect_store::services::word::Word as _;

use super::labs::round;
use super::story::{Device, Story};
use super::{DAYS, Who, program};

/// Every day of the last month, and every week before.
const DAILY: i64 = 30;

/// One for each device, oldest first.
pub(super) fn connections(who: &Who<'_>) -> Vec<WearableConnection> {
    let mut devices = who.story.devices.to_vec();
    devices.sort_by_key(|device| -device.days_ago);
    devices
        .iter()
        .map(|device| connection(who, device))
        .collect()
}

fn connection(who: &Who<'_>, device: &Device) -> WearableConnection {
    let mut stream = who.stream(&format!("device {}", device.provider));
    let connected_at = who.ago(device.days_ago, 19, stream.whole(0, 59));
    let status = ConnectionStatus::from_word(device.status).expect("a word of the set");
    let last_synced_at = match status {
        ConnectionStatus::Connected => Some(who.ago(1, 6, stream.whole(0, 59))),
        ConnectionStatus::Error => Some(who.ago(21, 6, stream.whole(0, 59))),
        ConnectionStatus::Disconnected => Some(connected_at.plus_millis(40 * super::DAY)),
        ConnectionStatus::Pending => None,
    };
    WearableConnection {
        id: stream.id(connected_at),
        user_id: who.person.id.clone(),
        brand_id: who.person.brand_id.clone(),
        provider: provider(device),
        junction_user_id: format!("junction_{}", stream.letters(20)),
        status,
        connected_at,
        last_synced_at,
    }
}

fn provider(device: &Device) -> Provider {
    Provider::from_word(device.provider).expect("a word of the set")
}

/// The device whose values are shown: the one that is connected.
fn main_device(story: &Story) -> Option<Provider> {
    story
        .devices
        .iter()
        .find(|device| device.status == "connected")
        .map(provider)
}

/// A metric: key, label, unit, decimals.
type Kind = (&'static str, &'static str, &'static str, u8);

const KINDS: [Kind; 5] = [
    ("resting_heart_rate", "Resting heart rate", "bpm", 0),
    ("heart_rate_variability", "Heart rate variability", "ms", 0),
    ("sleep_duration", "Sleep", "h", 1),
    ("steps", "Steps", "count", 0),
    ("weight", "Weight", "kg", 1),
];
const GLUCOSE: Kind = ("glucose_average", "Average glucose", "mg/dL", 0);

fn kinds(story: &Story) -> Vec<Kind> {
    let mut kinds = KINDS.to_vec();
    if matches!(
        main_device(story),
        Some(Provider::FreestyleLibre | Provider::Dexcom)
    ) {
        kinds.push(GLUCOSE);
    }
    kinds
}

/// Values of every metric, metric by metric, oldest first.
pub(super) fn measurements(who: &Who<'_>) -> Vec<Measurement> {
    let days: Vec<i64> = (1..=DAYS)
        .filter(|day| *day <= DAILY || day % 7 == 0)
        .rev()
        .collect();
    let source = main_device(who.story).map_or("manual", Provider::as_str);
    let mut all = Vec::new();
    for kind @ (key, _, unit, decimals) in kinds(who.story) {
        let mut stream = who.stream(&format!("metric {key}"));
        for day in &days {
            // A sensor under the skin has no past before it was put on.
            if kind == GLUCOSE && *day > 94 {
                continue;
            }
            let recorded_at = who.ago(*day, 6, 30);
            let value = value(who, key, *day, stream.swing());
            all.push(Measurement {
                id: stream.id(recorded_at),
                user_id: who.person.id.clone(),
                brand_id: who.person.brand_id.clone(),
                metric_key: key.to_owned(),
                value_numeric: Some(format!(
                    "{:.*}",
                    usize::from(decimals),
                    round(value, decimals)
                )),
                value_text: None,
                unit: Some(unit.to_owned()),
                source: if key == "weight" { "scale" } else { source }.to_owned(),
                is_phi: true,
                recorded_at,
                created_at: recorded_at.plus_millis(600_000),
            });
        }
    }
    all
}

fn value(who: &Who<'_>, key: &str, days_ago: i64, swing: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "days are few")]
    let share = 1.0 - days_ago as f64 / DAYS as f64;
    let along = |(then, now): (f64, f64)| then + (now - then) * share;
    let story = who.story;
    match key {
        "resting_heart_rate" => along(story.resting_heart_rate) + swing * 3.0,
        "heart_rate_variability" => along(story.heart_rate_variability) + swing * 9.0,
        "sleep_duration" => along(story.sleep) + swing * 0.9,
        "steps" => (along(story.steps) * (1.0 + swing * 0.4)).max(600.0),
        "weight" => program::weight(who, days_ago, swing),
        _ => 118.0 - 12.0 * share + swing * 9.0,
    }
}

/// The last value of each metric, as the vendor's card shows it.
pub(super) fn metrics(who: &Who<'_>, measurements: &[Measurement]) -> Vec<WearableMetric> {
    let Some(provider) = main_device(who.story) else {
        return Vec::new();
    };
    kinds(who.story)
        .into_iter()
        .filter(|(key, ..)| *key != "weight")
        .filter_map(|(key, label, unit, _)| {
            let last = measurements
                .iter()
                .rev()
                .find(|row| row.metric_key == key)?;
            Some(WearableMetric {
                user_id: who.person.id.clone(),
                brand_id: who.person.brand_id.clone(),
                provider,
                metric: key.to_owned(),
                label: label.to_owned(),
                value: match unit {
                    "count" => last.value_numeric.clone()?,
                    unit => format!("{} {unit}", last.value_numeric.as_deref()?),
                },
                show_on_optimize: matches!(key, "resting_heart_rate" | "sleep_duration"),
                updated_at: last.created_at,
            })
        })
        .collect()
}
