//! From a method and a path to an operation, or to the reason why there is none.

use percent_encoding::percent_decode_str;

use super::operation::{Operation, Verb};
use super::{ABSENT, Absent, CATALOGUE};
use crate::service::Service;

/// What a method and a path mean.
#[derive(Debug)]
pub enum Resolution {
    /// An operation, and the parts of its path by name.
    Found(&'static Operation, Vec<(&'static str, String)>),
    /// The path is there, with other methods.
    WrongVerb(Vec<Verb>),
    /// The platform has it, the sandbox has not, on purpose.
    Absent(&'static Absent),
    /// Nothing is there. Paths that look like it, with their service in front.
    Unknown(Vec<String>),
}

/// What `verb` (none: a method no operation uses) and `path` mean to `service`, or to all of them for a bare path.
/// `path` is still percent-encoded and begins with `/v1/`.
#[must_use]
pub fn resolve(service: Option<Service>, verb: Option<Verb>, path: &str) -> Resolution {
    let segments: Vec<&str> = path.split('/').collect();
    let mut best: Option<(&'static Operation, Vec<(&'static str, String)>)> = None;
    let mut other_verbs: Vec<Verb> = Vec::new();
    let owners = CATALOGUE
        .iter()
        .filter(|operation| service.is_none_or(|service| operation.service == service));
    for operation in owners {
        let Some(values) = fit(operation.path, &segments) else {
            continue;
        };
        if Some(operation.verb) != verb {
            if !other_verbs.contains(&operation.verb) {
                other_verbs.push(operation.verb);
            }
        } else if best
            .as_ref()
            .is_none_or(|(_, known)| values.len() < known.len())
        {
            // A template with fewer open parts wins: `/v1/check-ins/next` before `/v1/check-ins/{id}`.
            best = Some((operation, values));
        }
    }
    if let Some((operation, values)) = best {
        return Resolution::Found(operation, values);
    }
    if !other_verbs.is_empty() {
        other_verbs.sort_unstable();
        return Resolution::WrongVerb(other_verbs);
    }
    let absent = ABSENT.iter().find(|absent| {
        service.is_none_or(|service| service.name() == absent.service)
            && fit(absent.path, &segments).is_some()
    });
    match absent {
        Some(absent) => Resolution::Absent(absent),
        None => Resolution::Unknown(near(path)),
    }
}

/// The open parts of `template` if `segments` fits it.
fn fit(template: &'static str, segments: &[&str]) -> Option<Vec<(&'static str, String)>> {
    let mut values = Vec::new();
    let mut given = segments.iter();
    for wanted in template.split('/') {
        let given = given.next()?;
        match wanted
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            Some(_) if given.is_empty() => return None,
            Some(name) => values.push((
                name,
                percent_decode_str(given).decode_utf8().ok()?.into_owned(),
            )),
            None if wanted == *given => {}
            None => return None,
        }
    }
    given.next().is_none().then_some(values)
}

/// At most three templates that `path` may have meant, nearest first.
fn near(path: &str) -> Vec<String> {
    let asked: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let mut scored: Vec<(usize, String)> = CATALOGUE
        .iter()
        .filter_map(|operation| {
            let distance = distance(&asked, operation.path)?;
            Some((
                distance,
                format!("/{}{}", operation.service.name(), operation.path),
            ))
        })
        .collect();
    scored.sort();
    scored.dedup();
    scored.into_iter().map(|(_, path)| path).take(3).collect()
}

/// How far apart a path and a template are, in characters; none when they have little in common.
fn distance(asked: &[&str], template: &str) -> Option<usize> {
    let wanted: Vec<&str> = template
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    let mut far = 0;
    for index in 0..asked.len().max(wanted.len()) {
        far += match (asked.get(index), wanted.get(index)) {
            (Some(_), Some(open)) if open.starts_with('{') => 1,
            (Some(asked), Some(wanted)) => edits(asked, wanted),
            (Some(extra), None) => extra.chars().count().min(6),
            (None, Some(missing)) => {
                if missing.starts_with('{') {
                    1
                } else {
                    missing.chars().count().min(6)
                }
            }
            (None, None) => 0,
        };
    }
    (far <= 8).then_some(far)
}

/// Characters to insert, delete or replace between two words (Levenshtein), given up on beyond 40 characters.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.chars().take(40).collect(), b.chars().take(40).collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(service: Option<Service>, verb: Verb, path: &str) -> (&'static str, Vec<String>) {
        match resolve(service, Some(verb), path) {
            Resolution::Found(operation, values) => (
                operation.id,
                values.into_iter().map(|(_, value)| value).collect(),
            ),
            other => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn a_bare_path_goes_to_its_documented_owner() {
        assert_eq!(
            found(None, Verb::Get, "/v1/biomarkers/me").0,
            "biomarkers_me"
        );
        assert_eq!(
            found(None, Verb::Get, "/v1/protocols/abc"),
            ("protocols_get", vec![String::from("abc")])
        );
        let there = found(Some(Service::PatientGraph), Verb::Get, "/v1/protocols/abc");
        assert_eq!(there.0, "patient_graph_protocols_get");
    }

    #[test]
    fn parts_of_the_path_are_decoded() {
        assert_eq!(found(None, Verb::Get, "/v1/red-flags/a%20b").1, ["a b"]);
    }

    #[test]
    fn a_fixed_part_wins_over_an_open_one() {
        assert_eq!(
            found(None, Verb::Post, "/v1/protocols/match").0,
            "protocols_match"
        );
        assert_eq!(
            found(None, Verb::Get, "/v1/messages/recent").0,
            "messages_recent"
        );
    }

    #[test]
    fn another_method_is_told_which_there_are() {
        let Resolution::WrongVerb(verbs) = resolve(None, Some(Verb::Delete), "/v1/check-ins")
        else {
            panic!("a wrong verb");
        };
        assert_eq!(verbs, [Verb::Get, Verb::Post]);
    }

    #[test]
    fn what_is_absent_on_purpose_says_so() {
        assert!(
            matches!(resolve(None, Some(Verb::Post), "/v1/events"), Resolution::Absent(absent) if absent.service == "events")
        );
        assert!(matches!(
            resolve(None, Some(Verb::Get), "/v1/admin/users/u"),
            Resolution::Absent(_)
        ));
    }

    #[test]
    fn an_unknown_path_is_told_what_is_near() {
        let near = |path: &str| match resolve(None, Some(Verb::Get), path) {
            Resolution::Unknown(near) => near,
            other => panic!("{other:?}"),
        };
        assert_eq!(near("/v1/biomarker/me")[0], "/clinical/v1/biomarkers/me");
        assert_eq!(near("/v1/biomarkers/me/")[0], "/clinical/v1/biomarkers/me");
        assert!(near("/completely/else/altogether").is_empty());
    }

    #[test]
    fn no_two_operations_of_a_service_share_a_method_and_path() {
        for (index, operation) in CATALOGUE.iter().enumerate() {
            for other in &CATALOGUE[..index] {
                assert_ne!(operation.id, other.id);
                assert!(
                    (operation.service, operation.verb, operation.path)
                        != (other.service, other.verb, other.path)
                );
            }
        }
    }
}
