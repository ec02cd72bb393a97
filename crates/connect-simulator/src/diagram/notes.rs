//! What the app did by itself, beside what it sent; and where it sent the browser.

use connect_core::domain::walk::{Party, Step};

use super::{Arrow, ArrowKind};
use crate::session::{Run, Session, Verdict};
use crate::tamper::TAMPERS;

/// Names of checks are listed as far as they have so many characters, else counted.
const READABLE: usize = 44;

/// What comes before the requests of a run: what it was made to do wrong, and what the app made up.
pub(super) fn before(session: &Session, run: &Run) -> Vec<Arrow> {
    let mut notes = Vec::new();
    if run.set_aside {
        let taken = format!("{} was taken, and set aside later", run.step.title());
        notes.push(note(run, "Set aside", &taken, false));
    }
    if let Some(tamper) = &run.tamper {
        let known = TAMPERS.iter().find(|it| it.name == tamper);
        let title = known.map_or_else(|| words(tamper), |it| it.title.to_owned());
        notes.push(note(run, "Wrong on purpose", &title, false));
    }
    if run.edited {
        notes.push(note(run, "Changed by hand", "the request below", false));
    }
    match run.step {
        Step::Pkce => {
            let made = run.shown.iter().find(|it| it.name == "code_challenge");
            let how = made.and_then(|made| made.how.split(". ").next());
            let how = how.unwrap_or_default();
            notes.push(note(run, "Made verifier and challenge", how, false));
        }
        Step::AuthorizationUrl => {
            let asked = ["state", "nonce", "code_challenge"];
            let made = run.shown.iter().map(|it| it.name.as_str());
            let names: Vec<&str> = made.filter(|name| asked.contains(name)).collect();
            let detail = names.join(", ");
            notes.push(note(run, "Made the authorization URL", &detail, false));
        }
        Step::SignIn => {
            // An address that may not be opened, is not.
            let stuck = run.outcome.verdict == Verdict::Failed;
            if !stuck || session.exchanges_of(run.number).next().is_some() {
                notes.push(Arrow {
                    kind: ArrowKind::Navigation,
                    to: Party::Browser,
                    ..note(
                        run,
                        "the authorization URL",
                        "the app sends the browser to the server",
                        false,
                    )
                });
            }
        }
        Step::Callback => {
            let came: Vec<&str> = run.shown.iter().map(|it| it.name.as_str()).collect();
            if !came.is_empty() && !is_exchanged(session, run) {
                notes.push(Arrow {
                    kind: ArrowKind::Navigation,
                    from: Party::Browser,
                    ..note(run, "the callback", &came.join(", "), false)
                });
            } else if !came.is_empty() {
                notes.push(note(run, "Got the callback", &came.join(", "), false));
            }
        }
        _ => {}
    }
    notes
}

/// Whether the way back to the app went over our own wire: then it is an exchange like any other.
fn is_exchanged(session: &Session, run: &Run) -> bool {
    let mut earlier = session.runs.iter().rev();
    let sign_in = earlier.find(|it| it.number < run.number && it.step == Step::SignIn);
    let runs = [Some(run.number), sign_in.map(|it| it.number)];
    let mut exchanges = session.exchanges.iter();
    exchanges.any(|it| it.to == Party::App && runs.contains(&Some(it.run)))
}

/// What comes after them: the app's own checks, and that it could not go on.
pub(super) fn after(run: &Run) -> Vec<Arrow> {
    // What is right with a claim is among the checks.
    let claims = run.claims.iter().filter(|it| it.passed == Some(false));
    let claims = claims.map(|claim| (claim.name.as_str(), false));
    let checks = run
        .checks
        .iter()
        .map(|check| (check.name.as_str(), check.passed));
    let all: Vec<(&str, bool)> = checks.chain(claims).collect();
    let failed: Vec<&(&str, bool)> = all.iter().filter(|(_, passed)| !passed).collect();
    if all.is_empty() {
        let stuck = run.outcome.verdict == Verdict::Failed && run.main_exchange.is_none();
        return Vec::from_iter(stuck.then(|| note(run, "Stopped", &run.outcome.words, true)));
    }
    let done = match run.step {
        Step::Callback => "Checked the callback",
        Step::IdToken => "Verified the id_token",
        _ => "Checked the answer",
    };
    let named = |them: &mut dyn Iterator<Item = &(&str, bool)>| {
        let names: Vec<String> = them.map(|(name, _)| words(name)).collect();
        names.join(", ")
    };
    if !failed.is_empty() {
        let names = named(&mut failed.into_iter());
        return vec![note(
            run,
            &format!("Failed: {names}"),
            "the app stops here",
            true,
        )];
    }
    let names = named(&mut all.iter());
    let detail = if names.len() <= READABLE {
        names
    } else {
        format!("{} checks passed", all.len())
    };
    vec![note(run, done, &detail, false)]
}

/// A name such as `state_matches` for people. Names of the protocol stay as they are.
fn words(name: &str) -> String {
    const WHOLE: [&str; 8] = [
        "id_token",
        "access_token",
        "refresh_token",
        "client_id",
        "client_secret",
        "redirect_uri",
        "code_challenge",
        "code_verifier",
    ];
    if WHOLE.contains(&name) {
        return name.to_owned();
    }
    name.replace('_', " ")
}

fn note(run: &Run, label: &str, detail: &str, bad: bool) -> Arrow {
    Arrow {
        kind: ArrowKind::Note,
        exchange: None,
        run: run.number,
        step: run.step,
        from: Party::App,
        to: Party::App,
        label: label.to_owned(),
        detail: detail.to_owned(),
        bad,
        foreseen: bad && run.outcome.verdict == Verdict::RefusedAsMeant,
    }
}
