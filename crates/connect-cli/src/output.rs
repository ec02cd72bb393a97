//! Where everything is printed: data to standard output, words to people to standard error, colour to terminals only
//! (and never with `NO_COLOR`).

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const CARE: Style = AnsiColor::Yellow.on_default();
pub(crate) const CODE: Style = AnsiColor::Cyan.on_default();

/// `text` in `style`, for a stream that takes styles out where they do not belong.
pub(crate) fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Data, as it is.
pub(crate) fn data(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Data as JSON: for people when a terminal shows it, else in one line.
pub(crate) fn json<T: Serialize>(value: &T) -> io::Result<()> {
    let text = if io::stdout().is_terminal() {
        serde_json::to_string_pretty(value)
    } else {
        serde_json::to_string(value)
    };
    data(&text.map_err(io::Error::other)?)
}

/// A word to people.
pub(crate) fn say(text: &str) {
    // When nobody can be told, nobody can be told that either.
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// What went wrong.
pub(crate) fn error(text: &str) {
    say(&format!("{} {}", styled(BAD, "error:"), to_people(text)));
}

/// What to do, or more about an error.
pub(crate) fn hint(text: &str) {
    say(&format!("  {}", to_people(text)));
}

/// A text for standard error: backticks are left to what is no terminal, where they are all that sets a name apart.
fn to_people(text: &str) -> String {
    if io::stderr().is_terminal() {
        prose(text)
    } else {
        plain_lines(text)
    }
}

/// `text` without what a terminal would obey: a name or an address sent by anybody must not move the cursor.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if is_obeyed(c) { '\u{FFFD}' } else { c })
        .collect()
}

/// A text for people in which names stand between backticks: a terminal shows them bold, anything else as they are.
pub(crate) fn prose(text: &str) -> String {
    prose_in(Style::new(), text)
}

/// The same in a style of its own.
pub(crate) fn prose_in(style: Style, text: &str) -> String {
    let text = plain_lines(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some((before, name, after)) = next_name(rest) {
        out.push_str(&styled(style, before));
        out.push_str(&styled(style.bold(), name));
        rest = after;
    }
    out.push_str(&styled(style, rest));
    out
}

/// What stands before the first name in backticks, the name, and what follows; a backtick alone is none.
fn next_name(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (name, after) = rest.split_once('`')?;
    let is_name = !name.is_empty() && name.trim() == name;
    is_name.then_some((before, name, after))
}

/// The same, with its lines left.
fn plain_lines(text: &str) -> String {
    text.chars()
        .map(|c| {
            if is_obeyed(c) && c != '\n' {
                '\u{FFFD}'
            } else {
                c
            }
        })
        .collect()
}

/// Control characters, and those that turn the direction of text around.
fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_backticks_are_bold_and_a_backtick_alone_stays() {
        let bold = |text: &str| styled(BOLD, text);
        assert_eq!(
            prose("the scope `openid` is missing"),
            format!("the scope {} is missing", bold("openid"))
        );
        assert_eq!(prose("a ` alone, and ``"), "a ` alone, and ``");
        assert_eq!(prose("\u{1b}[2J`x`"), format!("\u{FFFD}[2J{}", bold("x")));
    }

    #[test]
    fn nothing_that_a_terminal_obeys_gets_through() {
        assert_eq!(
            plain("a\u{1b}[2Jb\u{202e}c\nd"),
            "a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}d"
        );
        assert_eq!(plain_lines("a\nb\r"), "a\nb\u{FFFD}");
    }
}
