//! The design's budgets beside what was measured.

use std::time::Duration;

use super::{desktop, mebibytes, milliseconds};
use crate::bench::load::Measure;
use crate::bench::session::{Footprint, Results, Work};
use crate::bench::workload::RACERS;

const SANDBOX: &str = "sandbox";
const IN_MEMORY: &str = "oidc-provider";
const DURABLE: &str = "glewlwyd (WAL, NORMAL)";

/// One line of the table.
pub(super) struct Row {
    pub(super) what: String,
    pub(super) budget: &'static str,
    pub(super) measured: String,
    pub(super) beside: String,
    pub(super) met: bool,
}

/// A rate of ours that must be a number of times a peer's.
struct Ratio {
    what: &'static str,
    our_name: &'static str,
    ours: Work,
    budget: &'static str,
    factor: f64,
    peer: &'static str,
    theirs: Work,
}

const RATIOS: &[Ratio] = &[
    Ratio {
        what: "refresh with rotation, 8 connections",
        our_name: SANDBOX,
        ours: Work::Refresh8,
        budget: "≥ 1×",
        factor: 1.0,
        peer: IN_MEMORY,
        theirs: Work::Refresh8,
    },
    Ratio {
        what: "refresh with rotation, 8 connections",
        our_name: SANDBOX,
        ours: Work::Refresh8,
        budget: "≥ 5×",
        factor: 5.0,
        peer: DURABLE,
        theirs: Work::Refresh8,
    },
    Ratio {
        what: "the same, each commit with its fsync, 8 connections",
        our_name: "sandbox (WAL, FULL)",
        ours: Work::Refresh8,
        budget: "≥ 5×",
        factor: 5.0,
        peer: "glewlwyd (WAL, FULL)",
        theirs: Work::Refresh8,
    },
    Ratio {
        what: "the same, beside client credentials, 8 connections",
        our_name: SANDBOX,
        ours: Work::Refresh8,
        budget: "≥ 1×",
        factor: 1.0,
        peer: IN_MEMORY,
        theirs: Work::ClientCredentials8,
    },
    Ratio {
        what: "refresh with rotation, 32 connections",
        our_name: SANDBOX,
        ours: Work::Refresh32,
        budget: "≥ 1×",
        factor: 1.0,
        peer: IN_MEMORY,
        theirs: Work::Refresh32,
    },
    Ratio {
        what: "refresh with rotation, 32 connections",
        our_name: SANDBOX,
        ours: Work::Refresh32,
        budget: "≥ 5×",
        factor: 5.0,
        peer: DURABLE,
        theirs: Work::Refresh32,
    },
    Ratio {
        what: "the same, each commit with its fsync, 32 connections",
        our_name: "sandbox (WAL, FULL)",
        ours: Work::Refresh32,
        budget: "≥ 5×",
        factor: 5.0,
        peer: "glewlwyd (WAL, FULL)",
        theirs: Work::Refresh32,
    },
    Ratio {
        what: "the same, beside client credentials, 32 connections",
        our_name: SANDBOX,
        ours: Work::Refresh32,
        budget: "≥ 1×",
        factor: 1.0,
        peer: IN_MEMORY,
        theirs: Work::ClientCredentials32,
    },
    Ratio {
        what: "introspection, 8 connections",
        our_name: SANDBOX,
        ours: Work::Introspect8,
        budget: "≥ 2×",
        factor: 2.0,
        peer: IN_MEMORY,
        theirs: Work::Introspect8,
    },
    Ratio {
        what: "API calls, 8 connections",
        our_name: SANDBOX,
        ours: Work::Resource8,
        budget: "≥ 2× introspection",
        factor: 2.0,
        peer: IN_MEMORY,
        theirs: Work::Introspect8,
    },
];

/// The table of budgets, each with what was measured and whether it is met.
pub(super) fn table(results: &Results) -> String {
    let mut rows = Vec::new();
    if let Some(ours) = results.footprints.get(SANDBOX) {
        rows.extend(footprints(results, ours));
    }
    rows.extend(RATIOS.iter().filter_map(|ratio| rate(results, ratio)));
    rows.extend(flow(results));
    if let Some(races) = &results.races {
        rows.push(Row {
            what: format!(
                "one code, {RACERS} parallel exchanges, {} times",
                races.held
            ),
            budget: "1 winner each",
            measured: format!("{} with exactly 1", races.with_one_winner),
            beside: String::new(),
            met: races.with_one_winner == races.held,
        });
    }
    if let (Some(half), Some(longest)) = (
        results.walks.get(results.walks.len() / 2),
        results.walks.last(),
    ) {
        rows.push(Row {
            what: "a whole walk of the simulator, 13 steps, through the pages".to_owned(),
            budget: "≤ 2 s",
            measured: format!(
                "{}; at the most {}",
                milliseconds(*half),
                milliseconds(*longest)
            ),
            beside: String::new(),
            met: *longest <= Duration::from_secs(2),
        });
    }
    rows.extend(desktop::budgets(&results.desktop));
    of(rows)
}

/// The table of these lines.
pub(super) fn of(rows: Vec<Row>) -> String {
    let head = ["what", "budget", "measured", "beside", "met"].map(str::to_owned);
    let cells = rows.into_iter().map(|row| {
        let met = if row.met { "yes" } else { "**no**" };
        vec![
            row.what,
            row.budget.to_owned(),
            row.measured,
            row.beside,
            met.to_owned(),
        ]
    });
    super::table("Budgets", &head, cells)
}

fn rate(results: &Results, ratio: &Ratio) -> Option<Row> {
    let ours = results.median(ratio.our_name, ratio.ours)?;
    let theirs = results.median(ratio.peer, ratio.theirs)?;
    let times = ours.rate / theirs.rate;
    Some(Row {
        what: ratio.what.to_owned(),
        budget: ratio.budget,
        measured: format!("{:.0}/s", ours.rate),
        beside: format!("{times:.2}× {}, {:.0}/s", ratio.peer, theirs.rate),
        met: times >= ratio.factor,
    })
}

fn footprints(results: &Results, ours: &Footprint) -> Vec<Row> {
    let beside = |value: fn(&Footprint) -> String| {
        let peers = results
            .footprints
            .iter()
            .filter(|(name, _)| *name != SANDBOX);
        peers
            .map(|(name, peer)| format!("{name} {}", value(peer)))
            .collect::<Vec<_>>()
            .join(", ")
    };
    vec![
        Row {
            what: "start to first 200 on discovery".to_owned(),
            budget: "≤ 20 ms",
            measured: milliseconds(ours.start),
            beside: beside(|peer| milliseconds(peer.start)),
            met: ours.start <= Duration::from_millis(20),
        },
        Row {
            what: "resident memory, idle".to_owned(),
            budget: "≤ 15 MiB",
            measured: mebibytes(ours.idle.resident),
            beside: beside(|peer| mebibytes(peer.idle.resident)),
            met: ours.idle.resident <= 15 * 1024,
        },
        Row {
            what: format!("resident memory after {} grants", results.grants),
            budget: "≤ 25 MiB",
            measured: mebibytes(ours.after_grants.resident),
            beside: beside(|peer| mebibytes(peer.after_grants.resident)),
            met: ours.after_grants.resident <= 25 * 1024,
        },
    ]
}

fn flow(results: &Results) -> Vec<Row> {
    let Some(ours) = results.median(SANDBOX, Work::Flow1) else {
        return Vec::new();
    };
    let peer = results.median(IN_MEMORY, Work::Flow1);
    let row = |name: &str, budget: &'static str, limit: u64, value: fn(&Measure) -> Duration| {
        let beside = peer.map(|peer| format!("{IN_MEMORY} {}", milliseconds(value(&peer))));
        Row {
            what: format!("authorize → code → token with id_token, one connection, {name}"),
            budget,
            measured: milliseconds(value(&ours)),
            beside: beside.unwrap_or_default(),
            met: value(&ours) <= Duration::from_millis(limit),
        }
    };
    vec![
        row("p50", "≤ 1.0 ms", 1, |measure| measure.p50),
        row("p99", "≤ 2.0 ms", 2, |measure| measure.p99),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::table;
    use crate::bench::desktop::Desktop;
    use crate::bench::load::Measure;
    use crate::bench::machine::Machine;
    use crate::bench::process::Memory;
    use crate::bench::session::{Footprint, Results, Work};

    fn measure(rate: f64) -> Measure {
        Measure {
            rate,
            p50: Duration::from_micros(900),
            p99: Duration::from_micros(2100),
            server_cpu: Duration::from_micros(100),
            client_cpu: Duration::from_micros(10),
        }
    }

    fn results(rates: &[(&str, Work, f64)], footprint: Option<Footprint>) -> Results {
        let mut measures: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (name, work, rate) in rates {
            measures
                .entry(((*name).to_owned(), *work))
                .or_default()
                .push(measure(*rate));
        }
        Results {
            machine: Machine {
                cores: 2,
                memory_gib: 24,
                processor: "a processor".to_owned(),
                system: "a system".to_owned(),
                busy: 0,
                fsync: (Duration::ZERO, Duration::ZERO),
            },
            versions: Vec::new(),
            grants: 10_000,
            rounds: 1,
            measured: Duration::from_secs(1),
            measures,
            footprints: footprint
                .map(|footprint| ("sandbox".to_owned(), footprint))
                .into_iter()
                .collect(),
            races: None,
            walks: Vec::new(),
            desktop: Desktop::default(),
        }
    }

    #[test]
    fn a_ratio_is_met_or_missed() {
        let rates = [
            ("sandbox", Work::Introspect8, 5000.0),
            ("oidc-provider", Work::Introspect8, 2500.0),
        ];
        let text = table(&results(&rates, None));
        assert!(text.contains(
            "| introspection, 8 connections | ≥ 2× | 5000/s | 2.00× oidc-provider, 2500/s | yes |"
        ));
        let rates = [
            ("sandbox", Work::Introspect8, 4999.0),
            ("oidc-provider", Work::Introspect8, 2500.0),
        ];
        assert!(table(&results(&rates, None)).contains("| **no** |"));
    }

    #[test]
    fn times_are_held_to_their_limits() {
        let text = table(&results(&[("sandbox", Work::Flow1, 1000.0)], None));
        assert!(
            text.contains("one connection, p50 | ≤ 1.0 ms | 0.90 ms |  | yes |"),
            "{text}"
        );
        assert!(
            text.contains("one connection, p99 | ≤ 2.0 ms | 2.10 ms |  | **no** |"),
            "{text}"
        );
    }

    #[test]
    fn memory_is_held_to_its_limits() {
        let memory = Memory {
            resident: 16 * 1024,
            anonymous: 8 * 1024,
        };
        let footprint = Footprint {
            start: Duration::from_millis(20),
            idle: memory,
            after_grants: memory,
        };
        let text = table(&results(&[], Some(footprint)));
        assert!(
            text.contains("discovery | ≤ 20 ms | 20.00 ms |  | yes |"),
            "{text}"
        );
        assert!(
            text.contains("idle | ≤ 15 MiB | 16.0 MiB |  | **no** |"),
            "{text}"
        );
        assert!(
            text.contains("after 10000 grants | ≤ 25 MiB | 16.0 MiB |  | yes |"),
            "{text}"
        );
    }
}
