//! What can be done, as data: a sequence of it can be shown and shortened. Numbers point at what there is, modulo how
//! many there are, so that every sequence makes sense.

use arbtest::arbitrary::{Result, Unstructured};

/// Who presents something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// The app it was issued to.
    Own,
    /// Another one.
    Other,
}

/// What comes with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    Right,
    WrongVerifier,
    NoVerifier,
    OtherRedirect,
}

/// Which scope a refresh asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Nothing,
    Less,
    More,
}

/// One thing done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Authorize {
        client: usize,
        person: usize,
        scope: usize,
    },
    Exchange {
        code: usize,
        by: Who,
        proof: Proof,
    },
    Refresh {
        token: usize,
        by: Who,
        asked: Asked,
    },
    Revoke {
        token: usize,
        by: Who,
    },
    RevokeGrant {
        client: usize,
        person: usize,
    },
    Disable {
        client: usize,
    },
    Enable {
        client: usize,
    },
    Advance {
        seconds: u64,
    },
    Restart,
}

/// Spans that reach past the ends of lives, and some that do not.
const SPANS: [u64; 8] = [1, 30, 59, 61, 1800, 3600, 40 * 86_400, 91 * 86_400];

impl Step {
    pub(super) fn any(u: &mut Unstructured<'_>) -> Result<Self> {
        let by = |u: &mut Unstructured<'_>| Ok(if u.ratio(1, 8)? { Who::Other } else { Who::Own });
        Ok(match u.int_in_range(0..=23)? {
            0..=5 => Self::Authorize {
                client: u.int_in_range(0..=2)?,
                person: u.int_in_range(0..=1)?,
                scope: u.int_in_range(0..=2)?,
            },
            6..=11 => Self::Exchange {
                code: u.int_in_range(0..=7)?,
                by: by(u)?,
                proof: match u.int_in_range(0..=9)? {
                    0 => Proof::WrongVerifier,
                    1 => Proof::NoVerifier,
                    2 => Proof::OtherRedirect,
                    _ => Proof::Right,
                },
            },
            12..=16 => Self::Refresh {
                token: u.int_in_range(0..=7)?,
                by: by(u)?,
                asked: match u.int_in_range(0..=7)? {
                    0 => Asked::Less,
                    1 => Asked::More,
                    _ => Asked::Nothing,
                },
            },
            17 | 18 => Self::Revoke {
                token: u.int_in_range(0..=9)?,
                by: by(u)?,
            },
            19 => Self::RevokeGrant {
                client: u.int_in_range(0..=2)?,
                person: u.int_in_range(0..=1)?,
            },
            20 => Self::Disable {
                client: u.int_in_range(0..=2)?,
            },
            21 => Self::Enable {
                client: u.int_in_range(0..=2)?,
            },
            22 => Self::Advance {
                seconds: *u.choose(&SPANS)?,
            },
            _ => Self::Restart,
        })
    }
}
