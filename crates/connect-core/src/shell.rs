//! Words of a POSIX shell, and values of `.env` files, which shells read too.

/// One word: as it is where that is safe, else in single quotes, which give nothing a meaning.
#[must_use]
pub fn word(value: &str) -> String {
    if is_plain(value) && !value.is_empty() {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', r"'\''"))
    }
}

/// A value of a `.env` file. Without quotes every reader takes it alike; single quotes are taken literally by all that
/// know quotes; a value that holds one is put in double quotes, with what has a meaning there escaped. Control characters
/// are left out: a value is of one line.
#[must_use]
pub fn dotenv_value(value: &str) -> String {
    let value: String = value.chars().filter(|c| !c.is_control()).collect();
    if is_plain(&value) {
        value
    } else if value.contains('\'') {
        format!("\"{}\"", escaped(&value))
    } else {
        format!("'{value}'")
    }
}

/// The command that adds a variable to `.env`.
#[must_use]
pub fn into_dotenv(name: &str, value: &str) -> String {
    let line = format!("{name}={}", dotenv_value(value));
    // `echo` of some shells gives backslashes a meaning.
    format!("printf '%s\\n' {} >> .env", word(&line))
}

/// A text as it stands within double quotes.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '$' | '`') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Made of characters that neither a shell nor a reader of `.env` files gives a meaning to.
fn is_plain(value: &str) -> bool {
    value
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_no_quotes_has_none() {
        assert_eq!(word("http://127.0.0.1:9400"), "http://127.0.0.1:9400");
        assert_eq!(word(""), "''");
        assert_eq!(word("it's"), r"'it'\''s'");
        assert_eq!(dotenv_value(""), "");
        assert_eq!(dotenv_value("a b\n"), "'a b'");
        assert_eq!(dotenv_value("it's $x"), r#""it's \$x""#);
    }

    #[test]
    fn a_line_of_env_is_quoted_for_its_readers_and_again_for_the_shell_that_writes_it() {
        assert_eq!(
            into_dotenv("URI", "http://localhost/cb?a=1,2"),
            r"printf '%s\n' 'URI='\''http://localhost/cb?a=1,2'\''' >> .env"
        );
        assert_eq!(into_dotenv("A", "b"), r"printf '%s\n' A=b >> .env");
    }
}
