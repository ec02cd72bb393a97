//! An explanation for people: the verdict, every check with its mark, what was expected against what came, the clause
//! and its standing, the fix, and the command that makes it.

mod difference;

use std::fmt::Write as _;

use connect_app::shell;
use connect_rpc::traffic::{ExchangeSummary, ExplainedRefusal, Explanation};
use serde_json::Value;

use crate::output::{BAD, BOLD, CARE, CODE, DIM, GOOD, plain, styled};

/// The explanation as text; styles are taken out where they do not belong. `data_dir` is what commands need to be typed
/// with to reach the same sandbox.
pub(crate) fn text(explanation: &Explanation, data_dir: &str) -> String {
    let mut text = String::new();
    head(&mut text, &explanation.summary);
    let style = if explanation.refusal.is_some() {
        BAD
    } else {
        BOLD
    };
    let _ = writeln!(text, "\n{}", styled(style, plain(&explanation.verdict)));
    checks(&mut text, explanation);
    if let Some(refusal) = &explanation.refusal {
        self::refusal(&mut text, refusal, data_dir);
    }
    facts(&mut text, &explanation.facts);
    findings(&mut text, &explanation.findings);
    entries(&mut text, explanation);
    text
}

fn head(text: &mut String, summary: &ExchangeSummary) {
    let status = summary
        .status
        .map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let error = summary
        .error
        .as_ref()
        .map_or_else(String::new, |error| format!(" {}", plain(error)));
    let _ = writeln!(
        text,
        "{} {} → {}{error}",
        styled(BOLD, plain(&summary.method)),
        plain(&summary.target),
        styled(BOLD, status)
    );
    let mut about = vec![
        summary.id.clone(),
        summary.at.to_string(),
        millis(summary.duration_us),
    ];
    about.extend(summary.client_id.as_deref().map(plain));
    about.extend(summary.user_id.as_deref().map(plain));
    let _ = writeln!(text, "{}", styled(DIM, about.join("  ")));
}

/// Microseconds as milliseconds: `3.2 ms`.
fn millis(micros: u64) -> String {
    format!("{}.{} ms", micros / 1000, micros % 1000 / 100)
}

fn checks(text: &mut String, explanation: &Explanation) {
    if explanation.passed.is_empty() && explanation.refusal.is_none() {
        return;
    }
    text.push('\n');
    for check in &explanation.passed {
        let _ = writeln!(text, "  {} {}", styled(GOOD, "✓"), plain(check));
    }
    if let Some(refusal) = &explanation.refusal {
        let _ = writeln!(
            text,
            "  {} {}",
            styled(BAD, "✗"),
            styled(BAD, plain(&refusal.check))
        );
    }
}

fn refusal(text: &mut String, refusal: &ExplainedRefusal, data_dir: &str) {
    text.push('\n');
    if !refusal.expected.is_empty() || !refusal.received.is_empty() {
        let (expected, received) = difference::marked(
            &refusal.expected,
            &refusal.received,
            refusal.difference.as_ref(),
        );
        for (name, marked) in [("expected", expected), ("received", received)] {
            row(text, name, &marked.value);
            if let Some(carets) = marked.carets {
                row(text, "", &styled(BAD, carets));
            }
        }
    }
    row(
        text,
        "clause",
        &format!("{} ({})", plain(&refusal.clause), plain(&refusal.standing)),
    );
    if !refusal.fix.is_empty() {
        row(text, "fix", &plain(&refusal.fix));
    }
    if let Some(remedy) = &refusal.remedy {
        self::remedy(text, remedy, data_dir);
    }
}

/// The command that mends it, as it can be typed.
fn remedy(text: &mut String, remedy: &Value, data_dir: &str) {
    let Some(command) = remedy["command"].as_str() else {
        return;
    };
    let label = remedy["label"].as_str().unwrap_or("This mends it");
    let typed = format!(
        "connect-sandbox{data_dir} rpc {} {}",
        shell::word(command),
        shell::word(&remedy["payload"].to_string())
    );
    let _ = writeln!(
        text,
        "\n{}:\n  {}",
        plain(label),
        styled(CODE, plain(&typed))
    );
}

fn facts(text: &mut String, facts: &[Value]) {
    for (index, fact) in facts.iter().enumerate() {
        if index == 0 {
            let _ = writeln!(text, "\n{}", styled(BOLD, "Facts"));
        }
        let value = &fact["value"];
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let _ = writeln!(text, "  {} = {}", plain(word(fact, "name")), plain(&value));
    }
}

fn findings(text: &mut String, findings: &[Value]) {
    for (index, finding) in findings.iter().enumerate() {
        if index == 0 {
            let _ = writeln!(text, "\n{}", styled(BOLD, "Accepted, with a remark"));
        }
        let clause = &finding["clause"];
        let _ = writeln!(
            text,
            "  {} {}: {} {}",
            styled(CARE, "!"),
            plain(word(finding, "name")),
            plain(word(finding, "message")),
            styled(
                DIM,
                format!(
                    "({}, {})",
                    plain(word(clause, "source")),
                    plain(word(clause, "standing"))
                )
            )
        );
    }
}

fn entries(text: &mut String, explanation: &Explanation) {
    for (index, entry) in explanation.entries.iter().enumerate() {
        if index == 0 {
            let _ = writeln!(text, "\n{}", styled(BOLD, "What it changed"));
        }
        let _ = writeln!(
            text,
            "  #{} {} {}",
            entry.seq,
            plain(&entry.kind),
            styled(DIM, plain(&entry.subject))
        );
    }
    if !explanation.summary.trace.is_empty() {
        let _ = writeln!(
            text,
            "\n{}",
            styled(DIM, format!("trace {}", plain(&explanation.summary.trace)))
        );
    }
}

fn row(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "  {} {value}", styled(BOLD, format!("{name:8}")));
}

fn word<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests;
