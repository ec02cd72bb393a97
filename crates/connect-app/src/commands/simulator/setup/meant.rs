//! Whom somebody means: an app by client id or name, a persona by email. What is not there is answered with what is.

use connect_core::domain::app::{AppType, Client};
use connect_rpc::{ErrorCode, RpcError};
use connect_simulator::session::Setup;
use connect_store::{clients, people};
use serde_json::json;

use super::super::choices::signs_people_in;
use super::invalid;
use crate::App;
use crate::commands::{Answer, broken};

/// A name this much like another may have been meant (Jaro-Winkler, 0 to 1).
const LIKENESS: f64 = 0.8;
/// Most names that are told.
const MOST: usize = 12;
/// Most of those that may have been meant.
const MOST_ALIKE: usize = 3;

/// The app that was meant: by client id or by name; else the one before, or the first.
pub(super) async fn client(
    app: &App,
    before: Option<&Setup>,
    wanted: Option<&str>,
) -> Answer<Client> {
    let mut connection = app.0.world.read().await.map_err(broken)?;
    let all = clients::list(&mut connection).await.map_err(broken)?;
    drop(connection);
    let mut all: Vec<Client> = all.into_iter().map(|(client, _)| client).collect();
    let wanted = wanted.or_else(|| before.map(|it| &*it.client_id));
    let place = match wanted {
        None => all.iter().position(signs_people_in).ok_or_else(|| {
            RpcError::new(
                ErrorCode::Conflict,
                "no app of this sandbox signs people in; register one with apps_create",
            )
        })?,
        Some(wanted) => chosen(&all, wanted)?,
    };
    Ok(all.swap_remove(place))
}

/// Where the app is that somebody named.
fn chosen(all: &[Client], wanted: &str) -> Answer<usize> {
    let of_people: Vec<&str> = all
        .iter()
        .filter(|it| signs_people_in(it))
        .map(|it| it.name.as_str())
        .collect();
    let by_id = all.iter().position(|it| it.id.as_str() == wanted);
    let named: Vec<usize> = all
        .iter()
        .enumerate()
        .filter(|(_, it)| it.name.eq_ignore_ascii_case(wanted))
        .map(|(place, _)| place)
        .collect();
    let place = match (by_id, named.as_slice()) {
        (Some(place), _) => place,
        (None, [place]) => *place,
        (None, []) => return Err(nobody("app", wanted, &of_people)),
        (None, several) => {
            let ids: Vec<&str> = several.iter().map(|it| all[*it].id.as_str()).collect();
            let message = format!(
                "several are called so; name one by its client id: {}",
                ids.join(", ")
            );
            return Err(invalid("app", &message));
        }
    };
    if all[place].app_type == AppType::M2m {
        let message = format!(
            "a machine's app signs nobody in: it has no such flow to walk; {} can",
            told(&of_people)
        );
        return Err(invalid("app", &message));
    }
    Ok(place)
}

/// The email of a persona that was meant.
pub(super) async fn person(app: &App, email: &str) -> Answer<String> {
    let mut connection = app.0.world.read().await.map_err(broken)?;
    let people = people::list(&mut connection).await.map_err(broken)?;
    let found = people
        .iter()
        .find(|person| person.email.eq_ignore_ascii_case(email.trim()));
    let emails: Vec<&str> = people.iter().map(|it| it.email.as_str()).collect();
    let found = found.ok_or_else(|| nobody("persona", email, &emails))?;
    Ok(found.email.clone())
}

pub(super) async fn first_person(app: &App) -> Answer<Option<String>> {
    let mut connection = app.0.world.read().await.map_err(broken)?;
    let people = people::list(&mut connection).await.map_err(broken)?;
    Ok(people.into_iter().next().map(|person| person.email))
}

/// Nothing has this name: what may have been meant, and what there is.
fn nobody(what: &str, wanted: &str, there: &[&str]) -> RpcError {
    let shown: String = wanted
        .chars()
        .filter(|c| !c.is_control())
        .take(80)
        .collect();
    let near = alike(wanted, there);
    let meant = near.first().map_or_else(
        || "; there are".to_owned(),
        |name| format!("; did you mean {name}? There are"),
    );
    let message = format!("there is no {what} `{shown}`{meant} {}", told(there));
    may_have_meant(RpcError::new(ErrorCode::NotFound, message), what, &near)
}

/// The names that are much like one that nothing has, the likest first; a few of them.
pub(in super::super) fn alike<'n>(wanted: &str, there: &[&'n str]) -> Vec<&'n str> {
    // Emails of one domain are alike by that alone.
    let own = |name: &str| name.split('@').next().unwrap_or(name).to_ascii_lowercase();
    let sought = own(wanted);
    let likeness = |name: &str| strsim::jaro_winkler(&sought, &own(name));
    let near = there.iter().map(|name| (likeness(name), *name));
    let mut near: Vec<(f64, &str)> = near.filter(|(it, _)| *it > LIKENESS).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.into_iter()
        .take(MOST_ALIKE)
        .map(|(_, it)| it)
        .collect()
}

/// The failure with what may have been meant by a field, for programs.
pub(in super::super) fn may_have_meant(error: RpcError, field: &str, names: &[&str]) -> RpcError {
    if names.is_empty() {
        return error;
    }
    error.with(json!({ "field": field, "did_you_mean": names }))
}

/// Names in a sentence.
fn told(names: &[&str]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let mut shown: Vec<String> = names.iter().take(MOST).map(|it| (*it).to_owned()).collect();
    if names.len() > MOST {
        shown.push(format!("{} more", names.len() - MOST));
    }
    shown.join(", ")
}
