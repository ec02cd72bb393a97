//! What goes wrong on purpose in a walk: by name, one for each step.

use connect_core::domain::walk::Step;
use connect_rpc::simulator::{StepState, TamperInfo, TamperList, WalkSession};
use serde_json::Value;

use super::super::ask::Sandbox;
use super::course::Course;
use crate::failure::Failure;
use crate::{output, walk};

/// What `--tamper` takes to say what there is.
pub(super) const LIST: &str = "list";
/// A name this much like another may have been meant (Jaro-Winkler, 0 to 1).
const LIKENESS: f64 = 0.8;

/// What is still to go wrong, in the order of the walk.
#[derive(Debug)]
pub(super) struct Slips(Vec<TamperInfo>);

impl Slips {
    /// Those of these names; none without names.
    pub(super) async fn named(
        sandbox: &mut Sandbox,
        names: &[String],
        course: &Course,
    ) -> Result<Self, Failure> {
        if names.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let known: TamperList = sandbox.get("simulator_tampers", Value::Null).await?;
        Self::of(&known.tampers, names, course).map_err(Failure::Arguments)
    }

    fn of(known: &[TamperInfo], names: &[String], course: &Course) -> Result<Self, String> {
        let mut slips: Vec<TamperInfo> = Vec::with_capacity(names.len());
        for name in names {
            if name == LIST {
                return Err(format!(
                    "`--tamper {LIST}` says what there is; give it alone"
                ));
            }
            let found = known.iter().find(|tamper| tamper.name == *name);
            let found = found.ok_or_else(|| unknown(name, known))?;
            if course.skip.contains(&found.step) {
                let step = found.step.as_str();
                return Err(format!(
                    "`{name}` belongs to the step {step}, and --skip {step} leaves it out"
                ));
            }
            if let Some(until) = course.ends_before(found.step) {
                return Err(format!(
                    "`{name}` belongs to the step {}, and --until {} ends before it",
                    found.step.as_str(),
                    until.as_str()
                ));
            }
            if let Some(other) = slips.iter().find(|slip| slip.step == found.step) {
                return Err(format!(
                    "`{}` and `{name}` both belong to the step {}, which takes one; walk twice",
                    other.name,
                    found.step.as_str()
                ));
            }
            slips.push(found.clone());
        }
        slips.sort_by_key(|slip| slip.step);
        Ok(Self(slips))
    }

    /// Fails when one belongs to a step that this walk has not.
    pub(super) fn belong_to(&self, session: &WalkSession, course: &Course) -> Result<(), Failure> {
        let left_out = |slip: &&TamperInfo| {
            let mut steps = session.steps.iter();
            steps.find(|it| it.step == slip.step && it.state == StepState::LeftOut)
        };
        let found = self
            .0
            .iter()
            .find_map(|slip| Some((slip, left_out(&slip)?)));
        let Some((slip, step)) = found.filter(|(slip, _)| course.ends_before(slip.step).is_none())
        else {
            return Ok(());
        };
        let why = step.left_out.as_deref().unwrap_or("it is passed over");
        Err(Failure::Arguments(format!(
            "`{}` belongs to the step {}, which this walk has not: {}",
            slip.name,
            slip.step.as_str(),
            output::plain(why)
        )))
    }

    /// The one of a step, which is then no more to come.
    pub(super) fn take(&mut self, step: Step) -> Option<TamperInfo> {
        let place = self.0.iter().position(|slip| slip.step == step)?;
        Some(self.0.remove(place))
    }

    /// Their names, in order.
    pub(super) fn names(&self) -> Vec<String> {
        self.0.iter().map(|slip| slip.name.clone()).collect()
    }

    /// The next one to come.
    pub(super) fn next(&self) -> Option<&TamperInfo> {
        self.0.first()
    }
}

/// What is said of a name that nothing has.
fn unknown(name: &str, known: &[TamperInfo]) -> String {
    let mut near: Vec<(f64, &str)> = known
        .iter()
        .map(|tamper| {
            (
                strsim::jaro_winkler(name, &tamper.name),
                tamper.name.as_str(),
            )
        })
        .filter(|(likeness, _)| *likeness > LIKENESS)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near: Vec<&str> = near.into_iter().take(3).map(|(_, name)| name).collect();
    let shown = output::plain(&name.chars().take(64).collect::<String>());
    let meant = if near.is_empty() {
        String::new()
    } else {
        format!("did you mean {}? ", near.join(", "))
    };
    format!(
        "nothing goes wrong by the name `{shown}`; {meant}`connect-sandbox walk --tamper {LIST}` says what there is"
    )
}

pub(super) async fn list(sandbox: &mut Sandbox, json: bool) -> Result<(), Failure> {
    if json {
        let tampers: Value = sandbox.call("simulator_tampers", Value::Null).await?;
        return Ok(output::json(&tampers)?);
    }
    let tampers: TamperList = sandbox.get("simulator_tampers", Value::Null).await?;
    Ok(output::data(&walk::slips(&tampers.tampers))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tamper(name: &str, step: Step) -> TamperInfo {
        TamperInfo {
            name: name.to_owned(),
            step,
            title: String::new(),
            about: String::new(),
            moves_clock: false,
            unavailable: None,
        }
    }

    fn known() -> Vec<TamperInfo> {
        vec![
            tamper("unknown_scope", Step::SignIn),
            tamper("wrong_verifier", Step::Token),
            tamper("code_twice", Step::Token),
        ]
    }

    fn of(names: &[&str], until: Option<Step>) -> Result<Slips, String> {
        let skip = Vec::new();
        along(names, &Course { until, skip })
    }

    fn along(names: &[&str], course: &Course) -> Result<Slips, String> {
        let names: Vec<String> = names.iter().map(|it| (*it).to_owned()).collect();
        Slips::of(&known(), &names, course)
    }

    #[test]
    fn a_slip_is_answered_with_what_was_meant() {
        let said = of(&["wrong_verifer"], None).unwrap_err();
        assert!(said.contains("did you mean wrong_verifier?"), "{said}");
        let said = of(&["zzz\u{1b}[2J"], None).unwrap_err();
        assert!(said.contains("--tamper list` says what there is"), "{said}");
        assert!(!said.contains('\u{1b}'), "{said}");
    }

    #[test]
    fn slips_of_different_steps_come_in_the_order_of_the_walk() {
        let mut slips = of(&["code_twice", "unknown_scope"], None).unwrap();
        assert_eq!(slips.next().unwrap().name, "unknown_scope");
        assert_eq!(slips.take(Step::SignIn).unwrap().name, "unknown_scope");
        assert_eq!(slips.take(Step::SignIn), None);
        assert_eq!(slips.take(Step::Token).unwrap().name, "code_twice");
    }

    #[test]
    fn two_of_one_step_and_one_behind_the_end_are_refused() {
        let said = of(&["code_twice", "wrong_verifier"], None).unwrap_err();
        assert!(
            said.contains("`code_twice` and `wrong_verifier` both belong"),
            "{said}"
        );
        let said = of(&["code_twice"], Some(Step::SignIn)).unwrap_err();
        assert!(said.contains("--until sign_in ends before it"), "{said}");
        let course = Course {
            until: None,
            skip: vec![Step::Token],
        };
        let said = along(&["code_twice"], &course).unwrap_err();
        assert!(said.contains("--skip token leaves it out"), "{said}");
        let said = of(&["code_twice", "list"], None).unwrap_err();
        assert!(said.contains("give it alone"), "{said}");
    }
}
