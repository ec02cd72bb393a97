//! What happened in a trace, in words: `authorize → consent → code → tokens → 3 API calls`.

use std::collections::HashMap;

use connect_rpc::trace::TraceStep;
use connect_store::journal::Entry;
use connect_store::traffic::ExchangeSummary;

/// Most steps that are told.
const MOST: usize = 30;

/// Kinds of journal entries, each with the step it is and how that is called. What is not here is no step: other entries
/// of the same exchange say it.
const ENTRIES: &[(&str, &str, &str)] = &[
    ("authorization.started", "authorize", "authorize"),
    ("authorization.denied", "denied", "denied"),
    ("session.started", "sign_in", "sign-in"),
    ("session.ended", "sign_out", "sign-out"),
    ("grant.created", "consent", "consent"),
    ("grant.updated", "consent", "consent"),
    ("grant.revoked", "revoked", "access revoked"),
    ("code.issued", "code", "code"),
    ("code.redeemed", "tokens", "tokens"),
    ("code.replayed", "replay", "code used again"),
    ("refresh_token.rotated", "refresh", "refresh"),
    (
        "refresh_token.reused",
        "reuse",
        "old refresh token used again",
    ),
    ("m2m_token.issued", "machine_token", "machine token"),
    ("credential.expired", "expired", "token expired"),
    ("alert.raised", "alert", "person alerted"),
    ("event.occurred", "event", "event"),
    ("record.created", "record", "data added"),
    ("record.updated", "record", "data changed"),
    ("record.deleted", "record", "data removed"),
    ("app.created", "console", "app registered"),
    ("app.updated", "console", "app changed"),
    ("app.enabled", "console", "app switched on"),
    ("app.disabled", "console", "app switched off"),
    ("app.deleted", "console", "app deleted"),
    ("app.baa_changed", "console", "BAA changed"),
    ("app.secret_rotated", "console", "secret rotated"),
    ("person.created", "console", "persona created"),
    ("person.updated", "console", "persona changed"),
    ("person.deleted", "console", "persona deleted"),
    ("key.created", "console", "signing key made"),
    ("clock.advanced", "console", "clock moved"),
    ("clock.paused", "console", "clock stopped"),
    ("clock.resumed", "console", "clock started"),
    ("settings.updated", "console", "settings changed"),
    ("workspace.seeded", "console", "world made"),
    ("workspace.cleared", "console", "activity cleared"),
    ("workspace.reset", "console", "factory reset"),
];

/// Operations of identity that change nothing and are steps all the same.
const OPERATIONS: &[(&str, &str, &str)] = &[
    ("authorize", "authorize", "authorize"),
    ("introspect", "introspect", "introspection"),
    ("userinfo", "userinfo", "userinfo"),
    ("discovery", "metadata", "discovery"),
    ("jwks", "metadata", "signing keys"),
    ("connected_apps_list", "account", "connected apps"),
    ("grants_list", "account", "connected apps"),
];

struct Step {
    kind: &'static str,
    words: String,
    refused: bool,
}

/// Where a step stands: by the exchange that brought it, and then by its own place.
type Place = (i64, i64, i64);

/// The steps in order, at most [`MOST`], and whether there were more. Both lists are oldest first.
pub(super) fn of(entries: &[Entry], exchanges: &[ExchangeSummary]) -> (Vec<TraceStep>, bool) {
    let places: HashMap<&str, (i64, i64)> = exchanges
        .iter()
        .map(|exchange| {
            let place = (exchange.wall.as_millis(), exchange.seq);
            (exchange.id.as_str(), place)
        })
        .collect();
    let asked = exchanges
        .iter()
        .any(|exchange| exchange.operation.as_deref() == Some("authorize"));
    let mut all: Vec<(Place, Step)> = Vec::new();
    for exchange in exchanges {
        if let Some(step) = of_exchange(exchange) {
            all.push(((exchange.wall.as_millis(), exchange.seq, 0), step));
        }
    }
    for entry in entries {
        if entry.kind == "authorization.started" && asked {
            continue;
        }
        if let Some(step) = of_entry(entry) {
            let brought = entry.exchange.as_deref().and_then(|id| places.get(id));
            let (wall, seq) = brought
                .copied()
                .unwrap_or((entry.wall.as_millis(), i64::MAX));
            all.push(((wall, seq, entry.seq.0), step));
        }
    }
    all.sort_by_key(|(place, _)| *place);
    let mut steps = joined(all.into_iter().map(|(_, step)| step));
    let cut = steps.len() > MOST;
    steps.truncate(MOST);
    (steps, cut)
}

/// Steps in one line.
pub(super) fn in_words(steps: &[TraceStep], cut: bool) -> String {
    let mut words: Vec<&str> = steps.iter().map(|step| step.words.as_str()).collect();
    if cut {
        words.push("…");
    }
    words.join(" → ")
}

fn of_entry(entry: &Entry) -> Option<Step> {
    if entry.kind == "credential.revoked" {
        // In a cascade the grant's or the code's own entry says it.
        return (entry.detail["with"] == "itself").then(|| Step {
            kind: "revoked",
            words: "token revoked".to_owned(),
            refused: false,
        });
    }
    let (_, kind, words) = ENTRIES.iter().find(|(name, ..)| *name == entry.kind)?;
    Some(Step {
        kind,
        words: (*words).to_owned(),
        refused: false,
    })
}

fn of_exchange(exchange: &ExchangeSummary) -> Option<Step> {
    let operation = exchange.operation.as_deref();
    let refused = exchange.refused_by.is_some();
    match exchange.service.as_deref() {
        Some("identity") => {
            let known = OPERATIONS
                .iter()
                .find(|(name, ..)| Some(*name) == operation);
            if !refused {
                return known.map(|(_, kind, words)| Step {
                    kind,
                    words: (*words).to_owned(),
                    refused,
                });
            }
            let words = match operation {
                Some("token") => "token request",
                Some("interaction_page" | "interaction_form") => "page",
                other => known.map_or(other.unwrap_or("request"), |(_, _, words)| words),
            };
            Some(Step {
                kind: known.map_or("refused", |(_, kind, _)| kind),
                words: words.replace('_', " "),
                refused,
            })
        }
        Some(_) => Some(Step {
            kind: "api",
            words: "API call".to_owned(),
            refused,
        }),
        None => Some(Step {
            kind: "request",
            words: match exchange.method.as_str() {
                "" => "connection without a request".to_owned(),
                method => format!("{method} request"),
            },
            refused,
        }),
    }
}

/// The same step several times in a row is told once, with its number.
fn joined(steps: impl Iterator<Item = Step>) -> Vec<TraceStep> {
    let mut all: Vec<(Step, u32)> = Vec::new();
    for step in steps {
        match all.last_mut() {
            Some((last, count)) if last.words == step.words && last.refused == step.refused => {
                *count += 1;
            }
            _ => all.push((step, 1)),
        }
    }
    all.into_iter()
        .map(|(step, count)| TraceStep {
            words: counted(&step.words, count, step.refused),
            kind: step.kind.to_owned(),
            count,
            refused: step.refused,
        })
        .collect()
}

fn counted(words: &str, count: u32, refused: bool) -> String {
    let after = if refused { " refused" } else { "" };
    match count {
        1 => format!("{words}{after}"),
        _ if ["API call", "event", "GET request", "POST request"].contains(&words) => {
            format!("{count} {words}s{after}")
        }
        _ => format!("{words}{after} ×{count}"),
    }
}

#[cfg(test)]
mod tests {
    use connect_core::domain::journal::Kind;

    use super::*;

    #[test]
    fn entries_are_kinds_that_there_are() {
        for (name, ..) in ENTRIES {
            assert!(
                Kind::ALL.iter().any(|kind| kind.as_str() == *name),
                "{name}"
            );
        }
    }

    #[test]
    fn operations_are_routes_that_there_are() {
        for (name, ..) in OPERATIONS {
            assert!(
                connect_identity::ROUTES
                    .iter()
                    .any(|route| route.operation == *name),
                "{name}"
            );
        }
    }

    #[test]
    fn a_number_is_said_as_people_say_it() {
        assert_eq!(counted("API call", 1, false), "API call");
        assert_eq!(counted("API call", 3, false), "3 API calls");
        assert_eq!(counted("API call", 2, true), "2 API calls refused");
        assert_eq!(counted("refresh", 4, false), "refresh ×4");
        assert_eq!(counted("token request", 1, true), "token request refused");
    }
}
