//! What is found and what is left alone; the quick search against a close look at every byte.

use super::*;

const TAIL: &str = "3q2-7wABCDEFghijklmnop_qrstuvwxyz0123456789A";

#[test]
fn our_credentials_are_found_wherever_they_stand() {
    for prefix in [
        "lph_at_", "lph_rt_", "lph_ac_", "secret_", "whsec_", "lph_ss_",
    ] {
        let text = format!("{{\"x\":\"{prefix}{TAIL}\"}}");
        assert!(!scrub(&text).contains(TAIL), "{prefix}");
    }
}

#[test]
fn every_shape_and_place_is_looked_for() {
    for (shape, what) in SHAPES {
        let text = [shape, TAIL.as_bytes()].concat();
        assert_eq!(find(&text).first().map(|cut| cut.what), Some(what));
    }
    for (member, what) in MEMBERS {
        let text = [b"{", member, b" : \"a\\\"b\", \"c\": 1}"].concat();
        assert_eq!(find(&text), [], "an id stands there");
        let cuts = find_in_message(&text);
        assert_eq!(cuts.first().map(|cut| cut.what), Some(what));
        assert_eq!(&text[cuts[0].start..cuts[0].end], b"a\\\"b");
    }
    for (place, what) in PLACES {
        let text = [b"x=1&", place, b"value"].concat();
        assert_eq!(find(&text).first().map(|cut| cut.what), Some(what));
    }
}

#[test]
fn percent_encoding_does_not_hide_one() {
    assert_eq!(
        scrub(&format!("a=lph%5Fat%5f{TAIL}&b=1")),
        "a=[access_token]&b=1"
    );
    assert_eq!(
        scrub(&format!("a=%6Cph_at_{TAIL}&b=%77hsec_{TAIL}")),
        "a=[access_token]&b=[webhook_secret]"
    );
}

#[test]
fn fields_that_carry_credentials_are_cut_whatever_they_hold() {
    assert_eq!(
        scrub("grant_type=x&client_secret=hunter2&y=1"),
        "grant_type=x&client_secret=[client_secret]&y=1"
    );
    assert_eq!(
        scrub("GET /cb?code=abc&state=s HTTP/1.1"),
        "GET /cb?code=[code]&state=s HTTP/1.1"
    );
}

#[test]
fn authorization_headers_lose_their_value() {
    assert_eq!(
        scrub("GET / HTTP/1.1\r\nAuthorization: Basic Y2xpZW50OnBhc3M=\r\nHost: x\r\n"),
        "GET / HTTP/1.1\r\nAuthorization: Basic [basic_credentials]\r\nHost: x\r\n"
    );
}

#[test]
fn a_seam_between_chunks_hides_no_half_of_one() {
    let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    let token = format!("lph_rt_{TAIL}");
    for seams in [vec![5], vec![20], vec![1, 2, 3, 30], vec![7, 50]] {
        let mut message = head.to_owned();
        let mut from = 0;
        for seam in seams.into_iter().chain([token.len()]) {
            let part = &token[from..seam];
            let head = format!("{:x};note=1\r\n", part.len());
            message.extend([head.as_str(), part, "\r\n"]);
            from = seam;
        }
        message.push_str("0\r\n\r\n");
        let mut left = message.clone();
        for cut in find_in_message(message.as_bytes()).iter().rev() {
            left.replace_range(cut.start..cut.end, "");
        }
        let data: String = left[head.len()..]
            .lines()
            .filter(|line| !line.contains(";note=1"))
            .collect();
        assert_eq!(data, "0", "{message}");
    }
    let plain = format!("POST / HTTP/1.1\r\nContent-Length: 50\r\n\r\nx={token}&y=1");
    assert_eq!(find_in_message(plain.as_bytes()), find(plain.as_bytes()));
}

#[test]
fn no_bytes_make_the_search_panic_and_cuts_never_overlap() {
    arbtest::arbtest(|u| {
        let mut message = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        for _ in 0..u.int_in_range(0..=8)? {
            match u.int_in_range(0..=3)? {
                0 => message.extend_from_slice(u.arbitrary::<&[u8]>()?),
                1 => message.extend_from_slice(
                    format!("{:x}\r\n", u.int_in_range(0..=80_usize)?).as_bytes(),
                ),
                2 => message.extend_from_slice(b"&client_secret=lph_rt_3q2-7wABCDEFghij"),
                _ => message.extend_from_slice(b"\r\n"),
            }
        }
        let mut end = 0;
        for cut in find_in_message(&message) {
            assert!(end <= cut.start && cut.start < cut.end && cut.end <= message.len());
            end = cut.end;
        }
        Ok(())
    });
}

/// Every byte looked at closely.
fn find_slowly(bytes: &[u8]) -> Vec<Cut> {
    let (mut cuts, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let found = member(bytes, at).or_else(|| begins(bytes, at));
        at = found.map_or(at + 1, |cut| cut.end);
        cuts.extend(found);
    }
    cuts
}

#[test]
fn the_quick_search_finds_what_a_close_look_at_every_byte_does() {
    for (member, _) in MEMBERS {
        assert!(starts::LITERALS.contains(&std::str::from_utf8(member).expect("ASCII")));
    }
    for (shape, _) in SHAPES {
        let known = starts::LITERALS.iter().map(|literal| literal.as_bytes());
        assert!(known.clone().any(|literal| shape.starts_with(literal)));
        assert!(shape.len() <= 7, "a percent sign may stand further behind");
    }
    arbtest::arbtest(|u| {
        let mut bytes = Vec::new();
        for _ in 0..u.int_in_range(0..=12)? {
            match u.int_in_range(0..=7)? {
                0 => bytes.extend_from_slice(u.arbitrary::<&[u8]>()?),
                1 => bytes.extend_from_slice(u.choose(&SHAPES)?.0),
                2 => bytes.extend_from_slice(u.choose(&PLACES)?.0),
                3 => bytes.push(*u.choose(b"?&\n%=.ls")?),
                4 => bytes.extend_from_slice(b"eyJhbGciOiJFZERTQSJ9."),
                5 => bytes.extend_from_slice(b"\nAuthorization: Bearer x\r"),
                6 => {
                    bytes.extend_from_slice(u.choose(&MEMBERS)?.0);
                    bytes.extend_from_slice(u.choose(&[&b":\"x"[..], b" : \"\\\"", b":null"])?);
                }
                _ => {
                    // Some of it percent-encoded.
                    for byte in u.choose(&SHAPES)?.0.iter().chain(&TAIL.as_bytes()[..13]) {
                        if u.ratio(1, 4)? {
                            bytes.extend_from_slice(format!("%{byte:02x}").as_bytes());
                        } else {
                            bytes.push(*byte);
                        }
                    }
                }
            }
        }
        assert_eq!(find_with_members(&bytes), find_slowly(&bytes));
        Ok(())
    });
}

#[test]
fn a_tab_hides_no_header() {
    assert_eq!(
        scrub("GET / HTTP/1.1\r\nAuthorization:\tBasic\tY2xpZW50OnBhc3M=\r\n"),
        "GET / HTTP/1.1\r\nAuthorization:\tBasic\t[basic_credentials]\r\n"
    );
}

#[test]
fn ordinary_text_is_left_alone() {
    for text in [
        "code_challenge=abc",
        "unsupported_grant_type",
        "secret_key",
        "eyJ is how a JWT begins",
        "code_verifier=abcdef",
    ] {
        assert_eq!(scrub(text), text);
    }
}

#[test]
fn jwts_are_cut() {
    let text =
        "id_token\":\"eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c2VyXzEifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ\"";
    assert_eq!(scrub(text), "id_token\":\"[jwt]\"");
}
