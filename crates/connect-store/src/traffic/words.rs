//! The words of a message: what the full-text index is given, and what a search is given, made the same way.
//!
//! A word is a run of letters and digits, in lower case. Percent-encoding and JSON's escapes are looked through, so that
//! what a person reads is what they find. The credentials have been cut out before: of each there is a marker's words,
//! its kind and the first digits of its hash.

use std::borrow::Cow;

/// Bytes of each request and each response whose words can be found.
pub(super) const SEARCHED: usize = 64 * 1024;
/// Characters of a word that count; what differs only behind them is the same word.
const LONGEST_WORD: usize = 64;

/// The words of a message as stored, one blank between them, one before the first. Empty when there are none.
pub(super) fn of_message(stored: &[u8]) -> String {
    let stored = &stored[..stored.len().min(SEARCHED)];
    let body_at = stored
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .map_or(0, |end| end + 4);
    let (head, body) = stored.split_at(body_at);
    let mut words = of(&String::from_utf8_lossy(&decoded(head)));
    if is_text(body) {
        words.push_str(&of(&String::from_utf8_lossy(&decoded(body))));
    }
    words
}

/// The words of what is looked for, one blank between them, one before the first.
pub(super) fn of(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 1);
    let mut length = 0;
    let mut characters = text.chars().peekable();
    while let Some(next) = characters.next() {
        let mut character = next;
        if next == '\\' {
            match characters.peek() {
                Some('n' | 'r' | 't' | 'b' | 'f') => {
                    characters.next();
                }
                Some('u') => {
                    let mut ahead = characters.clone();
                    ahead.next();
                    let digits: String = ahead.by_ref().take(4).collect();
                    let unescaped = (digits.len() == 4)
                        .then(|| u32::from_str_radix(&digits, 16).ok())
                        .flatten()
                        .and_then(char::from_u32);
                    if let Some(unescaped) = unescaped {
                        character = unescaped;
                        characters = ahead;
                    }
                }
                _ => {}
            }
        }
        if !character.is_alphanumeric() {
            length = 0;
            continue;
        }
        if length == 0 {
            words.push(' ');
        }
        length += 1;
        if length > LONGEST_WORD {
            continue;
        }
        if character.is_ascii() {
            words.push(character.to_ascii_lowercase());
        } else {
            words.extend(character.to_lowercase());
        }
    }
    words
}

/// Whether one after the other stands in the words, the last of them perhaps with more behind it.
pub(super) fn contain(words: &str, phrase: &str) -> bool {
    !phrase.is_empty() && words.contains(phrase)
}

/// `%41` is `A`.
fn decoded(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.contains(&b'%') {
        return Cow::Borrowed(bytes);
    }
    percent_encoding::percent_decode(bytes).into()
}

/// Whether a body is something that is read. A character cut in two at the end does not matter.
fn is_text(body: &[u8]) -> bool {
    match std::str::from_utf8(body) {
        Ok(text) => !text.contains('\0'),
        Err(error) => error.error_len().is_none() && !body.contains(&0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_a_person_reads() {
        assert_eq!(of("GET /v1/Users?x=1"), " get v1 users x 1");
        assert_eq!(
            of_message(b"POST / HTTP/1.1\r\n\r\nredirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcb"),
            " post http 1 1 redirect uri http localhost 3000 cb"
        );
        assert_eq!(
            of("{\"a\":\"Z\\u00fcrich\\nnext\"}"),
            " a zürich next",
            "JSON's escapes are looked through"
        );
        assert_eq!(of("\\u12 \\"), " u12");
        assert_eq!(of("…"), "");
    }

    #[test]
    fn long_words_are_cut_alike_on_both_sides() {
        let long = "a".repeat(100);
        assert_eq!(of(&long).len(), 1 + LONGEST_WORD);
        assert!(contain(&of(&format!("x={long}z")), &of(&long)));
    }

    #[test]
    fn what_is_not_text_has_the_words_of_its_head_alone() {
        let mut message = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n".to_vec();
        message.extend_from_slice(&[0x89, b'P', b'N', b'G', 0, 0xff, b'a', b'b', b'c']);
        assert_eq!(
            of_message(&message),
            " http 1 1 200 ok content type image png"
        );
        assert_eq!(of_message(&[0x16, 3, 1, 0, b'a']), "", "a TLS handshake");
        let cut = "é".repeat(SEARCHED);
        assert!(!of_message(cut.as_bytes()).is_empty());
    }

    #[test]
    fn phrases_begin_where_words_begin() {
        let words = of("grant_type=authorization_code");
        for found in ["grant", "grant type", "type=auth", "GRANT_TYPE", "code"] {
            assert!(contain(&words, &of(found)), "{found}");
        }
        for missed in ["rant", "grant authorization", "codes", ""] {
            assert!(!contain(&words, &of(missed)), "{missed}");
        }
    }
}
