//! The list of what can go wrong on purpose: by step, each with how it comes about.

use std::fmt::Write as _;

use connect_rpc::simulator::TamperInfo;

use crate::output::{BOLD, CODE, plain, prose, styled};

/// Columns that a text keeps to.
const WIDTH: usize = 96;
/// Before what is said of a slip.
const INDENT: &str = "      ";

/// What can go wrong on purpose, step by step.
pub(crate) fn slips(slips: &[TamperInfo]) -> String {
    let mut text = String::from("One for each step: connect-sandbox walk --tamper NAME\n");
    let mut at = None;
    for slip in slips {
        if at != Some(slip.step) {
            at = Some(slip.step);
            let title = format!("{}. {}", slip.step.place() + 1, slip.step.title());
            let _ = writeln!(text, "\n{}", styled(BOLD, title));
        }
        let clock = if slip.moves_clock {
            ". Moves the sandbox clock forward"
        } else {
            ""
        };
        let name = styled(CODE, plain(&slip.name));
        let _ = writeln!(text, "  {name}  {}{clock}", prose(&slip.title));
        let _ = writeln!(text, "{}", prose(&wrapped(&slip.about)));
    }
    text
}

/// In lines of a readable length, each indented.
fn wrapped(text: &str) -> String {
    let mut lines = String::from(INDENT);
    let mut column = INDENT.len();
    for (place, word) in text.split_whitespace().enumerate() {
        let length = word.chars().count();
        if place > 0 && column + 1 + length > WIDTH {
            lines.push('\n');
            lines.push_str(INDENT);
            column = INDENT.len();
        } else if place > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_in_lines_of_a_readable_length() {
        let text = "several words ".repeat(20);
        let lines = wrapped(&text);
        assert!(lines.lines().count() > 2, "{lines}");
        for line in lines.lines() {
            assert!(line.starts_with(INDENT) && line.chars().count() <= WIDTH);
        }
        let words: Vec<&str> = lines.split_whitespace().collect();
        assert_eq!(words.join(" "), text.trim());
    }
}
