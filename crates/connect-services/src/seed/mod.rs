//! The people of the demo: two years of a plausible life for a persona, the same for the same persona and day.
//!
//! Everything here is a pure function of the persona and the present day. Ids and values come from a fixed seed, not from
//! `Env`: a factory reset makes the same people again.

mod account;
mod body;
pub mod catalogue;
mod community;
mod inbox;
mod labs;
mod program;
mod story;
mod stream;
#[cfg(test)]
mod tests;
mod timeline;
mod wearables;
mod write;

use connect_core::Timestamp;
use connect_core::domain::app::Person;
use connect_store::services::clinical::biomarkers::Biomarker;
use connect_store::services::clinical::check_ins::CheckIn;
use connect_store::services::clinical::enrollments::Enrollment;
use connect_store::services::clinical::red_flags::RedFlag;
use connect_store::services::clinical::wearables::{WearableConnection, WearableMetric};
use connect_store::services::comms::Preference;
use connect_store::services::community::members::Member;
use connect_store::services::community::posts::Post;
use connect_store::services::community::reactions::Reaction;
use connect_store::services::follows::Follow;
use connect_store::services::membership::{Lock, Membership, Transition};
use connect_store::services::patient_graph::measurements::Measurement;
use connect_store::services::patient_graph::patients::Patient;
use connect_store::services::patient_graph::timeline::TimelineEvent;
use connect_store::services::payments::{Payment, PaymentMethod, Subscription};

pub use inbox::SeededMessage;
pub use write::{seed_brands, seed_person};

/// One day, in milliseconds.
pub(crate) const DAY: i64 = 86_400_000;
/// How far back a persona's life goes, in days.
pub const DAYS: i64 = 730;

/// Everything a persona has.
#[derive(Debug, Clone, PartialEq)]
pub struct Life {
    /// The patient the persona is.
    pub patient: Patient,
    /// Lab results, oldest first.
    pub biomarkers: Vec<Biomarker>,
    /// Flags those raised.
    pub red_flags: Vec<RedFlag>,
    /// Protocols started.
    pub enrollments: Vec<Enrollment>,
    /// Check-ins along them.
    pub check_ins: Vec<CheckIn>,
    /// Wearables.
    pub connections: Vec<WearableConnection>,
    /// Their metrics as last seen.
    pub metrics: Vec<WearableMetric>,
    /// Their values over time.
    pub measurements: Vec<Measurement>,
    /// The membership.
    pub membership: Membership,
    /// How it came to be.
    pub transitions: Vec<Transition>,
    /// What holds its conversion back.
    pub locks: Vec<Lock>,
    /// What pays for it.
    pub subscription: Subscription,
    /// Payments, oldest first.
    pub payments: Vec<Payment>,
    /// The card on file.
    pub method: PaymentMethod,
    /// The persona as the community knows it.
    pub member: Member,
    /// What the persona wrote.
    pub posts: Vec<Post>,
    /// Reactions to that.
    pub reactions: Vec<Reaction>,
    /// Whom the persona follows, and who follows back.
    pub follows: Vec<Follow>,
    /// Messages, oldest first.
    pub messages: Vec<SeededMessage>,
    /// Which messages are wanted.
    pub preferences: Vec<Preference>,
    /// All of it in words.
    pub timeline: Vec<TimelineEvent>,
}

/// The life of `person` up to the day of `now`. Nothing in it lies after that day's midnight (UTC), but for the end of
/// what is paid for, locks, and messages that wait.
#[must_use]
pub fn life(person: &Person, now: Timestamp) -> Life {
    let today = Timestamp::from_millis(now.as_millis().div_euclid(DAY) * DAY);
    let story = story::of(person);
    let who = Who {
        person,
        story: &story,
        today,
    };

    let biomarkers = labs::biomarkers(&who);
    let red_flags = labs::red_flags(&who, &biomarkers);
    let enrollments = program::enrollments(&who);
    let check_ins = program::check_ins(&who, &enrollments);
    let connections = wearables::connections(&who);
    let measurements = wearables::measurements(&who);
    let metrics = wearables::metrics(&who, &measurements);
    let subscription = account::subscription(&who);
    let membership = account::membership(&who, &subscription);
    let mut life = Life {
        patient: account::patient(&who),
        transitions: account::transitions(&who, &membership),
        locks: account::locks(&who, &subscription),
        payments: account::payments(&who, &subscription),
        method: account::method(&who),
        member: community::member(&who),
        posts: community::posts(&who),
        reactions: Vec::new(),
        follows: community::follows(&who),
        messages: inbox::messages(&who),
        preferences: inbox::preferences(&who),
        timeline: Vec::new(),
        biomarkers,
        red_flags,
        enrollments,
        check_ins,
        connections,
        metrics,
        measurements,
        membership,
        subscription,
    };
    life.reactions = community::reactions(&who, &life.posts);
    life.timeline = timeline::events(&who, &life);
    life
}

/// Whose life, told how, up to when.
struct Who<'w> {
    person: &'w Person,
    story: &'w story::Story,
    /// Midnight (UTC) of the present day.
    today: Timestamp,
}

impl Who<'_> {
    /// A stream of its own for one part of the life.
    fn stream(&self, part: &str) -> stream::Stream {
        stream::Stream::new(&[&self.person.email, part])
    }

    /// `days` before today, at `hour` o'clock and some minutes.
    fn ago(&self, days: i64, hour: i64, minutes: i64) -> Timestamp {
        self.today
            .plus_millis(-days * DAY + hour * 3_600_000 + minutes * 60_000)
    }
}
