//! What stands behind a field: read into a condition, and printed again.

use std::fmt;

use super::field::{Field, Flag};
use super::{Comparison, Condition, FilterError, StatusTest, When};
use crate::domain::time::Timestamp;

/// Microseconds of each unit of `took`; the first is printed when nothing larger divides it.
const SPANS: [(&str, u64); 5] = [
    ("us", 1),
    ("µs", 1),
    ("ms", 1000),
    ("s", 1_000_000),
    ("m", 60_000_000),
];
/// Bytes of each unit of `size`.
const SIZES: [(&str, u64); 3] = [("b", 1), ("kb", 1024), ("mb", 1_048_576)];
/// Milliseconds of each unit of a time ago.
const AGES: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];
/// Most digits of a number.
const DIGITS: usize = 12;

/// A condition as it was written.
pub(super) struct Written<'w> {
    pub(super) field: Field,
    pub(super) operator: &'static str,
    pub(super) value: &'w str,
    /// The whole condition.
    pub(super) start: usize,
    /// Its value.
    pub(super) value_start: usize,
    pub(super) end: usize,
}

impl Written<'_> {
    fn wrong(&self, message: impl Into<String>, fix: impl Into<String>) -> FilterError {
        FilterError {
            start: self.value_start,
            end: self.end,
            message: message.into(),
            fix: fix.into(),
        }
    }

    /// The condition it stands for.
    pub(super) fn read(&self) -> Result<Condition, FilterError> {
        let name = self.field.name();
        if !self.field.operators().contains(&self.operator) {
            return Err(FilterError {
                start: self.start,
                end: self.end,
                message: format!("`{name}` can't be compared with `{}`", self.operator),
                fix: format!("write for example {}", self.field.example()),
            });
        }
        if self.value.is_empty() {
            return Err(self.wrong(
                format!("`{name}` has no value"),
                format!(
                    "write it right behind, for example {}",
                    self.field.example()
                ),
            ));
        }
        match self.field {
            Field::Status => self.status(),
            Field::Took => {
                let micros = self.number(&SPANS, 1000, "a time such as 100ms or 1.5s")?;
                Ok(Condition::Took(self.comparison(), micros))
            }
            Field::Size => {
                let bytes = self.number(&SIZES, 1, "a size such as 512b, 10kb or 1.5mb")?;
                Ok(Condition::Size(self.comparison(), bytes))
            }
            Field::Before => self.when().map(Condition::Before),
            Field::After => self.when().map(Condition::After),
            Field::Is => Flag::named(self.value).map(Condition::Is).ok_or_else(|| {
                let known: Vec<&str> = Flag::ALL.iter().map(|flag| flag.name()).collect();
                self.wrong(
                    format!("`{}` can't be said of an exchange", self.value),
                    format!("write one of {}", known.join(", ")),
                )
            }),
            field => Ok(Condition::Word(field, self.value.to_owned())),
        }
    }

    fn comparison(&self) -> Comparison {
        match self.operator {
            ">" => Comparison::Over,
            ">=" => Comparison::AtLeast,
            "<" => Comparison::Under,
            "<=" => Comparison::AtMost,
            _ => Comparison::Equal,
        }
    }

    fn status(&self) -> Result<Condition, FilterError> {
        let value = self.value.to_ascii_lowercase();
        let exact = value
            .parse::<u16>()
            .ok()
            .filter(|status| value.len() == 3 && (100..=599).contains(status));
        let class = value
            .strip_suffix("xx")
            .and_then(|digit| digit.parse::<u8>().ok())
            .filter(|digit| value.len() == 3 && (1..=5).contains(digit));
        let test = match (exact, class, self.comparison()) {
            (Some(status), _, comparison) => StatusTest::Is(comparison, status),
            (None, Some(class), Comparison::Equal) => StatusTest::Class(class),
            (None, None, Comparison::Equal) if value == "none" => StatusTest::Missing,
            _ => {
                return Err(self.wrong(
                    format!("`{}` is no status", self.value),
                    "write a status from 100 to 599, a class such as 4xx, a comparison such as >=400, or none",
                ));
            }
        };
        Ok(Condition::Status(test))
    }

    fn when(&self) -> Result<When, FilterError> {
        let moment = self.value.parse::<Timestamp>().ok().or_else(|| {
            let is_day = self.value.len() == 10 && self.value.contains('-');
            is_day
                .then(|| format!("{}T00:00:00Z", self.value).parse().ok())
                .flatten()
        });
        if let Some(moment) = moment {
            return Ok(When::At(moment));
        }
        let millis = self.number(
            &AGES,
            0,
            "2026-05-22T12:34:56Z, a day such as 2026-05-22, or so long ago: 30s, 10m, 2h, 7d",
        )?;
        i64::try_from(millis).map(When::Ago).map_err(|_| {
            self.wrong(
                format!("`{}` is too long ago", self.value),
                "write a smaller number",
            )
        })
    }

    /// A number with a unit; one without is taken times `plain`, and refused when that is 0.
    fn number(&self, units: &[(&str, u64)], plain: u64, wanted: &str) -> Result<u64, FilterError> {
        let value = self.value.to_lowercase();
        let unreadable = || {
            self.wrong(
                format!("`{}` can't be read", self.value),
                format!("write {wanted}"),
            )
        };
        let unit_at = value
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(value.len());
        let (number, unit) = value.split_at(unit_at);
        let times = match unit {
            "" if plain > 0 => plain,
            unit => units
                .iter()
                .find(|(name, _)| *name == unit)
                .map(|(_, times)| *times)
                .ok_or_else(unreadable)?,
        };
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let has_point = number.contains('.');
        if whole.is_empty() || whole.len() + part.len() > DIGITS || has_point == part.is_empty() {
            return Err(unreadable());
        }
        let whole: u64 = whole.parse().map_err(|_| unreadable())?;
        let mut smaller = 0;
        if has_point {
            let scale = 10_u64.pow(u32::try_from(part.len()).map_err(|_| unreadable())?);
            let part: u64 = part.parse().map_err(|_| unreadable())?;
            smaller = part.checked_mul(times).ok_or_else(unreadable)? / scale;
        }
        whole
            .checked_mul(times)
            .and_then(|whole| whole.checked_add(smaller))
            .ok_or_else(unreadable)
    }
}

/// As it is read.
pub(super) fn print(condition: &Condition, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match condition {
        Condition::Text(text) if can_be_bare(text) && Field::named(text).is_none() => {
            f.write_str(text)
        }
        Condition::Text(text) => quote(text, f),
        Condition::Status(StatusTest::Missing) => f.write_str("status:none"),
        Condition::Status(StatusTest::Class(class)) => write!(f, "status:{class}xx"),
        Condition::Status(StatusTest::Is(Comparison::Equal, status)) => {
            write!(f, "status:{status}")
        }
        Condition::Status(StatusTest::Is(comparison, status)) => {
            write!(f, "status{}{status}", comparison.as_str())
        }
        Condition::Word(field, value) => {
            write!(f, "{}:", field.name())?;
            if can_be_bare(value) {
                f.write_str(value)
            } else {
                quote(value, f)
            }
        }
        Condition::Took(comparison, micros) => {
            let sign = comparison.as_str();
            write!(f, "took{sign}{}", with_unit(*micros, &SPANS))
        }
        Condition::Size(comparison, bytes) => {
            let sign = comparison.as_str();
            write!(f, "size{sign}{}", with_unit(*bytes, &SIZES))
        }
        Condition::Before(when) => write!(f, "before:{}", Printed(*when)),
        Condition::After(when) => write!(f, "after:{}", Printed(*when)),
        Condition::Is(flag) => write!(f, "is:{}", flag.name()),
    }
}

struct Printed(When);

impl fmt::Display for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            When::At(moment) => write!(f, "{moment}"),
            When::Ago(millis) => f.write_str(&age(millis)),
        }
    }
}

/// A time ago as it is written: `10m`.
pub(super) fn age(millis: i64) -> String {
    with_unit(u64::try_from(millis).unwrap_or(0), &AGES)
}

/// A span as it is written: `100ms`.
pub(super) fn span(micros: u64) -> String {
    with_unit(micros, &SPANS)
}

/// A size as it is written: `10kb`.
pub(super) fn size(bytes: u64) -> String {
    with_unit(bytes, &SIZES)
}

/// In the largest unit that divides it.
fn with_unit(amount: u64, units: &[(&str, u64)]) -> String {
    let fits = units
        .iter()
        .rev()
        .find(|(_, times)| amount > 0 && amount.is_multiple_of(*times));
    let (unit, times) = fits.or(units.first()).unwrap_or(&("", 1));
    format!("{}{unit}", amount / times)
}

/// Whether it is read as it is without quotes, wherever it stands.
fn can_be_bare(text: &str) -> bool {
    let joins = ["and", "or", "not"]
        .iter()
        .any(|word| word.eq_ignore_ascii_case(text));
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@' | '+');
    !joins && !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain)
}

fn quote(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("\"")?;
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            f.write_str("\\")?;
        }
        write!(f, "{character}")?;
    }
    f.write_str("\"")
}
