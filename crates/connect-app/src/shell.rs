//! Words of a POSIX shell.

/// One word: as it is where that is safe, else in single quotes, which give nothing a meaning.
#[must_use]
pub fn word(value: &str) -> String {
    if is_plain(value) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', r"'\''"))
    }
}

/// Made of characters that neither a shell nor a reader of `.env` files gives a meaning to.
pub(crate) fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c))
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn what_needs_no_quotes_has_none() {
        assert_eq!(word("http://127.0.0.1:9400"), "http://127.0.0.1:9400");
        assert_eq!(word(""), "''");
        assert_eq!(word("it's"), r"'it'\''s'");
    }
}
