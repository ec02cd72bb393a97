//! A step once more as it was when it was taken: what was sent, and what would have been without what went wrong on purpose.
//! How things stand now has no part in it.

use super::WalkError;
use super::foresight::{Prepared, find};
use crate::known::Known;
use crate::plan::{self, Draft};
use crate::session::{Facts, Run, Session};

/// A run's step as it was: with the run's own tampering what was sent and was foreseen; without any, what the flow would
/// have had, of which nothing is foreseen.
///
/// # Errors
/// [`WalkError`], when the tampering is not the run's, or the step is none of the walk as it is set up by now.
pub fn prepare_again(
    session: &Session,
    known: &Known,
    run: &Run,
    tamper: Option<&str>,
) -> Result<Prepared, WalkError> {
    if let Some(name) = tamper.filter(|name| run.tamper.as_deref() != Some(*name)) {
        return Err(WalkError::TamperOfAnotherRun {
            run: run.number,
            name: name.to_owned(),
        });
    }
    let draft = match (&run.spoiled, tamper) {
        (Some(spoiled), Some(_)) => spoiled.made.clone(),
        (Some(spoiled), None) => spoiled.without.clone(),
        // Nothing was made of it, or an earlier version did not keep it: what was known then says it.
        (None, _) => from_before(session, known, run, tamper)?,
    };
    let foreseen = tamper.and(run.prediction.as_ref());
    let predictions = (0..draft.requests.len()).map(|place| {
        let is_main = draft.main == Some(place);
        foreseen.filter(|_| is_main).cloned()
    });
    Ok(Prepared {
        predictions: predictions.collect(),
        own: foreseen.filter(|_| draft.main.is_none()).cloned(),
        tamper: tamper.map(str::to_owned),
        without: None,
        draft,
    })
}

fn from_before(
    session: &Session,
    known: &Known,
    run: &Run,
    tamper: Option<&str>,
) -> Result<Draft, WalkError> {
    let tamper = tamper.map(|name| find(name, run.step)).transpose()?;
    let mut then = session.clone();
    then.facts = Facts::clone(&run.before);
    let mut draft = plan::draft(&then, run.step)?;
    if let Some(tamper) = tamper {
        (tamper.apply)(&mut draft, &then, known);
    }
    Ok(draft.filled(&then.facts, &then.setup))
}
