//! `BENCHMARKS.md`, from the results alone.

mod budgets;
mod desktop;

use std::time::Duration;

use super::desktop::Desktop;
use super::load::{Measure, median};
use super::process::Memory;
use super::session::{Results, Work};
use super::workload::RACERS;

/// The whole text.
pub(super) fn text(results: &Results) -> String {
    let parts = [
        INTRODUCTION.to_owned(),
        machine(results),
        budgets::table(results),
        footprints(results),
        measures(results),
        desktop::tables(&results.desktop),
        method(results) + &desktop::method(&results.desktop),
        NOT_COMPARABLE.to_owned(),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

/// The desktop's part alone, for the terminal.
pub(super) fn desktop_alone(measured: &Desktop) -> String {
    [
        budgets::of(desktop::budgets(measured)),
        desktop::tables(measured),
    ]
    .join("\n")
}

const INTRODUCTION: &str = "# Benchmarks

Written by `cargo xtask bench`; not edited. The budgets are the design's, the peers are measured in the same run.
";

const NOT_COMPARABLE: &str = "## What is not comparable

- oidc-provider keeps everything in memory and records nothing: a restart loses all of it. The sandbox commits every
  change with its journal entry before it answers, and records every exchange with its bytes.
- oidc-provider runs with a store of plain maps, since the one it brings looks through all tokens of a grant at each
  write and forgets beyond 1,000 entries. It runs in one thread; the sandbox and glewlwyd use both cores, which they
  share with the load generator.
- glewlwyd's access tokens are JWTs signed with RS256; the other two give opaque ones. Its passwords are stretched once
  in place of 150,000 times, since the sandbox's secrets are random and need no stretching.
- glewlwyd has no setting for SQLite's journal and `synchronous`: a small preloaded library makes them. \"As shipped\" is
  a rollback journal with FULL.
- Ten thousand grants are whole flows at the sandbox and oidc-provider, and password grants at glewlwyd, whose sign-in
  needs pages.
- Start means the process until the first 200 on discovery, with data and keys there, asked every half millisecond.
";

fn machine(results: &Results) -> String {
    let machine = &results.machine;
    let versions = results
        .versions
        .iter()
        .map(|(name, version)| format!("{name} {version}"))
        .collect::<Vec<_>>()
        .join(", ");
    format!(
        "## Machine\n\n\
         {} cores of {}, {} GiB of memory, {}. Appending 4 KiB and fsync: p50 {}, p99 {}. Other programs used {} % of the\n\
         processors before the run; above a few percent, the 99th percentiles are theirs as much as the servers'.\n\n\
         Servers: {versions}.\n",
        machine.cores,
        machine.processor,
        machine.memory_gib,
        machine.system,
        milliseconds(machine.fsync.0),
        milliseconds(machine.fsync.1),
        machine.busy,
    )
}

fn footprints(results: &Results) -> String {
    let head = [
        "server".to_owned(),
        "start".to_owned(),
        "idle: resident / anonymous".to_owned(),
        format!("after {} grants: resident / anonymous", results.grants),
    ];
    let memory = |memory: &Memory| {
        format!(
            "{} / {}",
            mebibytes(memory.resident),
            mebibytes(memory.anonymous)
        )
    };
    let rows = results.footprints.iter().map(|(name, footprint)| {
        vec![
            name.clone(),
            milliseconds(footprint.start),
            memory(&footprint.idle),
            memory(&footprint.after_grants),
        ]
    });
    table("Start and memory", &head, rows)
}

fn measures(results: &Results) -> String {
    let head = [
        "work",
        "server",
        "rate",
        "rounds",
        "p50",
        "p99",
        "server CPU",
        "generator CPU",
    ];
    let mut runs: Vec<_> = results.measures.iter().collect();
    runs.sort_by_key(|((_, work), _)| *work);
    let rows = runs.into_iter().filter_map(|((name, work), rounds)| {
        let middle = median(rounds.clone())?;
        let rates: Vec<String> = rounds
            .iter()
            .map(|round| format!("{:.0}", round.rate))
            .collect();
        Some(vec![
            words(*work).to_owned(),
            name.clone(),
            format!("{:.0}/s", middle.rate),
            rates.join(" "),
            milliseconds(middle.p50),
            milliseconds(middle.p99),
            format!("{} µs", middle.server_cpu.as_micros()),
            format!("{} µs", middle.client_cpu.as_micros()),
        ])
    });
    table("All rates", &head.map(str::to_owned), rows)
}

/// A heading and a table below it.
fn table(title: &str, head: &[String], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rule = format!("|{}\n", "---|".repeat(head.len()));
    let body: String = rows.into_iter().map(|row| line(&row)).collect();
    format!("## {title}\n\n{}{rule}{body}", line(head))
}

fn method(results: &Results) -> String {
    format!(
        "## Method\n\n\
         One server runs at a time, with the load generator on the same cores. Each kept connection sends its next request\n\
         when it has the last answer. {} rounds over all servers, {} s each time after a warm-up; the round in the middle\n\
         counts. CPU is processor time for one answer, in the kernel's steps of 10 ms over the run. Every answer is checked:\n\
         one wrong status ends the run.\n\n\
         - Refresh: each connection owns a client and a chain, and uses the token that its last answer gave. No id_token.\n\
         - Introspection: each client asks about its own living access token.\n\
         - API calls: `GET /clinical/v1/biomarkers/me`.\n\
         - Flow: both requests of one run together, the consent given without a page, the PKCE pair made before.\n\
         - Races: {RACERS} connections send the same exchange at once.\n",
        results.rounds,
        results.measured.as_secs_f64(),
    )
}

impl Results {
    fn median(&self, server: &str, work: Work) -> Option<Measure> {
        median(self.measures.get(&(server.to_owned(), work))?.clone())
    }
}

fn words(work: Work) -> &'static str {
    match work {
        Work::Refresh8 => "refresh, 8",
        Work::Refresh32 => "refresh, 32",
        Work::ClientCredentials8 => "client credentials, 8",
        Work::ClientCredentials32 => "client credentials, 32",
        Work::Introspect8 => "introspection, 8",
        Work::Resource8 => "API call, 8",
        Work::Flow1 => "flow, 1",
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

fn mebibytes(kibibytes: u64) -> String {
    let tenths = kibibytes * 10 / 1024;
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::{mebibytes, milliseconds};

    #[test]
    fn numbers_are_written_with_their_unit() {
        assert_eq!(mebibytes(15 * 1024 + 512), "15.5 MiB");
        assert_eq!(
            milliseconds(std::time::Duration::from_micros(1230)),
            "1.23 ms"
        );
    }
}
