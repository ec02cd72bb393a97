//! What a walk is called that nobody gave a name: what goes wrong in it, and whatever else tells it from the others.

use connect_rpc::simulator::{UpdateWalk, WalkList, WalkSession};
use serde_json::{Value, json};

use super::super::ask::Sandbox;
use super::course::Course;
use super::slips::Slips;
use crate::failure::Failure;

/// Most characters of a name.
const LONGEST: usize = 80;
/// Room for the number of a name that others have.
const NUMBER: usize = 5;

/// The session under a name that no other has.
pub(super) async fn given(
    sandbox: &mut Sandbox,
    session: WalkSession,
    slips: &Slips,
    course: &Course,
) -> Result<WalkSession, Failure> {
    let there: WalkList = sandbox.get("simulator_list", Value::Null).await?;
    let others = there.sessions.iter();
    let others: Vec<&str> = others
        .filter(|it| it.session != session.summary.session)
        .map(|it| it.name.as_str())
        .collect();
    let name = told_apart(&wanted(&session.summary.name, slips, course), &others);
    if name == session.summary.name {
        return Ok(session);
    }
    let named = UpdateWalk {
        session: session.summary.session,
        name: Some(name),
        kept: None,
        setup: None,
    };
    sandbox.get("simulator_update", json!(named)).await
}

/// `wrong_verifier, Demo Web App as maya, without reuse`.
fn wanted(usual: &str, slips: &Slips, course: &Course) -> String {
    let mut parts = slips.names();
    parts.push(usual.to_owned());
    if let Some(until) = course.until {
        parts.push(format!("until {}", until.as_str()));
    }
    let skipped: Vec<&str> = course.skip.iter().map(|it| it.as_str()).collect();
    if !skipped.is_empty() {
        parts.push(format!("without {}", skipped.join(" and ")));
    }
    parts.join(", ").chars().take(LONGEST - NUMBER).collect()
}

/// A name that none of the others is: the second one has a 2.
fn told_apart(name: &str, others: &[&str]) -> String {
    if !others.contains(&name) {
        return name.to_owned();
    }
    let mut numbered = (2..).map(|number| format!("{name} {number}"));
    let free = numbered.find(|it| !others.contains(&it.as_str()));
    free.unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_of_a_name_has_a_number() {
        assert_eq!(told_apart("A", &["B"]), "A");
        assert_eq!(told_apart("A", &["A", "B"]), "A 2");
        assert_eq!(told_apart("A", &["A 2", "A"]), "A 3");
    }
}
