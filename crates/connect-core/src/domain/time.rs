//! Timestamps: whole milliseconds since 1970-01-01T00:00:00Z, the resolution of every stored time.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch. Displays as RFC 3339 in UTC (`2026-05-22T12:34:56Z`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, ts_rs::TS)]
#[ts(type = "string")]
pub struct Timestamp(i64);

/// The last moment there is, 9999-12-30T22:00:00Z less a millisecond: a later one is not of the year 9999 everywhere.
const LAST_MILLIS: i64 = 253_402_207_200_999 - 1_000;

impl Timestamp {
    /// From milliseconds since the epoch, held within years 0001 to 9999.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        if millis > LAST_MILLIS {
            Self(LAST_MILLIS)
        } else if millis < -62_135_596_800_000 {
            Self(-62_135_596_800_000)
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down: the form JWTs and introspection use.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This moment moved by `millis`, which may be negative.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// This moment moved forward.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        self.plus_millis(i64::try_from(span.as_millis()).unwrap_or(i64::MAX))
    }

    /// Milliseconds from `earlier` to this moment; negative when it lies before.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(moment) => write!(f, "{moment}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

impl FromStr for Timestamp {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<jiff::Timestamp>() {
            Ok(moment) => Ok(Self::from_millis(moment.as_millisecond())),
            // `9999-12-31T23:59:59Z` is how many say "for ever": held within, like any other.
            Err(_) if is_beyond_the_last(text) => Ok(Self(LAST_MILLIS)),
            Err(error) => Err(error),
        }
    }
}

/// Whether `text`, which could not be read, is an RFC 3339 time all the same: one in the last hours of the year 9999.
fn is_beyond_the_last(text: &str) -> bool {
    jiff::fmt::temporal::Pieces::parse(text).is_ok_and(|pieces| {
        pieces.date().year() == 9999
            && pieces.time().is_some()
            && pieces.to_numeric_offset().is_some()
    })
}

/// On the wire a timestamp is RFC 3339 text.
impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(|_| {
            serde::de::Error::custom(format!(
                "`{text}` is not an RFC 3339 time such as 2026-05-22T12:34:56Z"
            ))
        })
    }
}

impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// One reading of both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Sandbox time: what lifetimes are judged by.
    pub sandbox: Timestamp,
    /// Wall time: what other programs' clocks show.
    pub wall: Timestamp,
}

impl Moment {
    /// A sandbox time as another program's clock must see it (ruling 30): wall now + (t − sandbox now).
    #[must_use]
    pub const fn to_wire(self, t: Timestamp) -> Timestamp {
        self.wall.plus_millis(t.millis_since(self.sandbox))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_read_and_print_as_rfc_3339() {
        let t: Timestamp = "2026-05-22T12:34:56Z".parse().expect("a time");
        assert_eq!(t.to_string(), "2026-05-22T12:34:56Z");
        assert_eq!(t.plus_millis(7).to_string(), "2026-05-22T12:34:56.007Z");
        assert!("yesterday".parse::<Timestamp>().is_err());
        let end = "9999-12-31T23:59:59Z".parse().expect("a time");
        assert_eq!(Timestamp::from_millis(i64::MAX), end);
        assert!("9999-12-31".parse::<Timestamp>().is_err());
        assert!("9999-12-31T23:59:59".parse::<Timestamp>().is_err());
    }

    #[test]
    fn wire_time_keeps_the_distance_from_now() {
        let moment = Moment {
            sandbox: Timestamp::from_millis(10_000),
            wall: Timestamp::from_millis(1_000),
        };
        assert_eq!(
            moment.to_wire(Timestamp::from_millis(12_500)),
            Timestamp::from_millis(3_500)
        );
    }

    #[test]
    fn far_away_times_are_held_within_what_can_be_written() {
        assert!(
            Timestamp::from_millis(i64::MAX)
                .to_string()
                .starts_with("9999-")
        );
        assert!(Timestamp::from_millis(i64::MIN).to_string().contains("-01"));
    }
}
