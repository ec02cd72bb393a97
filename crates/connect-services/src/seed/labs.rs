//! Lab results: a draw every three months, each a full report.

use connect_core::Timestamp;
use connect_store::services::clinical::biomarkers::Biomarker;
use connect_store::services::clinical::red_flags::RedFlag;
use connect_store::services::id::BloodworkId;

use super::story::{Course, DRAWS};
use super::{DAY, Who, body};
use crate::clinical::markers::{self, MARKERS, Marker};
use crate::clinical::rules;

/// Days between draws.
const STEP: i64 = 90;
/// Days since the newest.
const NEWEST: i64 = 8;
/// How long a seeded flag stays unseen, in days.
const UNSEEN: i64 = 60;

/// Days before today of a draw, counted from the oldest.
pub(super) fn days_ago(draw: usize) -> i64 {
    NEWEST + STEP * i64::try_from(DRAWS - 1 - draw).expect("few draws")
}

/// Every result of every draw, oldest first, in the order of a report.
pub(super) fn biomarkers(who: &Who<'_>) -> Vec<Biomarker> {
    (0..DRAWS).flat_map(|draw| report(who, draw)).collect()
}

fn report(who: &Who<'_>, draw: usize) -> Vec<Biomarker> {
    let mut stream = who.stream(&format!("draw {draw}"));
    let collected_at = who.ago(days_ago(draw), 7 + stream.whole(0, 2), stream.whole(0, 59));
    let parsed_at =
        collected_at.plus_millis(stream.whole(30, 52) * 3_600_000 + stream.whole(0, 3_599) * 1_000);
    let bloodwork_id: BloodworkId = stream.id(parsed_at);

    let mut values: Vec<(&Marker, f64)> = Vec::with_capacity(MARKERS.len());
    for (code, course) in &who.story.markers {
        let marker = markers::find(code).expect("stories tell markers of the table");
        values.push((marker, told(marker, *course, draw, &mut stream)));
    }
    let value = |code: &str| {
        values
            .iter()
            .find(|(marker, _)| marker.code == code)
            .map_or(0.0, |(_, value)| *value)
    };
    let (ldl, hdl, triglycerides) = (
        value("ldl_cholesterol"),
        value("hdl_cholesterol"),
        value("triglycerides"),
    );
    let followed = [
        (
            "testosterone_free",
            body::free_testosterone(value("testosterone_total"), value("shbg")),
        ),
        (
            "total_cholesterol",
            body::total_cholesterol(ldl, hdl, triglycerides),
        ),
        ("apob", body::apob(ldl, triglycerides)),
        (
            "glucose",
            body::fasting_glucose(value("hba1c")) + stream.swing() * 2.0,
        ),
        ("ast", body::ast(value("alt"))),
        (
            "egfr",
            body::egfr(value("creatinine"), who.story.age, who.story.sex),
        ),
    ];
    for (code, value) in followed {
        let marker = markers::find(code).expect("a marker of the table");
        values.push((marker, round(value, marker.decimals)));
    }
    values.sort_by_key(|(marker, _)| MARKERS.iter().position(|other| other.code == marker.code));

    values
        .into_iter()
        .map(|(marker, value)| {
            let range = marker.range(who.story.sex);
            Biomarker {
                id: stream.id(parsed_at),
                user_id: who.person.id.clone(),
                brand_id: who.person.brand_id.clone(),
                bloodwork_id: bloodwork_id.clone(),
                code: marker.code.to_owned(),
                name: marker.name.to_owned(),
                value,
                unit: marker.unit.to_owned(),
                reference_low: range.0,
                reference_high: range.1,
                status: markers::judge(marker.code, marker.unit, value, range),
                source: String::from("labcorp"),
                collected_at,
                parsed_at,
            }
        })
        .collect()
}

fn told(marker: &Marker, course: Course, draw: usize, stream: &mut super::stream::Stream) -> f64 {
    round(
        course.at(draw) * (1.0 + marker.variation * stream.swing()),
        marker.decimals,
    )
}

/// To the decimals of a report.
pub(super) fn round(value: f64, decimals: u8) -> f64 {
    let scale = 10_f64.powi(i32::from(decimals));
    (value * scale).round() / scale
}

/// What the rule table says to each draw. Old flags have been seen.
pub(super) fn red_flags(who: &Who<'_>, biomarkers: &[Biomarker]) -> Vec<RedFlag> {
    let mut stream = who.stream("flags");
    biomarkers
        .iter()
        .flat_map(|result| rules::red_flags(result).map(move |rule| (result, rule)))
        .map(|(result, rule)| {
            let detected_at = result.parsed_at.plus_millis(60_000);
            rules::raise(
                result,
                rule,
                stream.id(detected_at),
                detected_at,
                seen(who.today, detected_at),
            )
        })
        .collect()
}

fn seen(today: Timestamp, detected_at: Timestamp) -> bool {
    today.millis_since(detected_at) > UNSEEN * DAY
}
