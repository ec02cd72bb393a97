//! Enrolments and the check-ins along them.

use connect_store::services::clinical::check_ins::{CheckIn, DAY_MARKERS};
use connect_store::services::clinical::enrollments::{Enrollment, EnrollmentStatus};
use serde_json::{Map, Value, json};

use super::labs::round;
use super::story::Chapter;
use super::{DAY, DAYS, Who, catalogue};

/// A protocol and its check-ins are over after this many days.
const WHOLE: i64 = 90;

/// One for each chapter, oldest first.
pub(super) fn enrollments(who: &Who<'_>) -> Vec<Enrollment> {
    who.story
        .chapters
        .iter()
        .map(|chapter| enrollment(who, chapter))
        .collect()
}

fn enrollment(who: &Who<'_>, chapter: &Chapter) -> Enrollment {
    let mut stream = who.stream(&format!("enrolment {}", chapter.protocol));
    let enrolled_at = who.ago(chapter.days_ago, 17, stream.whole(0, 59));
    let over = chapter.days_ago > WHOLE + 5;
    let mut form = Map::new();
    #[expect(clippy::cast_possible_truncation, reason = "an age in years")]
    let age = who.story.age as i64;
    form.insert(String::from("age"), json!(age));
    form.insert(String::from("conditions"), json!(who.story.conditions));
    form.insert(String::from("email"), json!(who.person.email));
    form.insert(String::from("full_name"), json!(who.person.name));
    let mut intake = Map::new();
    intake.insert(
        String::from("consent"),
        json!({ "agreed_to_privacy": true, "agreed_to_terms": true }),
    );
    intake.insert(String::from("form"), Value::Object(form));
    Enrollment {
        id: stream.id(enrolled_at),
        user_id: who.person.id.clone(),
        brand_id: who.person.brand_id.clone(),
        protocol_id: catalogue::protocol_id(&who.person.brand_id, chapter.protocol),
        goals: owned(chapter.goals),
        intake,
        status: if over {
            EnrollmentStatus::Completed
        } else {
            EnrollmentStatus::Active
        },
        enrolled_at,
        ended_at: over.then(|| enrolled_at.plus_millis(WHOLE * DAY)),
    }
}

/// Every check-in that was due more than a day ago.
pub(super) fn check_ins(who: &Who<'_>, enrollments: &[Enrollment]) -> Vec<CheckIn> {
    let mut all: Vec<CheckIn> = who
        .story
        .chapters
        .iter()
        .zip(enrollments)
        .flat_map(|(chapter, enrollment)| {
            DAY_MARKERS
                .into_iter()
                .filter(|day| i64::from(*day) < chapter.days_ago)
                .map(move |day| check_in(who, chapter, enrollment, day))
        })
        .collect();
    all.sort_by_key(|check_in| check_in.completed_at);
    all
}

fn check_in(who: &Who<'_>, chapter: &Chapter, enrollment: &Enrollment, day_marker: u16) -> CheckIn {
    let mut stream = who.stream(&format!("check-in {} {day_marker}", chapter.protocol));
    // Some hours after it became due, never after today began.
    let completed_at = enrollment
        .enrolled_at
        .plus_millis(i64::from(day_marker) * DAY + stream.whole(10, 290) * 60_000);
    let completed_at = completed_at.min(who.today);
    let progress = i64::from(day_marker) / 30;
    let mood = (5 + progress + stream.whole(-1, 1)).clamp(1, 10);
    let sleep = (5 + progress + stream.whole(-1, 1)).clamp(1, 10);
    CheckIn {
        id: stream.id(completed_at),
        user_id: who.person.id.clone(),
        brand_id: who.person.brand_id.clone(),
        day_marker,
        enrolled_at: enrollment.enrolled_at,
        goals: owned(chapter.goals),
        wins: owned(chapter.wins),
        blockers: owned(chapter.blockers),
        protocol_changes: (day_marker == 60)
            .then(|| chapter.changes.map(str::to_owned))
            .flatten(),
        mood: u8::try_from(mood).expect("1 to 10"),
        weight_kg: Some(weight(
            who,
            chapter.days_ago - i64::from(day_marker),
            stream.swing(),
        )),
        sleep_quality: u8::try_from(sleep).expect("1 to 10"),
        completed_at,
        created_at: completed_at,
    }
}

/// What the scale shows on a day.
pub(super) fn weight(who: &Who<'_>, days_ago: i64, swing: f64) -> f64 {
    let (then, now) = who.story.weight;
    #[expect(clippy::cast_precision_loss, reason = "days are few")]
    let share = 1.0 - days_ago as f64 / DAYS as f64;
    round(then + (now - then) * share + swing * 0.6, 1)
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}
