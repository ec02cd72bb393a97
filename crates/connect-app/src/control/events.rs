//! Live changes: what commits and recordings change, as topics, a few times a second at most.
//!
//! The first change is empty. It says that the caller hears everything from now on, so that what is fetched after it is
//! never out of date unnoticed.

use std::collections::BTreeSet;
use std::time::Duration;

use connect_rpc::Topic;
use connect_rpc::wire::Changed;
use tokio::sync::broadcast::error::RecvError;

use crate::App;

/// Changes within this time are told together.
const TOGETHER: Duration = Duration::from_millis(50);

/// A stream of changes.
pub struct Changes {
    app: App,
    world: tokio::sync::broadcast::Receiver<std::sync::Arc<connect_store::Changes>>,
    traffic: tokio::sync::broadcast::Receiver<i64>,
    walks: tokio::sync::broadcast::Receiver<()>,
    /// Whether the caller was told that it hears.
    greeted: bool,
}

/// What came from one side.
enum Heard {
    World(Result<std::sync::Arc<connect_store::Changes>, RecvError>),
    Traffic(Result<i64, RecvError>),
    Walks(Result<(), RecvError>),
}

impl Changes {
    /// From now on.
    pub(crate) fn of(app: &App) -> Self {
        Self {
            app: app.clone(),
            world: app.0.world.changes(),
            traffic: app.0.traffic.recorded(),
            walks: app.0.walks.changes(),
            greeted: false,
        }
    }

    /// The next change, the first of which is empty and comes at once; none once the sandbox stops.
    pub async fn next(&mut self) -> Option<Changed> {
        let mut topics = BTreeSet::new();
        let mut changed = Changed {
            topics: Vec::new(),
            journal: None,
            traffic: None,
            missed: false,
        };
        if !std::mem::replace(&mut self.greeted, true) {
            return Some(changed);
        }
        let first = tokio::select! {
            () = self.app.0.stop.cancelled() => return None,
            heard = self.world.recv() => Heard::World(heard),
            heard = self.traffic.recv() => Heard::Traffic(heard),
            heard = self.walks.recv() => Heard::Walks(heard),
        };
        if !take(first, &mut topics, &mut changed) {
            return None;
        }
        let deadline = tokio::time::sleep(TOGETHER);
        tokio::pin!(deadline);
        loop {
            let more = tokio::select! {
                () = &mut deadline => break,
                heard = self.world.recv() => Heard::World(heard),
                heard = self.traffic.recv() => Heard::Traffic(heard),
                heard = self.walks.recv() => Heard::Walks(heard),
            };
            if !take(more, &mut topics, &mut changed) {
                break;
            }
        }
        changed.topics = topics.into_iter().collect();
        Some(changed)
    }
}

/// Adds what was heard; `false` when the other side is gone.
fn take(heard: Heard, topics: &mut BTreeSet<Topic>, changed: &mut Changed) -> bool {
    match heard {
        Heard::World(Ok(changes)) => {
            topics.insert(Topic::Journal);
            topics.extend(changes.kinds.iter().flat_map(|kind| Topic::of_kind(kind)));
            changed.journal = changes.last.map(|seq| seq.0).or(changed.journal);
        }
        Heard::Traffic(Ok(seq)) => {
            topics.insert(Topic::Traffic);
            changed.traffic = Some(seq);
        }
        // Lagging says no more than that several sessions have changed.
        Heard::Walks(Ok(()) | Err(RecvError::Lagged(_))) => {
            topics.insert(Topic::Simulator);
        }
        Heard::World(Err(RecvError::Lagged(_))) | Heard::Traffic(Err(RecvError::Lagged(_))) => {
            changed.missed = true;
        }
        Heard::World(Err(RecvError::Closed))
        | Heard::Traffic(Err(RecvError::Closed))
        | Heard::Walks(Err(RecvError::Closed)) => {
            return false;
        }
    }
    true
}
