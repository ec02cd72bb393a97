//! How runs are kept: what the app knew before each of them is written once however many runs began there, and a server's
//! metadata once however often the app knew it. Otherwise every run would carry a copy of all of it.

use std::fmt;
use std::sync::Arc;

use serde::de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{Facts, Run};

/// What the app knew at some point, its metadata by its place among all.
#[derive(Serialize, Deserialize)]
struct Past {
    metadata: Option<usize>,
    facts: Facts,
}

#[derive(Serialize)]
struct Kept<'r> {
    metadata: Vec<Arc<Value>>,
    pasts: Vec<Past>,
    /// For each run the place of what was known before it.
    before: Vec<usize>,
    runs: &'r [Run],
}

pub(super) fn serialize<S: Serializer>(runs: &[Run], to: S) -> Result<S::Ok, S::Error> {
    let mut known: Vec<&Arc<Facts>> = Vec::new();
    let mut kept = Kept {
        metadata: Vec::new(),
        pasts: Vec::new(),
        before: Vec::with_capacity(runs.len()),
        runs,
    };
    for run in runs {
        let same = |it: &&Arc<Facts>| Arc::ptr_eq(it, &run.before) || **it == run.before;
        // Runs that began at the same point are most often neighbours.
        let place = known.iter().rposition(same).unwrap_or_else(|| {
            kept.pasts.push(past(&run.before, &mut kept.metadata));
            known.push(&run.before);
            known.len() - 1
        });
        kept.before.push(place);
    }
    kept.serialize(to)
}

fn past(facts: &Facts, all: &mut Vec<Arc<Value>>) -> Past {
    let metadata = facts.metadata.as_ref().map(|metadata| {
        let same = |it: &Arc<Value>| Arc::ptr_eq(it, metadata) || it == metadata;
        all.iter().rposition(same).unwrap_or_else(|| {
            all.push(Arc::clone(metadata));
            all.len() - 1
        })
    });
    Past {
        metadata,
        facts: Facts {
            metadata: None,
            ..facts.clone()
        },
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Run>, D::Error> {
    from.deserialize_any(Reading)
}

struct Reading;

/// A run as sessions had it before, with a copy of what was known.
#[derive(Deserialize)]
struct Whole {
    #[serde(flatten)]
    run: Run,
    before: Facts,
}

impl<'de> Visitor<'de> for Reading {
    type Value = Vec<Run>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("the runs of a session")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut runs = Vec::new();
        while let Some(Whole { mut run, before }) = list.next_element()? {
            run.before = Arc::new(before);
            runs.push(run);
        }
        Ok(runs)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut metadata: Vec<Arc<Value>> = Vec::new();
        let mut pasts: Vec<Past> = Vec::new();
        let mut before: Vec<usize> = Vec::new();
        let mut runs: Vec<Run> = Vec::new();
        while let Some(name) = members.next_key::<String>()? {
            match &*name {
                "metadata" => metadata = members.next_value()?,
                "pasts" => pasts = members.next_value()?,
                "before" => before = members.next_value()?,
                "runs" => runs = members.next_value()?,
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        let lost = || A::Error::custom("a run without what was known before it");
        let mut known = Vec::with_capacity(pasts.len());
        for Past {
            metadata: place,
            mut facts,
        } in pasts
        {
            if let Some(place) = place {
                facts.metadata = Some(metadata.get(place).cloned().ok_or_else(lost)?);
            }
            known.push(Arc::new(facts));
        }
        if before.len() != runs.len() {
            return Err(lost());
        }
        for (run, place) in runs.iter_mut().zip(before) {
            run.before = known.get(place).cloned().ok_or_else(lost)?;
        }
        Ok(runs)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples;
    use crate::session::Session;

    /// A server's metadata as large as it may be.
    fn large(session: &mut Session) {
        let scopes: Vec<String> = (0..5000).map(|it| format!("scope:{it:05}")).collect();
        let metadata = json!({ "issuer": "https://other.example", "scopes_supported": scopes });
        session.facts.metadata = Some(Arc::new(metadata));
    }

    fn run(session: &mut Session) {
        let last = session.runs.last().cloned().expect("a run");
        session.runs.push(Run {
            number: last.number + 1,
            before: Arc::new(session.facts.clone()),
            ..last
        });
    }

    fn length(session: &Session) -> usize {
        serde_json::to_vec(session).expect("JSON").len()
    }

    #[test]
    fn two_hundred_runs_take_no_more_room_each_than_the_first() {
        let mut session = samples::session();
        large(&mut session);
        run(&mut session);
        let before = length(&session);
        assert!(before > 2 * 60_000, "the metadata is large");
        for turn in 0..200 {
            // Every other run begins with tokens of its own.
            if turn % 2 == 0 {
                session.facts.access_token = Some(format!("lph_at_{turn:043}"));
            }
            run(&mut session);
        }
        let each = (length(&session) - before) / 200;
        assert!(each < 2_000, "{each} bytes a run");
    }

    #[test]
    fn what_was_known_before_each_run_comes_back_as_it_was() {
        let mut session = samples::session();
        run(&mut session);
        large(&mut session);
        session.facts.code = None;
        run(&mut session);
        session.facts.metadata = None;
        run(&mut session);
        let written = serde_json::to_value(&session).expect("JSON");
        let read: Session = serde_json::from_value(written.clone()).expect("a session");
        let pairs = session.runs.iter().zip(&read.runs);
        assert!(pairs.clone().all(|(one, other)| one.before == other.before));
        assert_eq!(session.runs.len(), read.runs.len());
        assert_eq!(serde_json::to_value(&read).expect("JSON"), written);
        // A session of before, with a copy in every run.
        let mut old = written;
        let copies: Vec<Value> = session
            .runs
            .iter()
            .map(|run| {
                let mut copy = serde_json::to_value(run).expect("JSON");
                copy["before"] = serde_json::to_value(&*run.before).expect("JSON");
                copy
            })
            .collect();
        old["runs"] = json!(copies);
        let read: Session = serde_json::from_value(old).expect("a session");
        let mut pairs = session.runs.iter().zip(&read.runs);
        assert!(pairs.all(|(one, other)| one.before == other.before));
    }
}
