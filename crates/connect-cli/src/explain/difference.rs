//! Two values of the same kind, their differing characters coloured and underlined with carets.

use connect_rpc::traffic::Difference;

use crate::output::{BAD, plain, styled};

/// A value with what differs in it marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marked {
    /// The value, what differs styled.
    pub(super) value: String,
    /// Spaces, then carets under what differs; none when nothing of this one does.
    pub(super) carets: Option<String>,
}

/// Both values, marked where `difference` says so.
pub(super) fn marked(
    expected: &str,
    received: &str,
    difference: Option<&Difference>,
) -> (Marked, Marked) {
    // One character for one: what is counted in one is right in the other.
    let (expected, received) = (plain(expected), plain(received));
    match difference.filter(|difference| alike(&expected, &received, difference)) {
        Some(difference) => (mark(&expected, difference), mark(&received, difference)),
        None => (
            Marked {
                value: expected,
                carets: None,
            },
            Marked {
                value: received,
                carets: None,
            },
        ),
    }
}

/// Whether at least half of the shorter one is the same: carets under all of a value say nothing.
fn alike(expected: &str, received: &str, difference: &Difference) -> bool {
    let shorter = expected.chars().count().min(received.chars().count());
    let same = difference.same_start.saturating_add(difference.same_end);
    same.saturating_mul(2) >= shorter
}

fn mark(value: &str, difference: &Difference) -> Marked {
    let all: Vec<char> = value.chars().collect();
    let start = difference.same_start.min(all.len());
    let end = all.len().saturating_sub(difference.same_end).max(start);
    if start == end {
        return Marked {
            value: value.to_owned(),
            carets: None,
        };
    }
    let text = |range: &[char]| range.iter().collect::<String>();
    Marked {
        value: format!(
            "{}{}{}",
            text(&all[..start]),
            styled(BAD, text(&all[start..end])),
            text(&all[end..])
        ),
        carets: Some(format!("{}{}", " ".repeat(start), "^".repeat(end - start))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(expected: &str, received: &str, same_start: usize, same_end: usize) -> String {
        let (a, b) = marked(
            expected,
            received,
            Some(&Difference {
                same_start,
                same_end,
            }),
        );
        let text = [Some(a.value), a.carets, Some(b.value), b.carets]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("\n");
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn carets_stand_under_what_differs() {
        assert_eq!(
            lines("http://a:3000/cb", "http://a:3001/cb", 12, 3),
            [
                "http://a:3000/cb",
                "            ^",
                "http://a:3001/cb",
                "            ^",
            ]
            .join("\n")
        );
    }

    #[test]
    fn what_only_one_of_them_has_is_marked_there() {
        assert_eq!(lines("/cb", "/cb/", 3, 0), "/cb\n/cb/\n   ^");
        assert_eq!(lines("/cb/", "/cb", 3, 0), "/cb/\n   ^\n/cb");
    }

    #[test]
    fn values_with_little_in_common_are_not_marked() {
        assert_eq!(lines("POST", "GET", 0, 1), "POST\nGET");
        assert_eq!(
            lines("K_b2k2bTEUWg", "zAscLGbzu5_R", 0, 0),
            "K_b2k2bTEUWg\nzAscLGbzu5_R"
        );
    }

    #[test]
    fn counts_that_do_not_fit_do_no_harm() {
        assert_eq!(lines("ab", "", 9, 9), "ab\n");
        assert_eq!(lines("äöü", "äxü", 1, 1), "äöü\n ^\näxü\n ^");
        assert_eq!(lines("a\u{1b}b", "axb", 1, 1), "a\u{FFFD}b\n ^\naxb\n ^");
    }
}
