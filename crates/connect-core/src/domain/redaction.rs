//! Finds credentials in bytes, so that they can be cut out before anything is stored.
//!
//! Two nets: *shapes* (our prefixes, JWTs, Basic credentials), and *places* (form or query fields and JSON members that
//! carry credentials by name, whatever their value looks like, so that a production secret sent here by mistake is cut
//! too).

mod starts;
#[cfg(test)]
mod tests;

use std::ops::Range;

use self::starts::Starts;

/// A credential in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What it looks like, for the marker left in its place.
    pub what: &'static str,
}

/// Prefixes with random text after them, and what they are called.
const SHAPES: [(&[u8], &str); 7] = [
    (b"lph_at_", "access_token"),
    (b"lph_rt_", "refresh_token"),
    (b"lph_ac_", "code"),
    (b"lph_ss_", "session_cookie"),
    (b"lph_cs_", "csrf"),
    (b"secret_", "client_secret"),
    (b"whsec_", "webhook_secret"),
];
/// A prefix with fewer characters behind it is a word, not a credential.
const SHORTEST: usize = 12;
/// Form and query fields that carry credentials.
const PLACES: [(&[u8], &str); 9] = [
    (b"client_secret=", "client_secret"),
    (b"refresh_token=", "refresh_token"),
    (b"access_token=", "access_token"),
    (b"id_token_hint=", "id_token"),
    (b"code=", "code"),
    (b"token=", "token"),
    (b"password=", "password"),
    (b"assertion=", "assertion"),
    (b"csrf=", "csrf"),
];

/// JSON members that carry credentials. `code` is none of them: results of a laboratory have one too.
const MEMBERS: [(&[u8], &str); 6] = [
    (b"\"client_secret\"", "client_secret"),
    (b"\"refresh_token\"", "refresh_token"),
    (b"\"access_token\"", "access_token"),
    (b"\"password\"", "password"),
    (b"\"assertion\"", "assertion"),
    (b"\"client_assertion\"", "client_assertion"),
];

/// Every credential in `bytes`, in order, without overlap.
///
/// JSON members are not looked at: our own records name credentials by id under the same names.
#[must_use]
pub fn find(bytes: &[u8]) -> Vec<Cut> {
    search(bytes, begins)
}

/// Every credential in a message, JSON members by name among them.
fn find_with_members(bytes: &[u8]) -> Vec<Cut> {
    search(bytes, |bytes, at| match bytes.get(at)? {
        b'"' => member(bytes, at),
        _ => begins(bytes, at),
    })
}

fn search(bytes: &[u8], begins: impl Fn(&[u8], usize) -> Option<Cut>) -> Vec<Cut> {
    let mut cuts = Vec::new();
    let mut starts = Starts::of(bytes);
    // A field can begin at the very start.
    let mut places = 0..bytes.len().min(1);
    loop {
        let mut at = places.end;
        for place in places {
            if let Some(cut) = begins(bytes, place) {
                at = cut.end;
                cuts.push(cut);
                break;
            }
        }
        if at >= bytes.len() {
            return cuts;
        }
        match starts.next(at) {
            Some(next) => places = next,
            None => return cuts,
        }
    }
}

/// The credential that begins at `at`.
fn begins(bytes: &[u8], at: usize) -> Option<Cut> {
    match bytes.get(at)? {
        b'l' | b's' | b'w' | b'%' => shape(bytes, at),
        b'e' => jwt(bytes, at),
        b'\n' => scheme(bytes, at),
        _ => place(bytes, at),
    }
}

/// Every credential in an HTTP/1.1 message as it passed over the wire, in order, without overlap.
///
/// A client may end a chunk of a chunked body (RFC 9112 §7.1) within a credential: that one is several cuts, one for
/// each chunk it reaches into.
#[must_use]
pub fn find_in_message(message: &[u8]) -> Vec<Cut> {
    let mut cuts = find_with_members(message);
    let pieces = pieces(message);
    if pieces.len() < 2 {
        return cuts;
    }
    let joined: Vec<u8> = pieces
        .iter()
        .flat_map(|piece| &message[piece.clone()])
        .copied()
        .collect();
    for cut in find_with_members(&joined) {
        let mut at = 0;
        for piece in &pieces {
            let (from, to) = (cut.start.max(at), cut.end.min(at + piece.len()));
            if from < to {
                cuts.push(Cut {
                    start: piece.start + from - at,
                    end: piece.start + to - at,
                    what: cut.what,
                });
            }
            at += piece.len();
        }
    }
    merged(cuts)
}

/// A chunked message without its framing: the head, then what each chunk holds. One piece when it is not chunked.
fn pieces(message: &[u8]) -> Vec<Range<usize>> {
    const CODING: &[u8] = b"\ntransfer-encoding:";
    let find_from = |at: usize, wanted: &[u8]| {
        let rest = message.get(at..)?;
        let found = rest
            .windows(wanted.len())
            .position(|window| window == wanted)?;
        Some(at + found)
    };
    let Some(body) = find_from(0, b"\r\n\r\n").map(|end| end + 4) else {
        return Vec::new();
    };
    let is_chunked = message[..body]
        .windows(CODING.len())
        .any(|window| window.eq_ignore_ascii_case(CODING));
    let mut pieces: Vec<_> = std::iter::once(0..body).collect();
    let mut at = body;
    while is_chunked && let Some(line) = find_from(at, b"\r\n") {
        let size = message[at..line].split(|byte| *byte == b';').next();
        let size = size.and_then(|size| std::str::from_utf8(size).ok());
        let size = size.and_then(|size| usize::from_str_radix(size.trim(), 16).ok());
        let Some(size) = size.filter(|size| *size > 0) else {
            break;
        };
        // What was recorded may end within the chunk.
        let (start, end) = (line + 2, (line + 2).saturating_add(size).min(message.len()));
        pieces.push(start..end);
        at = end + 2;
    }
    pieces
}

/// In order, and those that overlap as one.
fn merged(mut cuts: Vec<Cut>) -> Vec<Cut> {
    cuts.sort_by_key(|cut| (cut.start, std::cmp::Reverse(cut.end)));
    let mut merged: Vec<Cut> = Vec::with_capacity(cuts.len());
    for cut in cuts {
        match merged.last_mut() {
            Some(last) if cut.start < last.end => last.end = last.end.max(cut.end),
            _ => merged.push(cut),
        }
    }
    merged
}

/// Whether `text` holds anything that looks like a credential.
#[must_use]
pub fn is_clean(text: &str) -> bool {
    find(text.as_bytes()).is_empty()
}

/// `text` with every credential replaced by its kind in brackets.
#[must_use]
pub fn scrub(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for cut in find(text.as_bytes()) {
        // Cuts begin and end at ASCII bytes, so these are character boundaries.
        out.push_str(&text[from..cut.start]);
        out.push('[');
        out.push_str(cut.what);
        out.push(']');
        from = cut.end;
    }
    out.push_str(&text[from..]);
    out
}

/// One character at `at`, a percent-encoded one taken as what it stands for: (byte, length).
fn unit(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let first = *bytes.get(at)?;
    if first != b'%' {
        return Some((first, 1));
    }
    let hex = std::str::from_utf8(bytes.get(at + 1..at + 3)?).ok()?;
    Some((u8::from_str_radix(hex, 16).ok()?, 3))
}

/// The length of `prefix` at `at`, percent-encoding looked through.
fn matched(bytes: &[u8], at: usize, prefix: &[u8]) -> Option<usize> {
    let mut length = 0;
    for wanted in prefix {
        let (byte, step) = unit(bytes, at + length)?;
        if byte != *wanted {
            return None;
        }
        length += step;
    }
    Some(length)
}

/// The end of the base64url run that starts at `at`, and how many characters it has.
fn run(bytes: &[u8], at: usize) -> (usize, usize) {
    let (mut end, mut count) = (at, 0);
    while let Some((byte, step)) = unit(bytes, end) {
        if !(byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
            break;
        }
        end += step;
        count += 1;
    }
    (end, count)
}

fn shape(bytes: &[u8], at: usize) -> Option<Cut> {
    SHAPES.iter().find_map(|(prefix, what)| {
        let start = at + matched(bytes, at, prefix)?;
        let (end, count) = run(bytes, start);
        (count >= SHORTEST).then_some(Cut {
            start: at,
            end,
            what,
        })
    })
}

/// A compact JWS: three base64url parts, the first of which begins with `{"`.
fn jwt(bytes: &[u8], at: usize) -> Option<Cut> {
    bytes[at..].starts_with(b"eyJ").then_some(())?;
    let mut end = at;
    for part in 0..3 {
        let (stop, count) = run(bytes, end);
        if count < SHORTEST {
            return None;
        }
        end = stop;
        if part < 2 {
            if bytes.get(end) != Some(&b'.') {
                return None;
            }
            end += 1;
        }
    }
    Some(Cut {
        start: at,
        end,
        what: "jwt",
    })
}

/// The value of a field that carries a credential by name.
fn place(bytes: &[u8], at: usize) -> Option<Cut> {
    let at_field_start = at == 0 || matches!(bytes[at - 1], b'?' | b'&' | b'\n');
    if !at_field_start {
        return None;
    }
    PLACES.iter().find_map(|(name, what)| {
        bytes[at..].starts_with(name).then_some(())?;
        let start = at + name.len();
        let end = bytes[start..]
            .iter()
            .position(|byte| matches!(byte, b'&' | b' ' | b'#' | b'\r' | b'\n' | b'"' | b'<'))
            .map_or(bytes.len(), |length| start + length);
        (end > start).then_some(Cut { start, end, what })
    })
}

/// The text of a JSON member that carries a credential by name.
fn member(bytes: &[u8], at: usize) -> Option<Cut> {
    let blank = |from: usize| {
        let blanks = bytes[from..].iter();
        from + blanks.take_while(|byte| byte.is_ascii_whitespace()).count()
    };
    MEMBERS.iter().find_map(|(name, what)| {
        bytes[at..].starts_with(name).then_some(())?;
        let colon = blank(at + name.len());
        (bytes.get(colon) == Some(&b':')).then_some(())?;
        let quote = blank(colon + 1);
        (bytes.get(quote) == Some(&b'"')).then_some(())?;
        let start = quote + 1;
        let mut escaped = false;
        let length = bytes[start..].iter().position(|byte| {
            let ends = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            ends
        });
        let end = length.map_or(bytes.len(), |length| start + length);
        (end > start).then_some(Cut { start, end, what })
    })
}

/// What follows `Basic ` or `Bearer ` in an Authorization header.
fn scheme(bytes: &[u8], at: usize) -> Option<Cut> {
    const HEADER: &[u8] = b"\nauthorization:";
    let head = bytes.get(at..at + HEADER.len())?;
    if !head.eq_ignore_ascii_case(HEADER) {
        return None;
    }
    let line_start = at + HEADER.len();
    let line_end = bytes[line_start..]
        .iter()
        .position(|byte| matches!(byte, b'\r' | b'\n'))
        .map_or(bytes.len(), |length| line_start + length);
    let line = &bytes[line_start..line_end];
    // Between a name and its value, and between scheme and credentials, a tab is as good as a space.
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let skip = line.iter().take_while(|byte| is_blank(byte)).count();
    let word = line[skip..].iter().position(is_blank)?;
    let start = line_start + skip + word + 1;
    let what = if line[skip..skip + word].eq_ignore_ascii_case(b"basic") {
        "basic_credentials"
    } else {
        "bearer_token"
    };
    (start < line_end).then_some(Cut {
        start,
        end: line_end,
        what,
    })
}
