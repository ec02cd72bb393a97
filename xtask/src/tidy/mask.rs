//! Blanks the comments and literals of Rust source, so that rules look at code only.

/// The same text, line for line, with comments and the insides of strings and characters turned into spaces.
pub(super) fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = skipped(rest, masked.chars().next_back());
        if length == 0 {
            masked.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            masked.extend(
                rest[..length]
                    .chars()
                    .map(|character| if character == '\n' { '\n' } else { ' ' }),
            );
            rest = &rest[length..];
        }
    }
    masked
}

/// How many bytes from the start are a comment or a literal; 0 when code stands here.
fn skipped(rest: &str, before: Option<char>) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    if rest.starts_with('"') {
        return string(rest);
    }
    if rest.starts_with('\'') {
        return character(rest);
    }
    let inside_a_word =
        before.is_some_and(|character| character.is_alphanumeric() || character == '_');
    if inside_a_word {
        return 0;
    }
    let prefix = ["br", "cr", "r"]
        .into_iter()
        .find(|prefix| rest.starts_with(prefix));
    prefix.map_or(0, |prefix| raw_string(rest, prefix.len()))
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// A character literal; a lifetime is code.
fn character(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    match characters.next() {
        Some((_, '\\')) => {
            characters.next();
            characters
                .find(|(_, character)| *character == '\'')
                .map_or(0, |(at, _)| at + 1)
        }
        Some(_) => match characters.next() {
            Some((at, '\'')) => at + 1,
            _ => 0,
        },
        None => 0,
    }
}

/// A raw string whose `r`, `br` or `cr` is `prefix` bytes long; 0 when it is something else, such as `r#type`.
fn raw_string(rest: &str, prefix: usize) -> usize {
    let after = &rest[prefix..];
    let hashes = after.bytes().take_while(|byte| *byte == b'#').count();
    if !after[hashes..].starts_with('"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let inside = prefix + hashes + 1;
    rest[inside..]
        .find(&end)
        .map_or(rest.len(), |at| inside + at + end.len())
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[track_caller]
    fn hides(text: &str, word: &str) {
        let masked = mask(text);
        assert!(!masked.contains(word), "{masked:?}");
        assert_eq!(masked.lines().count(), text.lines().count());
    }

    #[test]
    fn comments_and_literals_are_blanked() {
        hides("let a = 1; // todo!()\nlet b;", "todo");
        hides("/* a /* todo!() */ todo!() */ fn f() {}", "todo");
        hides(r#"let s = "say \" todo!()";"#, "todo");
        hides("let s = r#\"a \" todo!()\"#;", "todo");
        hides("let s = br\"todo!()\\\";", "todo");
    }

    #[test]
    fn code_stays() {
        for code in [
            "fn f<'a>(x: &'a str) { todo!() }",
            "let r#type = '\\''; todo!()",
            "('\"', todo!())",
        ] {
            assert!(mask(code).contains("todo!()"), "{code}");
        }
        assert!(mask("let a = 'x'; b(\"y\") + bar\"").contains("let a ="));
    }
}
