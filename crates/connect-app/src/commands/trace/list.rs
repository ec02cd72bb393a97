//! `trace_list`: exchanges and journal entries walked back in time together, each trace told once.

use std::collections::{HashSet, VecDeque};

use connect_core::domain::journal::Seq;
use connect_rpc::trace as rpc;
use connect_rpc::{ErrorCode, RpcError};
use connect_store::journal::{self, Entry, JournalFilter};
use connect_store::traffic::{ExchangeSummary, Part, TrafficQuery};

use super::super::{Answer, broken, traffic};
use super::summary;
use crate::App;

/// Traces of an answer, unless told and at most.
const USUAL: u32 = 20;
const MOST: u32 = 100;
/// Traces summed up at a time.
const FEWEST_AT_ONCE: usize = 16;
const MOST_AT_ONCE: usize = 64;
/// Rows read at a time.
const PAGE: u32 = 200;
/// Most rows walked, and most traces summed up, for one answer.
const MOST_ROWS: usize = 5_000;
const MOST_TRACES: usize = 400;

/// A place in both lists: what comes is before these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    exchange: i64,
    entry: i64,
}

impl Place {
    const NEWEST: Self = Self {
        exchange: i64::MAX,
        entry: i64::MAX,
    };

    fn read(text: &str) -> Answer<Self> {
        let parts = text.split_once('-').and_then(|(exchange, entry)| {
            Some(Self {
                exchange: exchange.parse().ok()?,
                entry: entry.parse().ok()?,
            })
        });
        parts.ok_or_else(|| {
            let message = "`before` must be the `next` of an answer of trace_list";
            RpcError::new(ErrorCode::BadRequest, message)
        })
    }

    fn text(self) -> String {
        format!("{}-{}", self.exchange, self.entry)
    }
}

pub(in crate::commands) async fn list(
    app: &App,
    request: rpc::ListTraces,
) -> Answer<rpc::TraceList> {
    let from = match &request.before {
        Some(text) => Place::read(text)?,
        None => Place::NEWEST,
    };
    traffic::settle(app).await?;
    let wanted = request.limit.unwrap_or(USUAL).clamp(1, MOST);
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    let mut walk = Walk::from(from);
    let mut known = HashSet::new();
    let (mut traces, mut end) = (Vec::new(), from);
    let next = 'pages: loop {
        let most = (wanted + 1 - traces.len()).clamp(FEWEST_AT_ONCE, MOST_AT_ONCE);
        let (found, is_all) = walk.some(app, &mut known, most).await?;
        let (ids, places): (Vec<String>, Vec<Place>) = found.into_iter().unzip();
        for (place, told) in places.into_iter().zip(summary::of(app, &ids).await?) {
            // What happened in it after `from` has put it on an earlier page.
            let told = told.filter(|told| !is_newer(told, from) && fits(told, &request));
            if let Some(told) = told {
                if traces.len() == wanted {
                    break 'pages Some(end);
                }
                traces.push(told);
                end = place;
            }
        }
        if is_all {
            break None;
        }
        if walk.is_far(&known) {
            break Some(walk.place);
        }
    };
    Ok(rpc::TraceList {
        traces,
        next: next.map(Place::text),
    })
}

fn is_newer(told: &rpc::TraceSummary, from: Place) -> bool {
    told.last_exchange.is_some_and(|seq| seq >= from.exchange)
        || told.last_entry.is_some_and(|seq| seq >= from.entry)
}

fn fits(told: &rpc::TraceSummary, request: &rpc::ListTraces) -> bool {
    if request.began.is_some_and(|began| began != told.began) {
        return false;
    }
    let Some(query) = &request.query else {
        return true;
    };
    let query = query.trim().to_lowercase();
    let texts = [
        Some(&told.trace),
        told.client_id.as_ref(),
        told.client_name.as_ref(),
        told.user_id.as_ref(),
        told.user_name.as_ref(),
        Some(&told.words),
        Some(&told.outcome_words),
    ];
    let mut texts = texts.into_iter().flatten();
    texts.any(|text| text.to_lowercase().contains(&query))
}

/// Rows of both lists, newest first.
struct Walk {
    place: Place,
    rows: usize,
    exchanges: VecDeque<ExchangeSummary>,
    entries: VecDeque<Entry>,
    no_more_exchanges: bool,
    no_more_entries: bool,
}

impl Walk {
    fn from(place: Place) -> Self {
        Self {
            place,
            rows: 0,
            exchanges: VecDeque::new(),
            entries: VecDeque::new(),
            no_more_exchanges: false,
            no_more_entries: false,
        }
    }

    /// Whether this is enough for one answer.
    fn is_far(&self, known: &HashSet<String>) -> bool {
        self.rows >= MOST_ROWS || known.len() >= MOST_TRACES
    }

    /// Traces that are not known yet, at most so many, and the place where each was met; and whether there are no more.
    async fn some(
        &mut self,
        app: &App,
        known: &mut HashSet<String>,
        most: usize,
    ) -> Answer<(Vec<(String, Place)>, bool)> {
        let mut found = Vec::new();
        while found.len() < most && !self.is_far(known) {
            let Some(trace) = self.next(app).await? else {
                return Ok((found, true));
            };
            if known.insert(trace.clone()) {
                found.push((trace, self.place));
            }
        }
        Ok((found, false))
    }

    /// The trace of the next row that is somebody's doing; none after the last.
    async fn next(&mut self, app: &App) -> Answer<Option<String>> {
        loop {
            self.fill(app).await?;
            let is_exchange = match (self.exchanges.front(), self.entries.front()) {
                (None, None) => return Ok(None),
                (Some(exchange), Some(entry)) => exchange.wall >= entry.wall,
                (exchange, _) => exchange.is_some(),
            };
            self.rows += 1;
            if is_exchange {
                let Some(exchange) = self.exchanges.pop_front() else {
                    continue;
                };
                self.place.exchange = exchange.seq;
                if summary::is_more_than_a_picture(&exchange) {
                    return Ok(Some(exchange.trace));
                }
            } else {
                let Some(entry) = self.entries.pop_front() else {
                    continue;
                };
                self.place.entry = entry.seq.0;
                if summary::is_somebodys(&entry) {
                    return Ok(Some(entry.trace));
                }
            }
        }
    }

    async fn fill(&mut self, app: &App) -> Answer<()> {
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        if self.exchanges.is_empty() && !self.no_more_exchanges {
            let part = Part {
                before: Some(self.place.exchange),
                limit: PAGE,
                ..Part::default()
            };
            let query = TrafficQuery::default();
            let found = app.0.traffic.rows(&query, part).await.map_err(broken)?;
            self.no_more_exchanges = found.len() < page;
            self.exchanges.extend(found);
        }
        if self.entries.is_empty() && !self.no_more_entries {
            let filter = JournalFilter {
                before: Some(Seq(self.place.entry)),
                ..JournalFilter::default()
            };
            let mut reading = app.0.world.read().await.map_err(broken)?;
            let found = journal::list(&mut reading, &filter, true, PAGE)
                .await
                .map_err(broken)?;
            self.no_more_entries = found.len() < page;
            self.entries.extend(found);
        }
        Ok(())
    }
}
