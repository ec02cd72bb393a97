//! The people are plausible, and the same every time.

use std::collections::{BTreeMap, BTreeSet};

use connect_core::Timestamp;
use connect_core::domain::app::{BRANDS, Person};
use connect_core::id::UserId;
use connect_store::services::clinical::biomarkers::{Biomarker, BiomarkerStatus};
use connect_store::services::clinical::red_flags::Severity;
use connect_store::services::comms::MessageStatus;
use connect_testkit::START;

use super::{DAY, DAYS, Life, body, catalogue, life, story};
use crate::clinical::markers::{self, MARKERS, Sex};

fn person(email: &str, brand: &str) -> Person {
    Person {
        id: UserId::from_text(format!("user_{email}")),
        email: email.to_owned(),
        name: String::from("Given Family"),
        brand_id: brand.to_owned(),
        locale: String::from("en-US"),
        description: String::new(),
        created_at: START,
        updated_at: START,
    }
}

fn everybody() -> Vec<(Person, Life)> {
    [
        ("maya@example.com", "loop"),
        ("jonas@example.com", "loop"),
        ("priya@example.com", "loopbio"),
        ("somebody@example.com", "loop"),
        ("another@example.com", "loopbio"),
    ]
    .into_iter()
    .map(|(email, brand)| {
        let person = person(email, brand);
        let life = life(&person, START);
        (person, life)
    })
    .collect()
}

fn series<'l>(life: &'l Life, code: &'l str) -> Vec<&'l Biomarker> {
    life.biomarkers
        .iter()
        .filter(|row| row.code == code)
        .collect()
}

#[test]
fn the_same_persona_on_the_same_day_has_the_same_life() {
    for (person, life) in everybody() {
        let later = super::life(&person, START.plus_millis(11 * 3_600_000 + 1));
        assert_eq!(life, later, "{}", person.email);
        let tomorrow = super::life(&person, START.plus_millis(DAY));
        assert_ne!(life.biomarkers[0].id, tomorrow.biomarkers[0].id);
        assert_eq!(
            life.biomarkers[0].value.to_bits(),
            tomorrow.biomarkers[0].value.to_bits()
        );
    }
}

#[test]
fn ids_are_unique() {
    let mut ids = BTreeSet::new();
    for (_, life) in everybody() {
        let all = life
            .biomarkers
            .iter()
            .map(|row| row.id.to_string())
            .chain(life.red_flags.iter().map(|row| row.id.to_string()))
            .chain(life.measurements.iter().map(|row| row.id.to_string()))
            .chain(life.check_ins.iter().map(|row| row.id.to_string()))
            .chain(life.connections.iter().map(|row| row.id.to_string()))
            .chain(life.payments.iter().map(|row| row.id.to_string()))
            .chain(life.posts.iter().map(|row| row.id.to_string()))
            .chain(life.timeline.iter().map(|row| row.id.to_string()))
            .chain(life.preferences.iter().map(|row| row.id.to_string()));
        for id in all {
            assert!(ids.insert(id.clone()), "{id} twice");
        }
    }
}

#[test]
fn every_draw_is_a_full_report_in_real_units_and_plausible_values() {
    for (person, life) in everybody() {
        let mut draws: BTreeMap<&str, Vec<&Biomarker>> = BTreeMap::new();
        for row in &life.biomarkers {
            draws
                .entry(row.bloodwork_id.as_str())
                .or_default()
                .push(row);
        }
        assert_eq!(draws.len(), 9, "{}", person.email);
        for rows in draws.values() {
            let codes: Vec<&str> = rows.iter().map(|row| row.code.as_str()).collect();
            assert_eq!(
                codes,
                MARKERS.iter().map(|marker| marker.code).collect::<Vec<_>>()
            );
        }
        for row in &life.biomarkers {
            let marker = markers::find(&row.code).expect("known");
            assert_eq!(
                (row.unit.as_str(), row.name.as_str()),
                (marker.unit, marker.name)
            );
            assert!(
                (marker.plausible.0..=marker.plausible.1).contains(&row.value),
                "{} {}",
                row.code,
                row.value
            );
            assert!(
                marker.range(Sex::Male) == (row.reference_low, row.reference_high)
                    || marker.range(Sex::Female) == (row.reference_low, row.reference_high)
            );
        }
    }
}

#[test]
fn the_status_of_a_result_is_what_its_range_says() {
    for (_, life) in everybody() {
        for row in &life.biomarkers {
            let below = row.reference_low.is_some_and(|low| row.value < low);
            let above = row.reference_high.is_some_and(|high| row.value > high);
            match row.status {
                BiomarkerStatus::Normal => assert!(!below && !above, "{} {}", row.code, row.value),
                BiomarkerStatus::Low => assert!(below, "{} {}", row.code, row.value),
                BiomarkerStatus::High => assert!(above, "{} {}", row.code, row.value),
                BiomarkerStatus::Critical => assert!(below || above, "{} {}", row.code, row.value),
            }
        }
    }
}

#[test]
fn values_that_follow_from_others_do() {
    for (person, life) in everybody() {
        let story = story::of(&person);
        for draw in 0..story::DRAWS {
            let value = |code: &str| series(&life, code)[draw].value;
            let total = body::total_cholesterol(
                value("ldl_cholesterol"),
                value("hdl_cholesterol"),
                value("triglycerides"),
            );
            assert!((value("total_cholesterol") - total).abs() <= 1.0);
            let egfr = body::egfr(value("creatinine"), story.age, story.sex);
            assert!((value("egfr") - egfr).abs() <= 1.0);
            assert!((value("glucose") - body::fasting_glucose(value("hba1c"))).abs() <= 3.0);
        }
    }
}

#[test]
fn nothing_lies_before_two_years_ago_or_after_the_present_day_began() {
    let today = Timestamp::from_millis(START.as_millis() / DAY * DAY);
    let first = today.plus_millis(-DAYS * DAY);
    for (person, life) in everybody() {
        let moments = life
            .biomarkers
            .iter()
            .flat_map(|row| [row.collected_at, row.parsed_at])
            .chain(life.red_flags.iter().map(|row| row.detected_at))
            .chain(
                life.enrollments
                    .iter()
                    .flat_map(|row| [Some(row.enrolled_at), row.ended_at])
                    .flatten(),
            )
            .chain(life.check_ins.iter().map(|row| row.completed_at))
            .chain(
                life.connections
                    .iter()
                    .flat_map(|row| [Some(row.connected_at), row.last_synced_at])
                    .flatten(),
            )
            .chain(
                life.measurements
                    .iter()
                    .flat_map(|row| [row.recorded_at, row.created_at]),
            )
            .chain(life.metrics.iter().map(|row| row.updated_at))
            .chain(life.transitions.iter().map(|row| row.created_at))
            .chain(
                life.payments
                    .iter()
                    .flat_map(|row| [row.created_at, row.updated_at]),
            )
            .chain(life.posts.iter().map(|row| row.created_at))
            .chain(life.reactions.iter().map(|row| row.created_at))
            .chain(life.follows.iter().map(|row| row.created_at))
            .chain(
                life.messages
                    .iter()
                    .flat_map(|row| [Some(row.created_at), row.sent_at])
                    .flatten(),
            )
            .chain(life.timeline.iter().map(|row| row.occurred_at));
        for moment in moments {
            assert!(
                (first..=today).contains(&moment),
                "{}: {moment}",
                person.email
            );
        }
        let subscription = &life.subscription;
        assert!(
            subscription.current_period_start <= today && today < subscription.current_period_end
        );
        for message in &life.messages {
            let waits = message.status == MessageStatus::Scheduled;
            assert_eq!(waits, message.scheduled_at.is_some_and(|at| at > today));
        }
    }
}

#[test]
fn each_persona_has_a_story() {
    let lives = everybody();
    let of = |email: &str| {
        &lives
            .iter()
            .find(|(person, _)| person.email == email)
            .expect("there")
            .1
    };
    let first_and_last = |life: &Life, code: &str| {
        let rows = series(life, code);
        (rows[0].value, rows[rows.len() - 1].value)
    };

    let (then, now) = first_and_last(of("jonas@example.com"), "ldl_cholesterol");
    assert!(then > 150.0 && now < 100.0, "LDL {then} → {now}");
    let (then, now) = first_and_last(of("maya@example.com"), "vitamin_d_25_oh");
    assert!(then < 10.0 && now > 40.0, "vitamin D {then} → {now}");
    let hba1c = series(of("priya@example.com"), "hba1c");
    assert!(
        hba1c.iter().all(|row| (5.6..6.5).contains(&row.value)),
        "HbA1c stays on the border"
    );
}

#[test]
fn some_results_are_out_of_range_and_a_critical_one_is_rare() {
    for (person, life) in everybody() {
        let share = |status: BiomarkerStatus| {
            life.biomarkers
                .iter()
                .filter(|row| row.status == status)
                .count()
        };
        let out = share(BiomarkerStatus::Low) + share(BiomarkerStatus::High);
        assert!(
            out >= 1 && out * 2 < life.biomarkers.len(),
            "{}: {out}",
            person.email
        );
        assert!(share(BiomarkerStatus::Critical) <= 2, "{}", person.email);
    }
    let critical = |email: &str| {
        let life = life(&person(email, "loop"), START);
        life.biomarkers
            .iter()
            .filter(|row| row.status == BiomarkerStatus::Critical)
            .map(|row| row.code.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(critical("jonas@example.com"), ["triglycerides"]);
    assert_eq!(critical("maya@example.com"), ["vitamin_d_25_oh"]);
}

#[test]
fn flags_check_ins_and_enrolments_fit_together() {
    for (person, life) in everybody() {
        let catalogue = catalogue::of_brand(&person.brand_id);
        let urgent = life
            .red_flags
            .iter()
            .filter(|flag| flag.severity == Severity::Urgent)
            .count();
        let critical = life
            .biomarkers
            .iter()
            .filter(|row| row.status == BiomarkerStatus::Critical)
            .count();
        assert_eq!(urgent, critical);
        for flag in &life.red_flags {
            assert!(
                life.biomarkers
                    .iter()
                    .any(|row| row.id == flag.biomarker_id && row.code == flag.biomarker_code)
            );
        }
        for enrollment in &life.enrollments {
            assert!(
                catalogue
                    .protocols
                    .iter()
                    .any(|protocol| protocol.id == enrollment.protocol_id)
            );
        }
        assert!(!life.check_ins.is_empty());
        for check_in in &life.check_ins {
            assert!(
                life.enrollments
                    .iter()
                    .any(|enrollment| enrollment.enrolled_at == check_in.enrolled_at)
            );
            let due = check_in
                .enrolled_at
                .plus_millis(i64::from(check_in.day_marker) * DAY);
            assert!(check_in.completed_at >= due && check_in.completed_at <= due.plus_millis(DAY));
            assert!(
                (1..=10).contains(&check_in.mood) && (1..=10).contains(&check_in.sleep_quality)
            );
        }
    }
}

#[test]
fn catalogues_do_not_depend_on_the_day_and_name_markers_that_exist() {
    for brand in BRANDS {
        let all = catalogue::of_brand(brand);
        assert_eq!(all, catalogue::of_brand(brand));
        assert_eq!(all.protocols.len(), 6);
        for protocol in &all.protocols {
            assert!(
                all.compounds
                    .iter()
                    .any(|compound| compound.protocol_id == protocol.id)
            );
            for criterion in &protocol.criteria {
                let marker =
                    markers::find(&criterion.biomarker_code).expect("a marker of the table");
                assert!(
                    criterion
                        .unit
                        .as_deref()
                        .is_none_or(|unit| unit == marker.unit)
                );
            }
        }
    }
    assert_ne!(
        catalogue::of_brand("loop").protocols[0].id,
        catalogue::of_brand("loopbio").protocols[0].id
    );
}
