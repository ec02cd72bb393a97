//! `people_health`, `people_protocols`: a persona's health data, shaped for looking at it.

use connect_core::Timestamp;
use connect_core::id::UserId;
use connect_rpc::Nothing;
use connect_rpc::people as rpc;
use connect_services::clinical::markers;
use connect_store::services::Connection;
use connect_store::services::clinical::biomarkers::{self, Biomarker};
use connect_store::services::clinical::check_ins::{self, CheckIn, DAY_MARKERS};
use connect_store::services::clinical::enrollments::{self, Enrollment, EnrollmentStatus};
use connect_store::services::clinical::protocols::{self, Protocol};
use connect_store::services::clinical::{red_flags, wearables};
use connect_store::services::patient_graph::measurements::{self, Reduced};
use connect_store::services::{membership, payments};

use super::super::{Answer, broken};
use super::find;
use crate::App;

/// Most results of one answer.
const MOST_RESULTS: u32 = 5_000;
/// Most points of one metric.
const MOST_POINTS: u32 = 400;
/// One day, in milliseconds.
const DAY: i64 = 86_400_000;

pub(in crate::commands) async fn health(app: &App, request: rpc::PersonRef) -> Answer<rpc::Health> {
    let person = find(app, &request.user_id).await?;
    let (user, now) = (&person.id, app.0.env.now());
    let mut reading = app.0.world.read().await.map_err(broken)?;
    let results = biomarkers::list(&mut reading, user, MOST_RESULTS, 0)
        .await
        .map_err(broken)?;
    let catalogue = protocols::list(&mut reading, &person.brand_id, None)
        .await
        .map_err(broken)?;
    let enrollments = enrollments::list(&mut reading, user)
        .await
        .map_err(broken)?;
    let check_ins = check_ins::list(&mut reading, user).await.map_err(broken)?;
    let metrics = measurements::reduced(&mut reading, user, MOST_POINTS)
        .await
        .map_err(broken)?;
    Ok(rpc::Health {
        user_id: user.to_string(),
        biomarkers_cut: results.len() >= usize::try_from(MOST_RESULTS).unwrap_or(usize::MAX),
        biomarkers: by_marker(results),
        protocols: enrollments
            .iter()
            .map(|row| protocol(row, &catalogue, &check_ins, now))
            .collect(),
        metrics: by_metric(&metrics),
        wearables: wearables(&mut reading, user).await?,
        red_flags: red_flags(&mut reading, user).await?,
        membership: membership(&mut reading, user).await?,
        subscriptions: subscriptions(&mut reading, user).await?,
        check_ins: check_ins.into_iter().map(check_in).collect(),
    })
}

pub(in crate::commands) async fn protocols(
    app: &App,
    request: rpc::PersonRef,
) -> Answer<rpc::ProtocolList> {
    let person = find(app, &request.user_id).await?;
    let mut reading = app.0.world.read().await.map_err(broken)?;
    let running: Vec<_> = enrollments::list(&mut reading, &person.id)
        .await
        .map_err(broken)?
        .into_iter()
        .filter(|row| row.status == EnrollmentStatus::Active)
        .map(|row| row.protocol_id)
        .collect();
    let catalogue = protocols::list(&mut reading, &person.brand_id, None)
        .await
        .map_err(broken)?;
    Ok(rpc::ProtocolList {
        protocols: catalogue
            .into_iter()
            .map(|row| rpc::Protocol {
                can_start: row.active && !running.contains(&row.id),
                protocol_id: row.id.to_string(),
                slug: row.slug,
                name: row.name,
                category: row.category,
                description: row.description,
            })
            .collect(),
    })
}

pub(in crate::commands) async fn biomarkers(
    _: &App,
    _: Nothing,
) -> Answer<rpc::BiomarkerCatalogue> {
    let known = |marker: &markers::Marker| {
        let (reference_low, reference_high) = marker.widest();
        rpc::Biomarker {
            code: marker.code.to_owned(),
            name: marker.name.to_owned(),
            unit: marker.unit.to_owned(),
            category: marker.panel.as_str().to_owned(),
            about: marker.about.to_owned(),
            reference_low,
            reference_high,
            critical_below: marker.critical_below,
            critical_from: marker.critical_from,
        }
    };
    Ok(rpc::BiomarkerCatalogue {
        biomarkers: markers::MARKERS.iter().map(known).collect(),
    })
}

/// Results, newest first, as one series for each code and unit.
fn by_marker(results: Vec<Biomarker>) -> Vec<rpc::BiomarkerSeries> {
    let mut all: Vec<rpc::BiomarkerSeries> = Vec::new();
    for row in results {
        let point = rpc::BiomarkerPoint {
            id: row.id.to_string(),
            at: row.collected_at,
            value: row.value,
            status: row.status.as_str().to_owned(),
            source: row.source,
        };
        let known = all
            .iter_mut()
            .find(|series| series.code == row.code && series.unit == row.unit);
        if let Some(series) = known {
            series.points.push(point);
            continue;
        }
        let marker = markers::find(&row.code);
        all.push(rpc::BiomarkerSeries {
            category: marker
                .map_or("other", |marker| marker.panel.as_str())
                .to_owned(),
            about: marker.map(|marker| marker.about.to_owned()),
            code: row.code,
            name: row.name,
            unit: row.unit,
            reference_low: row.reference_low,
            reference_high: row.reference_high,
            points: vec![point],
        });
    }
    for series in &mut all {
        series.points.reverse();
    }
    let place = |series: &rpc::BiomarkerSeries| {
        let of_report = markers::MARKERS
            .iter()
            .position(|marker| marker.code == series.code);
        (of_report.unwrap_or(usize::MAX), series.name.clone())
    };
    all.sort_by_cached_key(place);
    all
}

/// An enrolment as it stands at `now`.
pub(super) fn protocol(
    row: &Enrollment,
    catalogue: &[Protocol],
    check_ins: &[CheckIn],
    now: Timestamp,
) -> rpc::PersonProtocol {
    let known = catalogue.iter().find(|known| known.id == row.protocol_id);
    let is_active = row.status == EnrollmentStatus::Active;
    let until = row.ended_at.map_or(now, |end| end.min(now));
    let days_done = (until.millis_since(row.enrolled_at) / DAY).max(0);
    let mut done: Vec<u16> = check_ins
        .iter()
        .filter(|check_in| check_in.enrolled_at == row.enrolled_at)
        .map(|check_in| check_in.day_marker)
        .collect();
    done.sort_unstable();
    let next = DAY_MARKERS.into_iter().find(|day| !done.contains(day));
    let week = days_done / 7 + 1;
    let phase = known.and_then(|known| {
        let phases = &known.phases;
        let current = phases
            .iter()
            .find(|phase| week <= i64::from(phase.until_week));
        current.or(phases.last()).map(|phase| phase.name.clone())
    });
    rpc::PersonProtocol {
        enrollment_id: row.id.to_string(),
        protocol_id: row.protocol_id.to_string(),
        slug: known.map(|known| known.slug.clone()),
        name: known.map_or_else(|| row.protocol_id.to_string(), |known| known.name.clone()),
        category: known.map(|known| known.category.clone()),
        status: row.status.as_str().to_owned(),
        goals: row.goals.clone(),
        enrolled_at: row.enrolled_at,
        ended_at: row.ended_at,
        days_done,
        phase: phase.filter(|_| is_active),
        check_ins_done: done,
        next_check_in: next
            .filter(|_| is_active)
            .map(|day_marker| rpc::NextCheckIn {
                day_marker,
                due_at: row.enrolled_at.plus_millis(i64::from(day_marker) * DAY),
            }),
    }
}

pub(super) fn check_in(row: CheckIn) -> rpc::CheckIn {
    rpc::CheckIn {
        id: row.id.to_string(),
        day_marker: row.day_marker,
        enrolled_at: row.enrolled_at,
        completed_at: row.completed_at,
        mood: row.mood,
        sleep_quality: row.sleep_quality,
        weight_kg: row.weight_kg,
        goals: row.goals,
        wins: row.wins,
        blockers: row.blockers,
        protocol_changes: row.protocol_changes,
    }
}

/// Points, metric by metric and oldest first, as one series for each metric.
fn by_metric(points: &[Reduced]) -> Vec<rpc::MetricSeries> {
    points
        .chunk_by(|one, next| one.metric_key == next.metric_key)
        .filter_map(|points| {
            let last = points.last()?;
            Some(rpc::MetricSeries {
                key: last.metric_key.clone(),
                label: label(&last.metric_key),
                unit: last.unit.clone(),
                source: last.source.clone(),
                measured: points
                    .iter()
                    .map(|point| u64::try_from(point.count).unwrap_or(0))
                    .sum(),
                points: points
                    .iter()
                    .map(|point| rpc::MetricPoint {
                        at: point.recorded_at,
                        value: point.value,
                    })
                    .collect(),
            })
        })
        .collect()
}

/// `resting_heart_rate` as people write it.
fn label(key: &str) -> String {
    let words = key.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

async fn wearables(reading: &mut Connection, user: &UserId) -> Answer<Vec<rpc::Wearable>> {
    let rows = wearables::list(reading, user).await.map_err(broken)?;
    Ok(rows
        .into_iter()
        .map(|row| rpc::Wearable {
            provider: row.provider.as_str().to_owned(),
            status: row.status.as_str().to_owned(),
            connected_at: row.connected_at,
            last_synced_at: row.last_synced_at,
        })
        .collect())
}

async fn red_flags(reading: &mut Connection, user: &UserId) -> Answer<Vec<rpc::RedFlag>> {
    let rows = red_flags::list(reading, user).await.map_err(broken)?;
    Ok(rows
        .into_iter()
        .map(|row| rpc::RedFlag {
            id: row.id.to_string(),
            severity: row.severity.as_str().to_owned(),
            rule: row.rule_name,
            biomarker_code: row.biomarker_code,
            biomarker_id: row.biomarker_id.to_string(),
            message: row.message,
            detected_at: row.detected_at,
        })
        .collect())
}

async fn membership(reading: &mut Connection, user: &UserId) -> Answer<Option<rpc::Membership>> {
    let row = membership::of_user(reading, user).await.map_err(broken)?;
    Ok(row.map(|row| rpc::Membership {
        id: row.id.to_string(),
        tier: row.tier,
        state: row.state.as_str().to_owned(),
        has_access: row.state.has_access(),
        since: row.created_at,
    }))
}

async fn subscriptions(reading: &mut Connection, user: &UserId) -> Answer<Vec<rpc::Subscription>> {
    let rows = payments::subscriptions_of(reading, user)
        .await
        .map_err(broken)?;
    Ok(rows
        .into_iter()
        .map(|row| rpc::Subscription {
            id: row.id.to_string(),
            plan_id: row.plan_id,
            status: row.status.as_str().to_owned(),
            source: row.source.as_str().to_owned(),
            period_start: row.current_period_start,
            period_end: row.current_period_end,
            ends_with_period: row.cancel_at_period_end,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use connect_core::Env;
    use connect_store::StoreError;
    use connect_store::services::patient_graph::measurements::Measurement;
    use serde_json::json;

    use super::*;
    use crate::Config;

    #[test]
    fn a_key_is_shown_as_people_write_it() {
        assert_eq!(label("resting_heart_rate"), "Resting heart rate");
        assert_eq!(label(""), "");
    }

    fn measured(app: &App, user: &UserId, key: &str, minute: i64, value: &str) -> Measurement {
        let at = Timestamp::from_millis(minute * 60_000);
        Measurement {
            id: app.0.env.id(),
            user_id: user.clone(),
            brand_id: "loop".to_owned(),
            metric_key: key.to_owned(),
            value_numeric: Some(value.to_owned()),
            value_text: None,
            unit: Some("bpm".to_owned()),
            source: "oura".to_owned(),
            is_phi: true,
            recorded_at: at,
            created_at: at,
        }
    }

    #[tokio::test]
    async fn a_long_series_is_given_as_means_of_equal_stretches_and_a_short_one_as_it_is() {
        let app = App::start(Config::ephemeral(), Arc::new(Env::system()))
            .await
            .unwrap();
        let maya = find(&app, "maya@example.com").await.unwrap().id;
        let mut rows: Vec<Measurement> = (0..4_000)
            .map(|minute| measured(&app, &maya, "pulse", minute, &(minute % 10).to_string()))
            .collect();
        rows.extend((0..400).map(|minute| measured(&app, &maya, "short", minute, "7.5")));
        app.0
            .world
            .write(move |tx| {
                Box::pin(async move {
                    measurements::insert(tx, &rows).await?;
                    Ok::<_, StoreError>(())
                })
            })
            .await
            .unwrap();
        let health = app
            .rpc("people_health", json!({ "user_id": maya }))
            .await
            .unwrap();
        let of = |key: &str| {
            let all = health["metrics"].as_array().unwrap();
            all.iter().find(|series| series["key"] == key).unwrap()
        };
        let long = of("pulse");
        assert_eq!(long["measured"], 4_000);
        let points = long["points"].as_array().unwrap();
        assert_eq!(points.len(), 400);
        assert!(points.iter().all(|point| point["value"] == 4.5), "{long}");
        assert_eq!(points[0]["at"], "1970-01-01T00:09:00Z");
        assert_eq!(of("short")["points"].as_array().unwrap().len(), 400);
        assert_eq!(of("short")["measured"], 400);
        app.stop().await;
    }
}
