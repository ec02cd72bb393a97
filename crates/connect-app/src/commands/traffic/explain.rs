//! Why an exchange was answered as it was.

use connect_rpc::traffic as rpc;
use connect_store::journal::{self, JournalFilter};
use connect_store::traffic::Exchange;
use serde_json::Value;

use super::{find, summary};
use crate::App;
use crate::commands::{Answer, MOST, broken};

pub(crate) async fn explain(app: &App, request: rpc::ExchangeRef) -> Answer<rpc::Explanation> {
    let exchange = find(app, &request.exchange).await?;
    let filter = JournalFilter {
        exchange: Some(exchange.summary.id.clone()),
        ..JournalFilter::default()
    };
    let mut connection = app.0.world.read().await.map_err(broken)?;
    let entries = journal::list(&mut connection, &filter, false, MOST)
        .await
        .map_err(broken)?;
    let refusal = explained(&exchange.notes["refusal"]);
    Ok(rpc::Explanation {
        verdict: verdict(&exchange, refusal.as_ref()),
        passed: texts(&exchange.notes["checks"]),
        refusal,
        findings: list_of(&exchange.notes["findings"]),
        facts: list_of(&exchange.notes["facts"]),
        entries: entries
            .into_iter()
            .map(crate::commands::journal::view)
            .collect(),
        summary: summary(exchange.summary),
    })
}

fn verdict(exchange: &Exchange, refusal: Option<&rpc::ExplainedRefusal>) -> String {
    match (refusal, exchange.summary.status) {
        (Some(refusal), Some(status)) => {
            format!(
                "Refused with {} ({status}) by the check `{}`: {}.",
                refusal.code, refusal.check, refusal.description
            )
        }
        (Some(refusal), None) => format!(
            "Refused by the check `{}`, and the answer was not delivered.",
            refusal.check
        ),
        (None, Some(status)) => format!("Answered with {status}; every check passed."),
        (None, None) => format!("Nothing was answered: {}.", exchange.summary.ended),
    }
}

fn explained(refusal: &Value) -> Option<rpc::ExplainedRefusal> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    refusal.as_object()?;
    let (expected, received) = (text(&refusal["expected"]), text(&refusal["received"]));
    Some(rpc::ExplainedRefusal {
        check: text(&refusal["check"]),
        code: text(&refusal["code"]),
        description: text(&refusal["description"]),
        difference: difference(&expected, &received),
        expected,
        received,
        clause: text(&refusal["clause"]["source"]),
        standing: text(&refusal["clause"]["standing"]),
        fix: text(&refusal["fix"]),
        remedy: (!refusal["remedy"].is_null()).then(|| refusal["remedy"].clone()),
    })
}

/// Where two values of the same kind differ; none when they are sentences rather than values.
fn difference(expected: &str, received: &str) -> Option<rpc::Difference> {
    if expected.is_empty()
        || received.is_empty()
        || expected.contains(' ')
        || received.contains(' ')
    {
        return None;
    }
    Some(marks(expected, received))
}

/// Where two texts differ, from both ends.
pub(super) fn marks(expected: &str, received: &str) -> rpc::Difference {
    let (a, b): (Vec<char>, Vec<char>) = (expected.chars().collect(), received.chars().collect());
    let same_start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let left = a.len().min(b.len()) - same_start;
    let same_end = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take(left)
        .take_while(|(x, y)| x == y)
        .count();
    rpc::Difference {
        same_start,
        same_end,
    }
}

fn texts(value: &Value) -> Vec<String> {
    list_of(value)
        .iter()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

fn list_of(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differing_characters_are_found_from_both_ends() {
        let found = difference("http://localhost:3000/cb", "http://localhost:3001/cb");
        assert_eq!(
            found,
            Some(rpc::Difference {
                same_start: 20,
                same_end: 3
            })
        );
        assert_eq!(
            difference("aa", "aaa"),
            Some(rpc::Difference {
                same_start: 2,
                same_end: 0
            })
        );
        assert_eq!(difference("a code", "b"), None);
    }
}
