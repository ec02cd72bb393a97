//! `people_start_protocol`, `people_check_in`: what the services' own endpoints write, with the console as the one who did
//! it. Rows, timeline, journal and events are theirs.

use std::sync::Arc;

use connect_core::domain::actor::Actor;
use connect_core::domain::flaw::Flaw;
use connect_rpc::people as rpc;
use connect_rpc::{ErrorCode, RpcError};
use connect_services::record;
use connect_store::StoreError;
use connect_store::services::clinical::check_ins::{self, DAY_MARKERS};
use connect_store::services::clinical::enrollments::{self, Enrollment, EnrollmentStatus};
use connect_store::services::clinical::protocols;
use serde_json::Map;

use super::super::{Answer, broken, flawless, not_found};
use super::{find, health};
use crate::App;

/// What stands in a list of which nothing was said: the services want one line at least.
const NOT_SAID: &str = "Not said";

pub(in crate::commands) async fn start_protocol(
    app: &App,
    request: rpc::StartProtocol,
) -> Answer<rpc::PersonProtocol> {
    let person = find(app, &request.user_id).await?;
    let mut reading = app.0.world.read().await.map_err(broken)?;
    let catalogue = protocols::list(&mut reading, &person.brand_id, None)
        .await
        .map_err(broken)?;
    drop(reading);
    let wanted = &request.protocol_id;
    let known = catalogue
        .iter()
        .find(|row| row.id.as_str() == wanted || row.slug == *wanted);
    let Some(protocol) = known.cloned() else {
        return Err(not_found("protocol", wanted, "people_protocols"));
    };
    let mut flaws = Vec::new();
    let goals = lines("goals", request.goals, &mut flaws);
    if !protocol.active {
        flaws.push(Flaw::new(
            "protocol_id",
            "the protocol is out of use; see people_protocols",
        ));
    }
    flawless(&flaws)?;
    let goals = goals.unwrap_or_else(|| vec![format!("Follow {}", protocol.name)]);
    let origin = app.origin(Actor::Console);
    let now = origin.at.sandbox;
    let env = Arc::clone(&app.0.env);
    let (row, _) = app
        .0
        .world
        .write(move |tx| {
            Box::pin(async move {
                let intake = Map::new();
                record::start_protocol(tx, &env, &origin, &person, &protocol, goals, intake).await
            })
        })
        .await
        .map_err(|error| {
            let message = "the persona is on this protocol already; see people_health";
            once(error, message)
        })?;
    Ok(health::protocol(&row, &catalogue, &[], now))
}

pub(in crate::commands) async fn check_in(
    app: &App,
    request: rpc::NewCheckIn,
) -> Answer<rpc::CheckIn> {
    let person = find(app, &request.user_id).await?;
    let mut reading = app.0.world.read().await.map_err(broken)?;
    let enrollments = enrollments::list(&mut reading, &person.id)
        .await
        .map_err(broken)?;
    let counted_from = choose(enrollments, request.enrollment_id.as_deref())?;
    let done = check_ins::done(&mut reading, &person.id, counted_from.enrolled_at)
        .await
        .map_err(broken)?;
    drop(reading);
    let checked = checked(request)?;
    let day_marker = match checked.day_marker {
        Some(day) => day,
        None => DAY_MARKERS
            .into_iter()
            .find(|day| !done.contains(day))
            .ok_or_else(|| {
                let message = "every check-in of this protocol is filled in; start another with people_start_protocol";
                RpcError::new(ErrorCode::Conflict, message)
            })?,
    };
    let wanted = record::NewCheckIn {
        day_marker,
        enrolled_at: counted_from.enrolled_at,
        goals: checked.goals.unwrap_or(counted_from.goals),
        wins: checked.wins,
        blockers: checked.blockers,
        protocol_changes: checked.protocol_changes,
        mood: checked.mood,
        weight_kg: checked.weight_kg,
        sleep_quality: checked.sleep_quality,
    };
    let origin = app.origin(Actor::Console);
    let env = Arc::clone(&app.0.env);
    let (row, _) = app
        .0
        .world
        .write(move |tx| {
            Box::pin(async move { record::add_check_in(tx, &env, &origin, &person, &wanted).await })
        })
        .await
        .map_err(|error| {
            let message = format!("the check-in for day {day_marker} is filled in already");
            once(error, &message)
        })?;
    Ok(health::check_in(row))
}

/// The protocol a check-in counts from: the named one, else the newest that runs, else the newest.
fn choose(enrollments: Vec<Enrollment>, named: Option<&str>) -> Answer<Enrollment> {
    let chosen = if let Some(id) = named {
        enrollments.into_iter().find(|row| row.id.as_str() == id)
    } else {
        let running = enrollments
            .iter()
            .position(|row| row.status == EnrollmentStatus::Active);
        enrollments.into_iter().nth(running.unwrap_or(0))
    };
    chosen.ok_or_else(|| match named {
        Some(id) => not_found("enrolment of this persona", id, "people_health"),
        None => RpcError::new(
            ErrorCode::Conflict,
            "the persona is on no protocol, and a check-in counts from one; start it with people_start_protocol",
        ),
    })
}

/// A check-in whose values fit the schema of `POST /v1/check-ins`.
struct Checked {
    day_marker: Option<u16>,
    mood: u8,
    sleep_quality: u8,
    weight_kg: Option<f64>,
    goals: Option<Vec<String>>,
    wins: Vec<String>,
    blockers: Vec<String>,
    protocol_changes: Option<String>,
}

fn checked(request: rpc::NewCheckIn) -> Answer<Checked> {
    let mut flaws = Vec::new();
    for (field, value) in [
        ("mood", request.mood),
        ("sleep_quality", request.sleep_quality),
    ] {
        if !(1..=10).contains(&value) {
            flaws.push(Flaw::new(
                field,
                format!("1 to 10 is wanted, {value} was given"),
            ));
        }
    }
    if request
        .day_marker
        .is_some_and(|day| !DAY_MARKERS.contains(&day))
    {
        flaws.push(Flaw::new("day_marker", "30, 60 or 90 is wanted"));
    }
    if request
        .weight_kg
        .is_some_and(|weight| !(weight.is_finite() && weight > 0.0))
    {
        flaws.push(Flaw::new("weight_kg", "more than 0 is wanted"));
    }
    let not_said = || vec![NOT_SAID.to_owned()];
    let checked = Checked {
        day_marker: request.day_marker,
        mood: request.mood,
        sleep_quality: request.sleep_quality,
        weight_kg: request.weight_kg,
        goals: lines("goals", request.goals, &mut flaws),
        wins: lines("wins", request.wins, &mut flaws).unwrap_or_else(not_said),
        blockers: lines("blockers", request.blockers, &mut flaws).unwrap_or_else(not_said),
        protocol_changes: request.protocol_changes,
    };
    flawless(&flaws)?;
    Ok(checked)
}

/// Lines as given, which are at least one and none of them empty.
fn lines(field: &str, given: Option<Vec<String>>, flaws: &mut Vec<Flaw>) -> Option<Vec<String>> {
    if given
        .as_ref()
        .is_some_and(|lines| lines.is_empty() || lines.iter().any(|line| line.trim().is_empty()))
    {
        let message = "at least one line, and none of them empty; or leave it out";
        flaws.push(Flaw::new(field, message));
    }
    given
}

/// What can be there once is there.
fn once(error: StoreError, message: &str) -> RpcError {
    if error.is_unique_violation() {
        RpcError::new(ErrorCode::Conflict, message)
    } else {
        broken(error)
    }
}
