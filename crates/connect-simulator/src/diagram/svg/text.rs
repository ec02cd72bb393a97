//! Text in a picture: fit for XML, and for the place that it has.

use std::fmt::Write as _;

/// Width of a character of the monospaced face at 12 px.
const MONO: f64 = 7.25;
/// Of the other one, on average.
const SANS: f64 = 6.4;

/// Which face a text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    Mono,
    Sans,
}

/// How wide a text will be, about.
pub(super) fn width(text: &str, face: Face) -> f64 {
    let each = match face {
        Face::Mono => MONO,
        Face::Sans => SANS,
    };
    // A label has far fewer characters than would not fit.
    f64::from(u32::try_from(text.chars().count()).unwrap_or(u32::MAX)) * each
}

/// The text as far as there is room for it, an ellipsis for its middle.
pub(super) fn fit(text: &str, face: Face, room: f64) -> String {
    if width(text, face) <= room {
        return text.to_owned();
    }
    let all: Vec<char> = text.chars().collect();
    let mut keep = all.len();
    while keep > 2 && width(&shortened(&all, keep), face) > room {
        keep -= 1;
    }
    shortened(&all, keep)
}

fn shortened(all: &[char], keep: usize) -> String {
    let front = keep.div_ceil(2);
    let back = keep - front;
    let front: String = all[..front].iter().collect();
    let back: String = all[all.len() - back..].iter().collect();
    format!("{front}…{back}")
}

/// A title in lines of at most so many characters, broken at blanks.
pub(super) fn lines(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Text as XML has it (XML 1.0 §2.4, §2.2): characters that XML has no place for are replaced.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '<' | '>' | '"' | '\'' => {
                // Writing to a String can't fail.
                let _ = write!(out, "&#{};", u32::from(c));
            }
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            c if c.is_control() => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_loses_its_middle() {
        assert_eq!(fit("short", Face::Sans, 100.0), "short");
        let long = fit(
            "GET http://localhost:3000/auth/loop/callback",
            Face::Mono,
            120.0,
        );
        assert!(
            long.starts_with("GET h") && long.ends_with("back"),
            "{long}"
        );
        assert!(width(&long, Face::Mono) <= 120.0, "{long}");
        assert_eq!(fit("abc", Face::Sans, 0.0), "a…c");
    }

    #[test]
    fn text_is_text_in_xml() {
        assert_eq!(
            escaped("<a b='\"'>&\u{0}\n\u{FFFF}"),
            "&#60;a b=&#39;&#34;&#39;&#62;&#38;\u{FFFD} \u{FFFD}"
        );
    }

    #[test]
    fn titles_are_broken_at_blanks() {
        assert_eq!(
            lines("Reuse of the old refresh token", 16),
            ["Reuse of the old", "refresh token"]
        );
        assert_eq!(lines("id_token", 3), ["id_token"]);
    }
}
