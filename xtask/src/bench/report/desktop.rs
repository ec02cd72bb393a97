//! What was measured of the console, as tables and as lines of the table of budgets.

use std::time::Duration;

use super::budgets::Row;
use super::{mebibytes, milliseconds, table};
use crate::bench::desktop::{Deed, Desktop, Opened, Plain, Rows, Shown, Taken, Windows};

/// The budgets of the window, in milliseconds and KiB.
const START_MS: u64 = 700;
const ANONYMOUS: u64 = 60 * 1024;
const ABOVE_BARE: u64 = 60 * 1024;

/// What a list is held to.
struct Budget {
    what: &'static str,
    limit_ms: u64,
    words: &'static str,
    of: fn(&Deed) -> bool,
    plain: fn(&Plain) -> Duration,
}

const LIST: [Budget; 4] = [
    Budget {
        what: "open",
        limit_ms: 150,
        words: "≤ 150 ms",
        of: |deed| matches!(deed, Deed::OpenFirst | Deed::Open),
        plain: |plain| plain.open,
    },
    Budget {
        what: "jump to the end",
        limit_ms: 50,
        words: "≤ 50 ms",
        of: |deed| *deed == Deed::End,
        plain: |plain| plain.end,
    },
    Budget {
        what: "filter",
        limit_ms: 50,
        words: "≤ 50 ms",
        of: |deed| matches!(deed, Deed::Filter(_)),
        plain: |plain| plain.filter,
    },
    Budget {
        what: "full text",
        limit_ms: 150,
        words: "≤ 150 ms",
        of: |deed| matches!(deed, Deed::Text(_)),
        plain: |plain| plain.text,
    },
];

/// The lines of the table of budgets.
pub(super) fn budgets(desktop: &Desktop) -> Vec<Row> {
    let mut rows = desktop.windows.as_ref().map(window).unwrap_or_default();
    if let Some(measured) = &desktop.rows {
        for shown in &measured.shown {
            rows.extend(
                LIST.iter()
                    .filter_map(|budget| list(measured, shown, budget)),
            );
        }
    }
    rows
}

fn window(windows: &Windows) -> Vec<Row> {
    let Windows { console, bare } = windows;
    let start = middle(&console.usable);
    let above = console.held.tree.saturating_sub(bare.held.tree);
    vec![
        Row {
            what: "window: start until it can be used".to_owned(),
            budget: "≤ 700 ms",
            measured: milliseconds(start),
            beside: format!("bare window {}", milliseconds(middle(&bare.usable))),
            met: start <= Duration::from_millis(START_MS),
        },
        Row {
            what: "window: anonymous memory of the console's process".to_owned(),
            budget: "≤ 60 MiB",
            measured: mebibytes(console.held.anonymous),
            beside: format!("bare window {}", mebibytes(bare.held.anonymous)),
            met: console.held.anonymous <= ANONYMOUS,
        },
        Row {
            what: "window: all its processes above a bare window's (PSS)".to_owned(),
            budget: "≤ 60 MiB",
            measured: mebibytes(above),
            beside: format!(
                "{} in all, bare window {}",
                mebibytes(console.held.tree),
                mebibytes(bare.held.tree)
            ),
            met: above <= ABOVE_BARE,
        },
    ]
}

/// The slowest of what the budget is about.
fn list(rows: &Rows, shown: &Shown, budget: &Budget) -> Option<Row> {
    let deeds = shown.deeds.iter().filter(|(deed, _)| (budget.of)(deed));
    let (deed, taken) = deeds.max_by_key(|(_, taken)| middle(&taken.times))?;
    let time = middle(&taken.times);
    let mut beside = vec![format!(
        "the command alone {}",
        milliseconds(middle(&taken.alone))
    )];
    if let Some(plain) = &shown.plain {
        let plain = milliseconds((budget.plain)(plain));
        beside.push(format!("a page of all rows {plain}"));
    }
    let said = match deed {
        Deed::Filter(text) | Deed::Text(text) => format!(" (`{text}`)"),
        _ => String::new(),
    };
    Some(Row {
        what: format!(
            "{} exchanges in {}: {}{said}",
            rows.exchanges, shown.engine, budget.what
        ),
        budget: budget.words,
        measured: format!(
            "{}, at worst {}",
            milliseconds(time),
            milliseconds(worst(&taken.times))
        ),
        beside: beside.join(", "),
        met: time <= Duration::from_millis(budget.limit_ms),
    })
}

/// The tables of everything.
pub(super) fn tables(desktop: &Desktop) -> String {
    let mut text = String::new();
    if let Some(Windows { console, bare }) = &desktop.windows {
        let head = [
            "window",
            "first seen",
            "painted",
            "at worst",
            "anonymous",
            "all processes (PSS)",
        ];
        let line = |name: &str, opened: &Opened| {
            vec![
                name.to_owned(),
                milliseconds(middle(&opened.seen)),
                milliseconds(middle(&opened.usable)),
                milliseconds(worst(&opened.usable)),
                mebibytes(opened.held.anonymous),
                format!(
                    "{} in {}",
                    mebibytes(opened.held.tree),
                    opened.held.processes
                ),
            ]
        };
        let lines = [line("console", console), line("bare", bare)];
        text += &table("The window", &head.map(str::to_owned), lines);
    }
    if let Some(rows) = &desktop.rows {
        if !text.is_empty() {
            text.push('\n');
        }
        let head = [
            "engine",
            "what",
            "rows",
            "p50",
            "at worst",
            "the command alone",
        ];
        let lines = rows.shown.iter().flat_map(|shown| {
            let deeds = shown.deeds.iter();
            deeds.map(|(deed, taken)| line(shown, deed, taken))
        });
        let title = format!(
            "{} exchanges, {} MiB, in the Traffic panel",
            rows.exchanges, rows.mebibytes
        );
        text += &table(&title, &head.map(str::to_owned), lines);
        let head = ["engine", "open", "jump to the end", "filter", "text"];
        let lines = rows.shown.iter().filter_map(|shown| {
            let plain = shown.plain?;
            let times = [plain.open, plain.end, plain.filter, plain.text];
            let mut line = vec![format!("{} ({})", shown.engine, shown.version)];
            line.extend(times.map(milliseconds));
            Some(line)
        });
        text.push('\n');
        text += &table("A page of all these rows", &head.map(str::to_owned), lines);
    }
    text
}

fn line(shown: &Shown, deed: &Deed, taken: &Taken) -> Vec<String> {
    vec![
        shown.engine.to_owned(),
        words(deed),
        taken.matching.to_string(),
        milliseconds(middle(&taken.times)),
        milliseconds(worst(&taken.times)),
        milliseconds(middle(&taken.alone)),
    ]
}

fn words(deed: &Deed) -> String {
    match deed {
        Deed::OpenFirst => "open, the panel's program loaded first".to_owned(),
        Deed::Open => "open".to_owned(),
        Deed::Start => "jump to the first row".to_owned(),
        Deed::End => "jump to the end".to_owned(),
        Deed::Middle => "scroll to the middle".to_owned(),
        Deed::Filter(text) => format!("filter `{text}`"),
        Deed::Text(text) => format!("full text `{text}`"),
        Deed::Clear => "take the filter away".to_owned(),
    }
}

/// How it was measured, and what with.
pub(super) fn method(desktop: &Desktop) -> String {
    let mut text = String::new();
    if desktop.windows.is_some() {
        text += WINDOW;
    }
    if desktop.rows.is_some() {
        text += ROWS;
    }
    text
}

const WINDOW: &str = "- Window: Xvfb, 1440 by 900, no window manager, no graphics card; the screen is read every 4 ms, one line of four. \
A start ends
  when the picture is that of a window at rest, but for two pixels of a thousand (a clock); the first start, which makes
  the world, is not counted. The bare window is Tauri's, of the same size, with one page of two lines. Memory is read
  after the window has been left alone; the console's process has the sandbox in it.
";

const ROWS: &str = "- Rows: real requests of eight apps, recorded by the sandbox as it answered them. The time is taken in the page, from
  the click or key until the first frame after which the rows in sight are those that the command gives; frames come
  every 16.7 ms. Each round loads the page anew. The slowest filter and the slowest text stand for all. The first row and
  the middle are read from the file each time, the end is as the panel kept it.
- The command alone is the same question, asked by the page and drawn nowhere. The page of all rows has them in its
  document, a line of text each, from memory: it asks nobody, has no bodies to look through, and its one round is not the
  middle of several.
";

fn sorted(times: &[Duration]) -> Vec<Duration> {
    let mut times = times.to_vec();
    times.sort_unstable();
    times
}

/// Half took no longer.
fn middle(times: &[Duration]) -> Duration {
    let times = sorted(times);
    times
        .get(times.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or_default()
}

fn worst(times: &[Duration]) -> Duration {
    times.iter().max().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{budgets, tables};
    use crate::bench::desktop::{Deed, Desktop, Held, Opened, Plain, Rows, Shown, Taken, Windows};

    fn times(all: &[u64]) -> Vec<Duration> {
        all.iter().copied().map(Duration::from_millis).collect()
    }

    fn opened(usable: &[u64], anonymous: u64, tree: u64) -> Opened {
        Opened {
            seen: times(usable),
            usable: times(usable),
            held: Held {
                anonymous: anonymous * 1024,
                tree: tree * 1024,
                processes: 3,
            },
        }
    }

    fn taken(all: &[u64]) -> Taken {
        Taken {
            times: times(all),
            alone: times(&[10]),
            matching: 7,
        }
    }

    fn desktop() -> Desktop {
        let shown = Shown {
            engine: "WebKitGTK",
            version: "MiniBrowser 2".to_owned(),
            deeds: vec![
                (Deed::Open, taken(&[80, 90, 100])),
                (Deed::OpenFirst, taken(&[150, 140, 300])),
                (Deed::Filter("status:4xx".to_owned()), taken(&[51, 49, 60])),
                (Deed::Filter("is:refused".to_owned()), taken(&[1, 2, 3])),
            ],
            plain: Some(Plain {
                open: Duration::from_secs(2),
                end: Duration::from_secs(1),
                filter: Duration::from_secs(3),
                text: Duration::from_secs(4),
            }),
        };
        Desktop {
            windows: Some(Windows {
                console: opened(&[600, 700, 900], 40, 181),
                bare: opened(&[400, 450, 500], 20, 120),
            }),
            rows: Some(Rows {
                exchanges: 100_000,
                mebibytes: 300,
                shown: vec![shown],
            }),
        }
    }

    #[test]
    fn the_window_is_held_to_its_budgets_beside_a_bare_one() {
        let rows = budgets(&desktop());
        let met: Vec<bool> = rows.iter().take(3).map(|row| row.met).collect();
        assert_eq!(met, [true, true, false]);
        assert_eq!(rows[0].measured, "700.00 ms");
        assert_eq!(rows[2].measured, "61.0 MiB");
    }

    #[test]
    fn the_slowest_stands_for_its_kind() {
        let rows = budgets(&desktop());
        let of = |what: &str| {
            rows.iter()
                .find(|row| row.what.contains(what))
                .expect("there")
        };
        assert_eq!(of("open").measured, "150.00 ms, at worst 300.00 ms");
        assert!(of("open").met);
        let filter = of("filter (`status:4xx`)");
        assert_eq!(filter.measured, "51.00 ms, at worst 60.00 ms");
        assert!(!filter.met);
        assert!(filter.beside.contains("a page of all rows 3000.00 ms"));
    }

    #[test]
    fn everything_measured_is_in_the_tables() {
        let text = tables(&desktop());
        for part in [
            "## The window",
            "| bare | 450.00 ms |",
            "| WebKitGTK | filter `is:refused` | 7 | 2.00 ms | 3.00 ms | 10.00 ms |",
            "| WebKitGTK (MiniBrowser 2) | 2000.00 ms |",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
}
