//! Where a credential can begin. This runs over every byte that passes through the sandbox, so the places worth a closer
//! look are found with vector instructions: the literal beginnings, what stands before a field, and percent signs.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, Input, MatchKind};

/// What a credential begins with, unless a part of it is percent-encoded: our prefixes up to where they part, JWTs, and
/// JSON members by name.
pub(super) const LITERALS: [&str; 10] = [
    "lph_",
    "secret_",
    "whsec_",
    "eyJ",
    "\"client_secret\"",
    "\"refresh_token\"",
    "\"access_token\"",
    "\"password\"",
    "\"assertion\"",
    "\"client_assertion\"",
];
/// Before a field or a header; what begins there is one byte further.
const BEFORE: [u8; 3] = *b"?&\n";
/// A percent-encoded byte stands at most so many bytes behind where its prefix begins, the ones before it being plain.
const BEHIND: usize = 6;

static SEARCH: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let search = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .build(LITERALS);
    search.expect("a few short literals make an automaton")
});

/// The places of `bytes` worth a closer look, in order.
pub(super) struct Starts<'b> {
    bytes: &'b [u8],
    literal: Option<usize>,
    before: Option<usize>,
    percent: Option<usize>,
}

impl<'b> Starts<'b> {
    pub(super) fn of(bytes: &'b [u8]) -> Self {
        Self {
            bytes,
            literal: literal(bytes, 0),
            before: before(bytes, 0),
            percent: percent(bytes, 0),
        }
    }

    /// The next places at or after `at`.
    pub(super) fn next(&mut self, at: usize) -> Option<Range<usize>> {
        if self.literal.is_some_and(|place| place < at) {
            self.literal = literal(self.bytes, at);
        }
        // What stands before a field may be the last byte of what was cut.
        let last = at.saturating_sub(1);
        if self.before.is_some_and(|place| place < last) {
            self.before = before(self.bytes, last);
        }
        if self.percent.is_some_and(|place| place < at) {
            self.percent = percent(self.bytes, at);
        }
        let nearest = [
            self.literal.map(|place| place..place + 1),
            self.before.map(|place| place..place + 2),
            self.percent
                .map(|place| place.saturating_sub(BEHIND)..place + 1),
        ]
        .into_iter()
        .flatten()
        .min_by_key(|places| places.start)?;
        Some(nearest.start.max(at)..nearest.end.min(self.bytes.len()))
    }
}

fn literal(bytes: &[u8], from: usize) -> Option<usize> {
    let found = SEARCH.find(Input::new(bytes).range(from..));
    found.map(|found| found.start())
}

fn before(bytes: &[u8], from: usize) -> Option<usize> {
    let [a, b, c] = BEFORE;
    memchr::memchr3(a, b, c, &bytes[from..]).map(|place| place + from)
}

fn percent(bytes: &[u8], from: usize) -> Option<usize> {
    memchr::memchr(b'%', &bytes[from..]).map(|place| place + from)
}
