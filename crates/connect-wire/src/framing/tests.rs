//! What the framer must make of a byte stream, however it is cut.

use super::*;
use arbtest::arbitrary::{self, Unstructured};

/// A complete message: head, kept bytes, length of the head, length, whether truncated.
type Whole = (Option<Head>, Vec<u8>, usize, u64, bool);

/// What a stream of bytes was cut into.
#[derive(Debug, PartialEq)]
struct Cut {
    messages: Vec<Whole>,
    rest: Option<(Vec<u8>, u64)>,
    error: Option<String>,
}

fn cut(role: Role, methods: &[Method], pieces: &[&[u8]]) -> Cut {
    let mut reader = MessageReader::new(role, 64);
    for method in methods {
        reader.expect_response_to(method.clone());
    }
    let now = Instant::now();
    for piece in pieces {
        reader.feed(piece, now);
    }
    reader.end();
    let mut messages = Vec::new();
    while let Some(message) = reader.take_complete() {
        assert!(message.complete);
        messages.push((
            message.head,
            message.bytes.to_vec(),
            message.head_len,
            message.len,
            message.truncated,
        ));
    }
    let error = reader.error().map(|error| error.to_string());
    let rest = reader.take_unfinished();
    Cut {
        messages,
        rest: rest.map(|message| (message.bytes.to_vec(), message.len)),
        error,
    }
}

fn whole(role: Role, bytes: &[u8]) -> Cut {
    cut(role, &[], &[bytes])
}

/// `bytes` in pieces of arbitrary length.
fn split<'a>(u: &mut Unstructured<'_>, mut bytes: &'a [u8]) -> arbitrary::Result<Vec<&'a [u8]>> {
    let mut pieces = Vec::new();
    while !bytes.is_empty() {
        let most = if u.ratio(1, 2)? { 3 } else { bytes.len() };
        let (piece, rest) = bytes.split_at(u.int_in_range(1..=most.min(bytes.len()))?);
        pieces.push(piece);
        bytes = rest;
    }
    Ok(pieces)
}

fn chunked(u: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    let mut out = Vec::new();
    for _ in 0..u.int_in_range(0..=3)? {
        let data = vec![*u.choose(b"x\r\n0")?; u.int_in_range(1..=20)?];
        let extension = u.choose(&["", ";a=b", " ", "\t;q=\"\""])?;
        out.extend_from_slice(format!("{:X}{extension}\r\n", data.len()).as_bytes());
        out.extend_from_slice(&data);
        out.extend_from_slice(b"\r\n");
    }
    let trailer = u.choose(&["", "A: b\r\n", "A: b\r\nC:\r\n"])?;
    out.extend_from_slice(format!("0\r\n{trailer}\r\n").as_bytes());
    Ok(out)
}

/// A valid request and where its body begins.
fn request(u: &mut Unstructured<'_>) -> arbitrary::Result<(Vec<u8>, usize)> {
    let before = u.choose(&["", "", "\r\n", "\n\r\n"])?;
    let method = u.choose(&["GET", "POST", "HEAD", "DELETE", "OPTIONS"])?;
    let target = u.choose(&["/", "/a?b=c%20d", "*", "http://a/b", "/x#y"])?;
    let version = u.choose(&["1.1", "1.1", "1.0"])?;
    let line = u.choose(&["\r\n", "\r\n", "\n"])?;
    let mut head = format!("{before}{method} {target} HTTP/{version}{line}Host: a{line}");
    let mut body = Vec::new();
    match u.int_in_range(0..=2)? {
        0 => {}
        1 if *version == "1.1" => {
            let coding = u.choose(&["chunked", "gzip, chunked", "CHUNKED"])?;
            head.extend(["Transfer-Encoding: ", coding, line]);
            body = chunked(u)?;
        }
        _ => {
            body = vec![*u.choose(b"x\r\n\0")?; u.int_in_range(0..=200)?];
            head.extend(["content-LENGTH:  ", &body.len().to_string(), " ", line]);
        }
    }
    head.push_str(line);
    let start = head.len();
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(&body);
    Ok((bytes, start))
}

#[test]
fn valid_requests_are_cut_at_their_ends_however_they_arrive() {
    arbtest::arbtest(|u| {
        let mut requests = Vec::new();
        for _ in 0..u.int_in_range(1..=5)? {
            requests.push(request(u)?);
        }
        let stream: Vec<u8> = requests
            .iter()
            .flat_map(|(bytes, _)| bytes.clone())
            .collect();
        let pieces = split(u, &stream)?;
        let found = cut(Role::Requests, &[], &pieces);
        assert_eq!((found.error, found.rest), (None, None));
        assert_eq!(found.messages.len(), requests.len());
        for ((bytes, start), (_, kept, head_len, len, truncated)) in
            requests.iter().zip(found.messages)
        {
            assert_eq!((head_len, len), (*start, bytes.len() as u64));
            assert_eq!(truncated, bytes.len() > start + 64);
            assert_eq!(kept, bytes[..bytes.len().min(start + 64)]);
        }
        Ok(())
    });
}

#[test]
fn valid_responses_are_cut_at_their_ends_however_they_arrive() {
    arbtest::arbtest(|u| {
        let mut stream = Vec::new();
        let mut methods = Vec::new();
        let mut ends = Vec::new();
        for _ in 0..u.int_in_range(1..=5)? {
            let method = u
                .choose(&[Method::GET, Method::HEAD, Method::POST])?
                .clone();
            if u.ratio(1, 4)? {
                stream.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
            }
            let status = *u.choose(&[200_u16, 204, 304, 404])?;
            let bodiless = method == Method::HEAD || matches!(status, 204 | 304);
            let body = if u.ratio(1, 2)? {
                stream.extend_from_slice(
                    format!("HTTP/1.1 {status} \r\nTransfer-Encoding: chunked\r\n\r\n").as_bytes(),
                );
                chunked(u)?
            } else {
                let body = vec![b'H'; u.int_in_range(0..=100)?];
                let head = format!(
                    "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                );
                stream.extend_from_slice(head.as_bytes());
                body
            };
            if !bodiless {
                stream.extend_from_slice(&body);
            }
            methods.push(method);
            ends.push(stream.len() as u64);
        }
        let pieces = split(u, &stream)?;
        let found = cut(Role::Responses, &methods, &pieces);
        assert_eq!((found.error, found.rest), (None, None));
        let mut at = 0;
        let found: Vec<u64> = found
            .messages
            .iter()
            .map(|(_, _, _, len, _)| {
                at += len;
                at
            })
            .collect();
        assert_eq!(found, ends);
        Ok(())
    });
}

#[test]
fn anything_at_all_is_cut_alike_however_it_arrives_and_little_is_kept() {
    arbtest::arbtest(|u| {
        let role = *u.choose(&[Role::Requests, Role::Responses])?;
        // Bytes that get somewhere: pieces of messages, some of them spoilt.
        let mut stream = Vec::new();
        for _ in 0..u.int_in_range(0..=4)? {
            let mut part = match u.int_in_range(0..=3)? {
                0 => u.arbitrary::<Vec<u8>>()?,
                1 => chunked(u)?,
                2 => b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec(),
                _ => request(u)?.0,
            };
            if !part.is_empty() && u.ratio(1, 3)? {
                let at = u.choose_index(part.len())?;
                part[at] = u.arbitrary()?;
            }
            stream.extend_from_slice(&part);
        }
        let pieces = split(u, &stream)?;
        let found = cut(role, &[], &pieces);
        assert_eq!(found, cut(role, &[], &[&stream]));
        let kept: usize = found.messages.iter().map(|message| message.1.len()).sum();
        assert!(kept + found.rest.map_or(0, |rest| rest.0.len()) <= stream.len());
        Ok(())
    });
}

#[test]
fn a_head_without_an_end_is_given_up() {
    let mut reader = MessageReader::new(Role::Requests, KEPT_BODY);
    for lines in [
        &b"GET / HTTP/1.1\r\nX: "[..],
        &b"y".repeat(100_000),
        &b"\r\na: b".repeat(50_000),
    ] {
        reader.feed(lines, Instant::now());
    }
    reader.feed(&b"y".repeat(5_000_000), Instant::now());
    assert!(!reader.has_complete());
    let message = reader.take_unfinished().expect("what was seen");
    assert!(message.bytes.len() <= LONGEST_HEAD.max(KEPT_BODY));
    assert!(message.len > 5_000_000);
    assert!(reader.take_unfinished().is_none());
}

#[test]
fn empty_lines_without_end_are_given_up() {
    let mut reader = MessageReader::new(Role::Requests, KEPT_BODY);
    for _ in 0..2_000_000 {
        reader.feed(b"\r\n", Instant::now());
    }
    assert_eq!(reader.error(), Some(FramingError::EndlessHead));
    let message = reader.take_unfinished().expect("what was seen");
    assert!(message.bytes.len() <= KEPT_BODY);
    assert_eq!(message.len, 4_000_000);
}

#[test]
fn framing_that_hyper_refuses_is_refused() {
    let cases: [(&str, FramingError); 8] = [
        (
            "POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
            FramingError::ContentLength,
        ),
        (
            "POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n",
            FramingError::ContentLength,
        ),
        (
            "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
            FramingError::ContentLength,
        ),
        (
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            FramingError::ContentLength,
        ),
        (
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
            FramingError::TransferEncoding,
        ),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
            FramingError::TransferEncoding,
        ),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
            FramingError::Chunk,
        ),
        (
            "GET / HTTP/1.1\r\nno colon\r\n\r\n",
            FramingError::Head(httparse::Error::HeaderName),
        ),
    ];
    for (bytes, error) in cases {
        let found = whole(Role::Requests, bytes.as_bytes());
        assert_eq!(found.error, Some(error.to_string()), "{bytes}");
        assert!(found.messages.is_empty());
    }
}

#[test]
fn transfer_encoding_wins_over_content_length() {
    for headers in [
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
    ] {
        let bytes =
            format!("POST / HTTP/1.1\r\n{headers}\r\n1\r\nx\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n");
        assert_eq!(whole(Role::Requests, bytes.as_bytes()).messages.len(), 2);
    }
}

#[test]
fn a_response_without_a_length_ends_with_the_stream() {
    let bytes = b"HTTP/1.0 200 OK\r\n\r\nall of\r\n\r\nthis";
    let found = whole(Role::Responses, bytes);
    assert_eq!(found.messages.len(), 1);
    assert_eq!(found.messages[0].1, bytes);
}
