//! Caches that are exact: an entry is dropped before the change that outdates it is acknowledged.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use connect_core::domain::app::Person;
use connect_core::id::{ClientId, UserId};

use crate::clients::ClientRecord;

/// Rows by key. `None` is cached too: an unknown key stays unknown until something is written.
pub(crate) struct Cache<K, V> {
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    rows: HashMap<K, Option<Arc<V>>>,
    generation: u64,
}

/// More rows than this and the cache starts anew.
const MOST: usize = 4096;

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                rows: HashMap::new(),
                generation: 0,
            }),
        }
    }
}

impl<K: Hash + Eq + Clone, V> Cache<K, V> {
    /// The cached row, or the generation to hand to [`Cache::put`] after reading it.
    pub(crate) fn get(&self, key: &K) -> Result<Option<Arc<V>>, u64> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.rows.get(key).cloned().ok_or(state.generation)
    }

    /// Keeps what was read, unless something changed since `generation`.
    pub(crate) fn put(&self, key: K, row: Option<Arc<V>>, generation: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.generation != generation {
            return;
        }
        if state.rows.len() >= MOST {
            state.rows.clear();
        }
        state.rows.insert(key, row);
    }

    /// Drops one row, and refuses rows that are being read at this moment.
    pub(crate) fn forget(&self, key: &K) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.generation += 1;
        state.rows.remove(key);
    }

    /// Drops everything.
    pub(crate) fn clear(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.generation += 1;
        state.rows.clear();
    }
}

/// What is read on every request.
#[derive(Default)]
pub(crate) struct Caches {
    pub(crate) clients: Cache<ClientId, ClientRecord>,
    pub(crate) people: Cache<UserId, Person>,
    /// In lower case; all of them are dropped when any persona changes, since an email may have moved.
    pub(crate) people_by_email: Cache<String, Person>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_read_before_a_change_is_not_kept_after_it() {
        let cache = Cache::<u8, &str>::default();
        let generation = cache.get(&1).expect_err("empty");
        cache.forget(&1);
        cache.put(1, Some(Arc::new("old")), generation);
        assert!(cache.get(&1).is_err());
    }
}
