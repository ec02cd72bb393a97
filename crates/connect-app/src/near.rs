//! What was probably meant by a word that nothing has.

use connect_rpc::COMMANDS;

/// Words this much alike may have been mistaken for each other (Jaro-Winkler, 0 to 1).
const LIKENESS: f64 = 0.8;
/// Letters that may be wrong in an id, which is like every other by how it is made.
const SLIPS: usize = 2;
/// Most commands that are told.
const MOST: usize = 3;

/// The word of `known` that is most like `unknown`, if one is; capitals are nothing to go by.
pub(crate) fn nearest<'k>(
    unknown: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    ranked(unknown, known).into_iter().next()
}

/// The words of `known` that are much like `unknown`, the likest first.
fn ranked<'k>(unknown: &str, known: impl IntoIterator<Item = &'k str>) -> Vec<&'k str> {
    let unknown = unknown.to_lowercase();
    let likeness = |word: &str| strsim::jaro_winkler(&unknown, &word.to_lowercase());
    let mut near: Vec<(f64, &str)> = known
        .into_iter()
        .map(|word| (likeness(word), word))
        .filter(|(likeness, _)| *likeness > LIKENESS)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.into_iter().map(|(_, word)| word).collect()
}

/// Whether `wanted` is this id but for a slip or two.
pub(crate) fn is_slip_of(wanted: &str, id: &str) -> bool {
    wanted.len().abs_diff(id.len()) <= SLIPS && strsim::levenshtein(wanted, id) <= SLIPS
}

/// The commands that may have been meant by a name that none has, the likest first; a few of them.
#[must_use]
pub fn commands(name: &str) -> Vec<&'static str> {
    let mut near = ranked(name, COMMANDS.iter().map(|known| known.name));
    near.truncate(MOST);
    near
}

/// What a parser says, with the nearest of the words it expected in place of one that is unknown.
pub(crate) fn said(message: &str) -> String {
    let message = message.trim_end();
    let near = message
        .strip_prefix("unknown field `")
        .or_else(|| message.strip_prefix("unknown variant `"))
        .and_then(|rest| rest.split_once('`'))
        .and_then(|(unknown, expected)| nearest(unknown, quoted(expected)));
    match near {
        Some(near) => format!("{message}; did you mean `{near}`?"),
        None => message.to_owned(),
    }
}

/// The words in backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_told_and_no_other() {
        assert_eq!(
            said("unknown field `persona`, expected `auto_approve` or `personas`"),
            "unknown field `persona`, expected `auto_approve` or `personas`; did you mean `personas`?"
        );
        assert_eq!(
            said("unknown variant `WEB`, expected one of `spa`, `web`"),
            "unknown variant `WEB`, expected one of `spa`, `web`; did you mean `web`?"
        );
        for as_it_was in [
            "unknown field `x`, there are no fields",
            "unknown field `zzz`, expected `name`",
            "missing field `name`",
        ] {
            assert_eq!(said(as_it_was), as_it_was);
        }
    }

    #[test]
    fn commands_with_a_slip_are_found_and_ids_by_their_letters() {
        assert_eq!(commands("app_list").first(), Some(&"apps_list"));
        assert_eq!(commands("clock_advanced").first(), Some(&"clock_advance"));
        assert!(commands("zzz").is_empty());
        assert!(is_slip_of("client_01ABCD", "client_01ABCE"));
        assert!(!is_slip_of("client_x", "client_01ABCE"));
    }
}
