//! A step before it is taken: the requests it will send, as a draft that can be tampered with and edited.

pub mod draft;
mod library;
pub mod parameters;
pub mod request;

use std::time::Duration;

use connect_core::domain::walk::{Party, Step};
use serde::{Deserialize, Serialize};

pub use draft::{Blocked, draft, left_out};
pub use request::Request;

use crate::session::{Facts, Setup};

/// A step before it is taken.
#[derive(Clone, Serialize, Deserialize)]
pub struct Draft {
    /// Which step.
    pub step: Step,
    /// Its requests in order; credentials stand as `{{name}}` until they are sent.
    pub requests: Vec<Planned>,
    /// The place of the one that the prediction is about; none for a step that sends nothing of its own.
    pub main: Option<usize>,
    /// How far the sandbox clock is moved before the main request is sent. In a step that has none: how much later the
    /// app looks, by its own clock.
    pub advance: Option<Duration>,
    /// The callback URL that the app is about to check.
    pub callback: Option<String>,
    /// The id_token that the app is about to verify.
    pub id_token: Option<String>,
    /// The nonce that the app expects in it.
    pub expected_nonce: Option<String>,
    /// The client id that the app expects as its audience.
    pub expected_audience: Option<String>,
    /// Whether the person says no, whatever the session is set up to.
    pub deny: bool,
    /// Names of the parameters and headers that tampering has touched.
    pub touched: Vec<String>,
}

/// A request that will be sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// What it is for: `Token request`.
    pub label: String,
    /// Who asks.
    pub from: Party,
    /// Who is asked.
    pub to: Party,
    /// Whether the walk needs it only to get on.
    pub hidden: bool,
    /// The request.
    pub request: Request,
}

impl Draft {
    /// A step that sends nothing yet.
    #[must_use]
    pub const fn of(step: Step) -> Self {
        Self {
            step,
            requests: Vec::new(),
            main: None,
            advance: None,
            callback: None,
            id_token: None,
            expected_nonce: None,
            expected_audience: None,
            deny: false,
            touched: Vec::new(),
        }
    }

    /// The main request.
    #[must_use]
    pub fn main(&self) -> Option<&Planned> {
        self.requests.get(self.main?)
    }

    /// The main request, to be changed.
    pub fn main_mut(&mut self) -> Option<&mut Request> {
        let place = self.main?;
        self.requests.get_mut(place).map(|it| &mut it.request)
    }

    /// The same with what the app knows put in, up to the main request: what comes behind it is sent with what that brings.
    #[must_use]
    pub(crate) fn filled(&self, facts: &Facts, setup: &Setup) -> Self {
        let mut filled = self.clone();
        let known = self.main.map_or(filled.requests.len(), |main| main + 1);
        for planned in filled.requests.iter_mut().take(known) {
            planned.request = planned.request.filled(facts, setup);
        }
        filled
    }

    /// Puts a request before the main one.
    pub fn before_main(&mut self, planned: Planned) {
        let place = self.main.unwrap_or(self.requests.len());
        self.requests.insert(place, planned);
        self.main = self.main.map(|main| main + 1);
    }

    /// Notes that tampering has touched a parameter or a header.
    pub fn touch(&mut self, name: impl Into<String>) {
        self.touched.push(name.into());
    }
}
