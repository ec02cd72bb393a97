//! Pages of lab results as they were answered last: the one read that apps make all day.
//!
//! Exact, not approximate: whatever changes a persona's results also makes the store drop its copy of the persona before
//! the change is acknowledged. So a page belongs to the very copy it was made beside, and to no other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use connect_core::domain::app::Person;
use connect_core::id::UserId;

use crate::answer::Answer;

/// Bytes of bodies kept; with one more page it starts anew.
const MOST: usize = 512 * 1024;

/// Whose page, its limit and its offset.
type Key = (UserId, u32, u32);

/// Pages by person and place.
#[derive(Debug, Default)]
pub(crate) struct Pages(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    pages: HashMap<Key, (Arc<Person>, Answer)>,
    bytes: usize,
}

impl Pages {
    /// The page that was answered beside this copy of the persona.
    pub(super) fn find(&self, person: &Arc<Person>, limit: u32, offset: u32) -> Option<Answer> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (beside, answer) = kept.pages.get(&(person.id.clone(), limit, offset))?;
        Arc::ptr_eq(beside, person).then(|| answer.clone())
    }

    /// Keeps a page that was read after `person` was.
    pub(super) fn keep(&self, person: &Arc<Person>, limit: u32, offset: u32, answer: &Answer) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.bytes + answer.body.len() > MOST {
            *kept = Kept::default();
        }
        let page = (Arc::clone(person), answer.clone());
        let before = kept.pages.insert((person.id.clone(), limit, offset), page);
        let freed = before.map_or(0, |(_, answer)| answer.body.len());
        kept.bytes = (kept.bytes + answer.body.len()).saturating_sub(freed);
    }
}
