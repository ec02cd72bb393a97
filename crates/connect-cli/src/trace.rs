//! A trace for people: what it was about, then each exchange with what it changed, in order, and where it goes on.

use std::collections::HashSet;
use std::fmt::Write as _;

use connect_core::Timestamp;
use connect_rpc::journal::Entry;
use connect_rpc::trace::{Trace, TraceOutcome, TraceSummary};
use connect_rpc::traffic::ExchangeSummary;

use crate::output::{BAD, BOLD, CARE, CODE, DIM, GOOD, plain, styled};

/// Where the second column begins.
const COLUMN: usize = 10;

/// The trace as text. `summary` is what the console's list says of it, when it is listed; `data_dir` is what commands
/// need to be typed with to reach the same sandbox.
pub(crate) fn text(trace: &Trace, summary: Option<&TraceSummary>, data_dir: &str) -> String {
    let mut text = String::new();
    if let Some(summary) = summary {
        about(&mut text, summary);
    }
    let lines = in_order(trace);
    let start = lines.first().map(Line::at);
    let _ = writeln!(
        text,
        "{}",
        styled(
            DIM,
            [Some(plain(&trace.trace)), start.map(|at| at.to_string())]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("  ")
        )
    );
    text.push('\n');
    for line in &lines {
        let since = start.map_or(0, |start| line.at().millis_since(start));
        match line {
            Line::Exchange(exchange, changed) => {
                row(&mut text, &after(since), &request(exchange));
                for entry in changed {
                    row(&mut text, "", &change(entry));
                }
            }
            Line::Entry(entry) => row(&mut text, &after(since), &change(entry)),
        }
    }
    if trace.truncated {
        row(&mut text, "", "…");
    }
    links(&mut text, trace, data_dir);
    text
}

/// A line of the story: an exchange with what it changed, or a change that no exchange brought.
enum Line<'t> {
    Exchange(&'t ExchangeSummary, Vec<&'t Entry>),
    Entry(&'t Entry),
}

impl Line<'_> {
    const fn at(&self) -> Timestamp {
        match self {
            Self::Exchange(exchange, _) => exchange.at,
            Self::Entry(entry) => entry.at,
        }
    }

    const fn wall(&self) -> Timestamp {
        match self {
            Self::Exchange(exchange, _) => exchange.wall,
            Self::Entry(entry) => entry.wall,
        }
    }
}

/// By wall time: the sandbox's own may stand still.
fn in_order(trace: &Trace) -> Vec<Line<'_>> {
    let known: HashSet<&str> = trace
        .exchanges
        .iter()
        .map(|exchange| exchange.id.as_str())
        .collect();
    let brought = |entry: &Entry| {
        let exchange = entry.exchange.as_deref();
        exchange.filter(|id| known.contains(id)).map(str::to_owned)
    };
    let mut lines: Vec<Line<'_>> = trace
        .exchanges
        .iter()
        .map(|exchange| {
            let own = |entry: &&Entry| brought(entry).as_deref() == Some(exchange.id.as_str());
            Line::Exchange(exchange, trace.entries.iter().filter(own).collect())
        })
        .collect();
    let alone = trace
        .entries
        .iter()
        .filter(|entry| brought(entry).is_none());
    lines.extend(alone.map(Line::Entry));
    lines.sort_by_key(Line::wall);
    lines
}

fn about(text: &mut String, summary: &TraceSummary) {
    let _ = writeln!(text, "{}", styled(BOLD, plain(&summary.words)));
    let style = match summary.outcome {
        TraceOutcome::Completed => GOOD,
        TraceOutcome::Refused => BAD,
        _ => CARE,
    };
    let mut about = vec![styled(style, plain(&summary.outcome_words))];
    about.extend(summary.client_name.as_deref().map(plain));
    about.extend(summary.user_name.as_deref().map(plain));
    let _ = writeln!(text, "{}", about.join("  "));
}

fn request(exchange: &ExchangeSummary) -> String {
    let answered = match exchange.status {
        Some(status) => status.to_string(),
        None => plain(&exchange.ended),
    };
    let style = if exchange.refused_by.is_some() {
        BAD
    } else {
        BOLD
    };
    let mut line = format!(
        "{} {} → {}",
        styled(BOLD, plain(&exchange.method)),
        plain(&exchange.target),
        styled(style, answered)
    );
    if let Some(check) = &exchange.refused_by {
        let _ = write!(line, " {}", styled(BAD, format!("✗ {}", plain(check))));
    }
    let _ = write!(line, "  {}", styled(DIM, plain(&exchange.id)));
    line
}

fn change(entry: &Entry) -> String {
    format!(
        "{} {}",
        plain(&entry.kind),
        styled(DIM, plain(&entry.subject))
    )
}

fn row(text: &mut String, when: &str, what: &str) {
    let _ = writeln!(text, "{} {what}", styled(DIM, format!("{when:>COLUMN$}")));
}

/// How long after the beginning, on the sandbox clock.
fn after(millis: i64) -> String {
    const SECOND: i64 = 1000;
    const MINUTE: i64 = 60 * SECOND;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    match millis {
        ..SECOND => format!("+{} ms", millis.max(0)),
        SECOND..MINUTE => format!("+{}.{} s", millis / SECOND, millis % SECOND / 100),
        MINUTE..HOUR => format!("+{} min", millis / MINUTE),
        HOUR..DAY => format!("+{} h", millis / HOUR),
        DAY.. => format!("+{} d", millis / DAY),
    }
}

/// The traces it is linked with, as commands.
fn links(text: &mut String, trace: &Trace, data_dir: &str) {
    let all = [("led to by", &trace.caused_by), ("led to", &trace.led_to)];
    for (index, (how, other)) in all
        .into_iter()
        .flat_map(|(how, others)| others.iter().map(move |other| (how, other)))
        .enumerate()
    {
        if index == 0 {
            text.push('\n');
        }
        let typed = format!("connect-sandbox{data_dir} trace {}", plain(other));
        row(text, how, &styled(CODE, typed));
    }
    let refused = trace
        .exchanges
        .iter()
        .rev()
        .find(|exchange| exchange.refused_by.is_some());
    if let Some(refused) = refused {
        let typed = format!("connect-sandbox{data_dir} explain {}", plain(&refused.id));
        let _ = writeln!(text, "\nWhy it was refused:\n  {}", styled(CODE, typed));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_trace_is_told_in_order_with_what_each_exchange_changed() {
        let exchange = |seq: i64,
                        target: &str,
                        status: u16,
                        refused_by: Option<&str>,
                        wall: &str| {
            json!({
                "seq": seq, "id": format!("exchange_0{seq}"), "listener": "platform", "at": wall, "wall": wall,
                "method": "POST", "target": target, "host": "127.0.0.1:9400", "status": status,
                "service": "identity", "operation": "token", "client_id": "client_1", "user_id": null,
                "grant_id": null, "trace": "trace_1", "cause": null, "refused_by": refused_by, "error": null,
                "ended": "completed", "duration_us": 3210, "request_len": 100, "response_len": 200, "findings": 0,
                "pinned": false
            })
        };
        let entry = |seq: i64, kind: &str, exchange: Option<&str>, wall: &str| {
            json!({
                "seq": seq, "at": wall, "wall": wall, "kind": kind, "subject": format!("cred_{seq}"),
                "trace": "trace_1", "cause": null, "exchange": exchange, "actor_type": "user", "actor_id": "user_1",
                "detail": {}
            })
        };
        let trace: Trace = serde_json::from_value(json!({
            "trace": "trace_1",
            "entries": [
                entry(1, "code.issued", Some("exchange_01"), "2026-05-22T12:00:00Z"),
                entry(2, "code.redeemed", Some("exchange_02"), "2026-05-22T12:00:01.250Z"),
                entry(3, "credential.expired", None, "2026-05-22T13:00:01Z"),
                entry(4, "grant.revoked", Some("exchange_of_another_trace"), "2026-05-25T13:00:01Z"),
            ],
            "exchanges": [
                exchange(1, "/v1/oauth/authorize", 302, None, "2026-05-22T12:00:00Z"),
                exchange(2, "/v1/oauth/token\u{1b}[2J", 200, None, "2026-05-22T12:00:01.250Z"),
                exchange(3, "/v1/oauth/token", 400, Some("code_unused"), "2026-05-22T12:07:00Z"),
            ],
            "caused_by": ["trace_0"], "led_to": ["trace_2", "trace_3"], "truncated": false
        }))
        .unwrap();
        let shown = anstream::adapter::strip_str(&text(&trace, None, "")).to_string();
        insta::assert_snapshot!(shown, @"
        trace_1  2026-05-22T12:00:00Z

             +0 ms POST /v1/oauth/authorize → 302  exchange_01
                   code.issued cred_1
            +1.2 s POST /v1/oauth/token�[2J → 200  exchange_02
                   code.redeemed cred_2
            +7 min POST /v1/oauth/token → 400 ✗ code_unused  exchange_03
              +1 h credential.expired cred_3
              +3 d grant.revoked cred_4

         led to by connect-sandbox trace trace_0
            led to connect-sandbox trace trace_2
            led to connect-sandbox trace trace_3

        Why it was refused:
          connect-sandbox explain exchange_03
        ");
    }

    #[test]
    fn how_long_after_is_told_in_one_unit() {
        for (millis, said) in [
            (-5, "+0 ms"),
            (999, "+999 ms"),
            (1_250, "+1.2 s"),
            (61_000, "+1 min"),
            (3_600_000, "+1 h"),
            (90 * 86_400_000, "+90 d"),
        ] {
            assert_eq!(after(millis), said);
        }
    }
}
