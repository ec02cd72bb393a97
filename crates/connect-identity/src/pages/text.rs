//! Text from outside, made fit to be read.
//!
//! The template engine escapes markup. What it cannot know is that a name may be 5,000 characters long, may turn the
//! direction of the line around it, or may be nothing but spaces nobody sees. Two treatments: [`display_name`] for
//! names in running text, [`visible`] for protocol values, where a hidden character is the very thing to be seen.

use std::fmt::Write as _;

/// The longest name shown, in characters.
const NAME_LIMIT: usize = 80;
/// The most combining marks kept on one character.
const MARK_LIMIT: usize = 2;

/// A name as shown in running text: without control, direction and invisible characters, spaces collapsed, at most
/// two combining marks in a row, at most 80 characters (then `…`). Empty when nothing visible is left.
#[must_use]
pub fn display_name(text: &str) -> String {
    let mut name = String::new();
    let mut length = 0;
    let mut marks = 0;
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() || is_blank(c) {
            gap = true;
            continue;
        }
        if is_hidden(c) && !joins_emoji(c) {
            continue;
        }
        marks = if is_combining(c) { marks + 1 } else { 0 };
        if marks > MARK_LIMIT || (name.is_empty() && (marks > 0 || joins_emoji(c))) {
            continue;
        }
        if gap && !name.is_empty() {
            name.push(' ');
            length += 1;
        }
        gap = false;
        if length >= NAME_LIMIT {
            name.truncate(name.trim_end().len());
            name.push('…');
            break;
        }
        name.push(c);
        length += 1;
    }
    name
}

/// A name set apart from the direction of the text around it (U+2068, U+2069), for places that take no markup.
#[must_use]
pub(super) fn isolated(text: &str) -> String {
    format!("\u{2068}{}\u{2069}", display_name(text))
}

/// A protocol value with every character that would not be seen written as `⟨U+XXXX⟩`.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) || is_blank(c) || (c.is_whitespace() && c != ' ') {
            // Writing to a String cannot fail.
            let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// [`visible`], with the middle left out when the text is longer than `limit` characters.
#[must_use]
pub(super) fn visible_within(text: &str, limit: usize) -> String {
    let length = text.chars().count();
    if length <= limit {
        return visible(text);
    }
    let end = limit / 4;
    let head: String = text.chars().take(limit - end).collect();
    let tail: String = text.chars().skip(length - end).collect();
    format!(
        "{} … {} characters left out … {}",
        visible(&head),
        length - limit,
        visible(&tail)
    )
}

/// One or two capital letters that stand for a name: first and last word, else `?`.
#[must_use]
pub(super) fn initials(name: &str) -> String {
    let name = display_name(name);
    let mut words = name
        .split(' ')
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let Some(first) = words.next() else {
        return "?".to_owned();
    };
    [Some(first), words.next_back()]
        .into_iter()
        .flatten()
        .flat_map(char::to_uppercase)
        .take(2)
        .collect()
}

/// One of the stylesheet's eight avatar tones (`tone-0` to `tone-7`), always the same for the same id.
#[must_use]
pub(super) fn tone(id: &str) -> u8 {
    let sum = id.bytes().fold(0_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u32::from(byte))
    });
    u8::try_from(sum % 8).unwrap_or(0)
}

/// Control, format, direction and other characters that leave no ink.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}')
}

/// Hidden characters that hold emoji together, and so may stay in a name.
fn joins_emoji(c: char) -> bool {
    matches!(c, '\u{200D}' | '\u{FE0F}')
}

/// Shown as empty space though no white space by its category.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{2800}' | '\u{3000}'
    )
}

fn is_combining(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_hides_or_turns_text() {
        assert_eq!(
            display_name("  Acme\u{202E} \t\n Labs\u{200B}\0 "),
            "Acme Labs"
        );
        assert_eq!(display_name("\u{202E}\u{200B}\u{3164}\u{200D}"), "");
        assert_eq!(display_name("עמית"), "עמית");
        assert_eq!(display_name("👩\u{200D}🔬 Lab"), "👩\u{200D}🔬 Lab");
        assert_eq!(
            display_name("Z\u{300}\u{301}\u{302}\u{303}a"),
            "Z\u{300}\u{301}a"
        );
    }

    #[test]
    fn long_names_end_in_an_ellipsis() {
        let name = display_name(&"x".repeat(5_000));
        assert_eq!(name.chars().count(), NAME_LIMIT + 1);
        assert!(name.ends_with('…'));
        assert_eq!(
            display_name(&"x".repeat(NAME_LIMIT)),
            "x".repeat(NAME_LIMIT)
        );
    }

    #[test]
    fn values_show_what_is_hidden() {
        assert_eq!(
            visible("a\u{202E}b\0c d\u{A0}"),
            "a⟨U+202E⟩b⟨U+0000⟩c d⟨U+00A0⟩"
        );
        assert_eq!(
            visible_within(&"y".repeat(100), 40),
            format!(
                "{} … 60 characters left out … {}",
                "y".repeat(30),
                "y".repeat(10)
            )
        );
    }

    #[test]
    fn initials_come_from_the_first_and_the_last_word() {
        assert_eq!(initials("maya lin chen"), "MC");
        assert_eq!(initials("Acme"), "A");
        assert_eq!(initials("<script>"), "S");
        assert_eq!(initials("…"), "?");
        assert_eq!(initials("ß x"), "SS");
    }

    #[test]
    fn no_text_makes_them_panic() {
        arbtest::arbtest(|u| {
            let text: &str = u.arbitrary()?;
            let name = display_name(text);
            assert!(name.chars().count() <= NAME_LIMIT + 1);
            assert!(!name.chars().any(|c| is_hidden(c) && !joins_emoji(c)));
            assert!(!visible(text).chars().any(is_hidden));
            assert!(tone(text) < 8);
            let _ = (initials(text), visible_within(text, 10));
            Ok(())
        });
    }
}
