//! Two values side by side, with the characters in which they differ marked.

use super::text::{visible, visible_within};

/// The longest stretch of equal characters shown whole.
const SAME_LIMIT: usize = 160;
/// The longest stretch of differing characters shown whole.
const CHANGED_LIMIT: usize = 400;

/// What two values share at their beginning and end, and what each has in between, ready to be shown: hidden
/// characters written out, long stretches shortened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The common beginning.
    pub before: String,
    /// What only the expected value has; may be empty.
    pub expected: String,
    /// What only the received value has; may be empty.
    pub received: String,
    /// The common end.
    pub after: String,
    /// The first differing character, counted from 1.
    pub position: usize,
}

impl Difference {
    /// Compares character by character; `None` when the two are equal.
    #[must_use]
    pub fn between(expected: &str, received: &str) -> Option<Self> {
        if expected == received {
            return None;
        }
        let wanted: Vec<char> = expected.chars().collect();
        let got: Vec<char> = received.chars().collect();
        let head = wanted.iter().zip(&got).take_while(|(a, b)| a == b).count();
        let (wanted_rest, got_rest) = (&wanted[head..], &got[head..]);
        let tail = wanted_rest
            .iter()
            .rev()
            .zip(got_rest.iter().rev())
            .take_while(|(a, b)| a == b)
            .count();
        let text = |chars: &[char]| chars.iter().collect::<String>();
        Some(Self {
            before: elided_front(&text(&wanted[..head])),
            expected: marked(&text(&wanted_rest[..wanted_rest.len() - tail])),
            received: marked(&text(&got_rest[..got_rest.len() - tail])),
            after: visible_within(&text(&wanted_rest[wanted_rest.len() - tail..]), SAME_LIMIT),
            position: head + 1,
        })
    }

    /// How many characters two values share at their beginning and end: the higher, the nearer.
    #[must_use]
    pub fn likeness(a: &str, b: &str) -> usize {
        let head = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
        let rest = |text: &str| text.chars().skip(head).collect::<Vec<_>>();
        let tail = rest(a)
            .iter()
            .rev()
            .zip(rest(b).iter().rev())
            .take_while(|(x, y)| x == y)
            .count();
        head + tail
    }

    /// The difference as one sentence, for readers who do not see the marks.
    #[must_use]
    pub fn in_words(&self) -> String {
        let named = |part: &str| {
            if part.is_empty() {
                "nothing".to_owned()
            } else {
                format!("“{part}”")
            }
        };
        format!(
            "They differ from character {}: {} was expected, {} was received.",
            self.position,
            named(&self.expected),
            named(&self.received),
        )
    }
}

/// A differing stretch: spaces are written out too, since a mark on nothing is easily missed.
fn marked(text: &str) -> String {
    visible_within(text, CHANGED_LIMIT).replace(' ', "␣")
}

/// Of a common beginning the end matters most: it is next to the difference.
fn elided_front(text: &str) -> String {
    let length = text.chars().count();
    if length <= SAME_LIMIT {
        return visible(text);
    }
    let tail: String = text.chars().skip(length - SAME_LIMIT).collect();
    format!(
        "{} characters left out … {}",
        length - SAME_LIMIT,
        visible(&tail)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(expected: &str, received: &str) -> (String, String, String, String) {
        let found = Difference::between(expected, received).expect("they differ");
        (found.before, found.expected, found.received, found.after)
    }

    fn owned(parts: [&str; 4]) -> (String, String, String, String) {
        let [a, b, c, d] = parts.map(str::to_owned);
        (a, b, c, d)
    }

    #[test]
    fn the_middle_is_what_differs() {
        assert_eq!(
            parts(
                "http://localhost:3000/callback",
                "http://127.0.0.1:3000/callback"
            ),
            owned(["http://", "localhost", "127.0.0.1", ":3000/callback"])
        );
        assert_eq!(
            parts("https://a.example/cb", "https://a.example/cb/"),
            owned(["https://a.example/cb", "", "/", ""])
        );
        assert_eq!(parts("aaa", "aa"), owned(["aa", "a", "", ""]));
        assert_eq!(parts("", "x"), owned(["", "", "x", ""]));
        assert_eq!(Difference::between("same", "same"), None);
    }

    #[test]
    fn hidden_characters_and_spaces_are_written_out() {
        assert_eq!(parts("cb", "cb \u{200B}").2, "␣⟨U+200B⟩");
    }

    #[test]
    fn the_sentence_counts_from_one() {
        let found = Difference::between("ab", "aXb").expect("they differ");
        assert_eq!(
            found.in_words(),
            "They differ from character 2: nothing was expected, “X” was received."
        );
    }

    #[test]
    fn very_long_values_are_shortened_next_to_the_difference() {
        let found = Difference::between(&"a".repeat(9_000), &format!("{}b", "a".repeat(8_000)))
            .expect("they differ");
        assert!(found.before.starts_with("7840 characters left out … aaa"));
        assert!(found.expected.chars().count() < 500);
    }

    #[test]
    fn short_differences_put_the_values_back_together() {
        arbtest::arbtest(|u| {
            let (a, b): (Vec<bool>, Vec<bool>) = u.arbitrary()?;
            let text = |bits: &[bool]| {
                bits.iter()
                    .take(100)
                    .map(|bit| if *bit { 'x' } else { 'y' })
                    .collect::<String>()
            };
            let (a, b) = (text(&a), text(&b));
            match Difference::between(&a, &b) {
                None => assert_eq!(a, b),
                Some(found) => {
                    assert_eq!(
                        format!("{}{}{}", found.before, found.expected, found.after),
                        a
                    );
                    assert_eq!(
                        format!("{}{}{}", found.before, found.received, found.after),
                        b
                    );
                }
            }
            Ok(())
        });
    }
}
