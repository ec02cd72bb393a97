//! A filter in words, for whoever wants to know what they will see.

use super::value::{age, size, span};
use super::{Comparison, Condition, Field, Filter, Flag, StatusTest, When};

/// `POST requests answered with a 4xx status that were not refused`.
pub(super) fn of(filter: &Filter) -> String {
    let parts = match filter {
        Filter::Everything => return "Every exchange".to_owned(),
        Filter::All(parts) => parts.as_slice(),
        other => std::slice::from_ref(other),
    };
    let mut noun = None;
    let (mut where_to, mut how, mut verbs) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        match part {
            Filter::One(Condition::Word(Field::Method, method)) if noun.is_none() => {
                noun = Some(format!("{} requests", method.to_uppercase()));
            }
            Filter::One(condition) => match beside(condition) {
                Some(Beside::Where(phrase)) => where_to.push(phrase),
                Some(Beside::How(phrase)) => how.push(phrase),
                None => verbs.push(verb(condition, false)),
            },
            other => verbs.push(verbs_of(other, false, false)),
        }
    }
    let mut sentence = noun.unwrap_or_else(|| "Exchanges".to_owned());
    for phrase in where_to {
        sentence.push(' ');
        sentence.push_str(&phrase);
    }
    if !how.is_empty() {
        sentence.push(' ');
        sentence.push_str(&listed(&how, "and"));
    }
    if !verbs.is_empty() {
        sentence.push_str(" that ");
        sentence.push_str(&listed(&verbs, "and"));
    }
    sentence
}

/// A phrase that stands beside the noun.
enum Beside {
    Where(String),
    How(String),
}

fn beside(condition: &Condition) -> Option<Beside> {
    let phrase = plain(condition)?;
    Some(match condition {
        Condition::Word(field, _) if !matches!(field, Field::Check | Field::Error) => {
            Beside::Where(phrase)
        }
        _ => Beside::How(phrase),
    })
}

/// The phrase without a verb, for those that have one.
fn plain(condition: &Condition) -> Option<String> {
    Some(match condition {
        Condition::Status(test) => format!("answered with {}", status(*test)?),
        Condition::Word(field, value) => match field {
            Field::Target => format!("to a target that contains “{value}”"),
            Field::Host => format!("to a host that contains “{value}”"),
            Field::Service => format!("to the {value} service"),
            Field::Operation => format!("for the operation {value}"),
            Field::App => format!("from the app “{value}”"),
            Field::User => format!("for the persona “{value}”"),
            Field::Grant => format!("under the grant {value}"),
            Field::Trace => format!("in the trace {value}"),
            Field::Exchange => format!("with the id {value}"),
            Field::Listener => format!("on the {value} listener"),
            Field::Check => format!("refused by the check {value}"),
            Field::Error => format!("answered with the error {value}"),
            Field::Method
            | Field::Ended
            | Field::Status
            | Field::Took
            | Field::Size
            | Field::Before
            | Field::After
            | Field::Is => return None,
        },
        Condition::Before(When::At(moment)) => format!("begun before {moment}"),
        Condition::Before(When::Ago(millis)) => format!("begun more than {} ago", age(*millis)),
        Condition::After(When::At(moment)) => format!("begun since {moment}"),
        Condition::After(When::Ago(millis)) => format!("begun in the last {}", age(*millis)),
        Condition::Text(_) | Condition::Took(..) | Condition::Size(..) | Condition::Is(_) => {
            return None;
        }
    })
}

fn status(test: StatusTest) -> Option<String> {
    Some(match test {
        StatusTest::Missing => return None,
        StatusTest::Class(class) => format!("a {class}xx status"),
        StatusTest::Is(comparison, status) => match comparison {
            Comparison::Equal => status.to_string(),
            Comparison::Over => format!("a status above {status}"),
            Comparison::AtLeast => format!("a status of {status} or above"),
            Comparison::Under => format!("a status below {status}"),
            Comparison::AtMost => format!("a status of {status} or below"),
        },
    })
}

/// The condition as a verb of several exchanges, turned round when `not`.
pub(super) fn verb(condition: &Condition, not: bool) -> String {
    let were = if not { "were not" } else { "were" };
    let are = if not { "are not" } else { "are" };
    match condition {
        Condition::Text(text) if not => format!("do not contain “{text}”"),
        Condition::Text(text) => format!("contain “{text}”"),
        Condition::Status(StatusTest::Missing) if not => "were answered".to_owned(),
        Condition::Status(StatusTest::Missing) => "were not answered".to_owned(),
        Condition::Took(comparison, micros) => {
            let span = span(*micros);
            match turned(*comparison, not) {
                Comparison::Over => format!("took longer than {span}"),
                Comparison::AtLeast => format!("took {span} or longer"),
                Comparison::Under => format!("took less than {span}"),
                Comparison::AtMost => format!("took {span} or less"),
                Comparison::Equal => format!("took {span}"),
            }
        }
        Condition::Size(comparison, bytes) => {
            let size = size(*bytes);
            match turned(*comparison, not) {
                Comparison::Over => format!("are larger than {size}"),
                Comparison::AtLeast => format!("are {size} or larger"),
                Comparison::Under => format!("are smaller than {size}"),
                Comparison::AtMost => format!("are {size} or smaller"),
                Comparison::Equal => format!("are {size} large"),
            }
        }
        Condition::Word(Field::Method, method) => {
            format!("{are} {} requests", method.to_uppercase())
        }
        Condition::Word(Field::Ended, how) if not => format!("did not end with “{how}”"),
        Condition::Word(Field::Ended, how) => format!("ended with “{how}”"),
        Condition::Word(Field::Exchange, id) if not => format!("do not have the id {id}"),
        Condition::Word(Field::Exchange, id) => format!("have the id {id}"),
        Condition::Is(flag) => match flag {
            Flag::Refused => format!("{were} refused"),
            Flag::Pinned => format!("{are} pinned"),
            Flag::Finding if not => "have no findings".to_owned(),
            Flag::Finding => "have findings".to_owned(),
            Flag::Failed if not => "did not fail".to_owned(),
            Flag::Failed => "failed".to_owned(),
            Flag::Open => format!("{were} left unanswered"),
        },
        Condition::Status(_) | Condition::Word(..) | Condition::Before(_) | Condition::After(_) => {
            let phrase = plain(condition).unwrap_or_default();
            format!("{were} {phrase}")
        }
    }
}

fn turned(comparison: Comparison, not: bool) -> Comparison {
    match comparison {
        same if !not => same,
        Comparison::Over => Comparison::AtMost,
        Comparison::AtLeast => Comparison::Under,
        Comparison::Under => Comparison::AtLeast,
        Comparison::AtMost => Comparison::Over,
        Comparison::Equal => Comparison::Equal,
    }
}

/// A whole filter as a verb. `not` goes down to the conditions, where `and` and `or` change places.
fn verbs_of(filter: &Filter, not: bool, within: bool) -> String {
    let (parts, joins_all) = match filter {
        Filter::Everything => return if not { "are none" } else { "are any" }.to_owned(),
        Filter::One(condition) => return verb(condition, not),
        Filter::Not(inner) => return verbs_of(inner, !not, within),
        Filter::All(parts) => (parts, !not),
        Filter::Any(parts) => (parts, not),
    };
    let verbs: Vec<String> = parts.iter().map(|part| verbs_of(part, not, true)).collect();
    let joined = listed(&verbs, if joins_all { "and" } else { "or" });
    match (within, joins_all) {
        (true, _) => format!("({joined})"),
        (false, true) => joined,
        (false, false) => format!("either {joined}"),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(phrases: &[String], word: &str) -> String {
    match phrases {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}
