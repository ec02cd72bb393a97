//! The end of a walk: what was shown, counted, and where to look on.

use connect_rpc::simulator::WalkSession;

use crate::output::{BAD, DIM, GOOD, plain, styled};

/// How it went, and where to look on. What it counts are the steps, requests and verdicts that were shown.
pub(crate) fn foot(session: &WalkSession, data_dir: &str) -> String {
    let shown = &session.runs;
    // Each word as often as it stands above, without the commas that are between them here.
    let mut words: Vec<(String, usize)> = Vec::new();
    for run in shown {
        let word = plain(&run.outcome.word).replace(", ", " ");
        match words.iter_mut().find(|(it, _)| *it == word) {
            Some((_, number)) => *number += 1,
            None => words.push((word, 1)),
        }
    }
    let parts: Vec<String> = words
        .into_iter()
        .map(|(word, number)| format!("{number} {word}"))
        .collect();
    let steps = match parts.as_slice() {
        [] => String::new(),
        parts => format!(": {}", parts.join(", ")),
    };
    let payload = serde_json::json!({ "session": session.summary.session }).to_string();
    let look_on = format!(
        "All of it, as JSON: connect-sandbox{data_dir} rpc simulator_get {}",
        connect_app::shell::word(&payload)
    );
    format!(
        "{}{steps}; {}; {}\n{}\n",
        count(shown.len(), "step"),
        count(session.exchanges.len(), "request"),
        verdict(session),
        styled(DIM, look_on)
    )
}

/// How many answers were as foreseen, of the steps and of the requests beside them.
fn verdict(session: &WalkSession) -> String {
    let of_steps = session.runs.iter().filter_map(|run| run.agreement.as_ref());
    let mains: Vec<u32> = session
        .runs
        .iter()
        .filter_map(|run| run.main_exchange)
        .collect();
    let beside = session
        .exchanges
        .iter()
        .filter(|it| !mains.contains(&it.exchange));
    let beside = beside.filter_map(|it| it.agreement.as_ref());
    let (as_foreseen, otherwise): (Vec<_>, Vec<_>) =
        of_steps.chain(beside).partition(|it| it.agrees);
    let good = styled(
        GOOD,
        format!("{} as foreseen", count(as_foreseen.len(), "answer")),
    );
    match otherwise.len() {
        0 => good,
        wrong => format!("{good}, {}", styled(BAD, format!("{wrong} not"))),
    }
}

fn count(number: usize, word: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {word}{ending}")
}
