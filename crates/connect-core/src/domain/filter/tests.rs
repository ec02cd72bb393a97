//! Texts that are filters, texts that are none, and what both are called.

use super::*;

#[track_caller]
fn filter(text: &str) -> Filter {
    Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What is wrong with it: from, to, and the whole message.
#[track_caller]
fn wrong(text: &str) -> (usize, usize, String) {
    let error = Filter::parse(text).expect_err(text);
    (error.start, error.end, error.to_string())
}

#[test]
fn the_whole_language_reads_and_prints() {
    for (text, printed) in [
        ("", ""),
        ("   ", ""),
        (
            "status:4xx method:POST (app:\"Demo web\" or service:clinical) not is:refused took>100ms size>10kb \"free words\"",
            "status:4xx method:POST (app:\"Demo web\" or service:clinical) not is:refused took>100ms size>10kb \"free words\"",
        ),
        ("status:404 and status=404", "status:404 status:404"),
        ("status:>=400 status<500", "status>=400 status<500"),
        ("status:none", "status:none"),
        ("STATUS:4XX IS:Refused", "status:4xx is:refused"),
        ("-is:pinned -(a or b)", "not is:pinned not (a or b)"),
        ("not not a", "not not a"),
        ("a or b c or d", "a or b c or d"),
        ("(a or b) or c", "a or b or c"),
        ("(a b) c", "a b c"),
        ("((a))", "a"),
        ("path:/v1/oauth", "target:/v1/oauth"),
        (
            "client:client_01 persona:user_01",
            "app:client_01 user:user_01",
        ),
        (
            "took>1.5s took<2000us took>=3",
            "took>1500ms took<2ms took>=3ms",
        ),
        (
            "size>1.5kb size<=2048 size>0",
            "size>1536b size<=2kb size>0b",
        ),
        ("before:60s after:36h", "before:1m after:36h"),
        (
            "after:2026-05-22 before:2026-05-22T12:34:56.007Z",
            "after:2026-05-22T00:00:00Z before:2026-05-22T12:34:56.007Z",
        ),
        (
            "\"a \\\"quote\\\" and a \\\\ too\"",
            "\"a \\\"quote\\\" and a \\\\ too\"",
        ),
        ("\"or\" \"status\" \"-x\"", "\"or\" \"status\" \"-x\""),
        // What is no field is text, as it stands.
        (
            "code_challenge=abc 127.0.0.1:9400 https://x.example/cb a>b",
            "\"code_challenge=abc\" \"127.0.0.1:9400\" \"https://x.example/cb\" \"a>b\"",
        ),
        ("a\"b c\"d", "a \"b c\" d"),
    ] {
        assert_eq!(filter(text).to_string(), printed, "{text}");
        assert_eq!(filter(printed), filter(text), "{text}");
    }
}

#[test]
fn and_binds_more_than_or_and_not_more_than_and() {
    assert_eq!(filter("a b or c"), filter("(a b) or c"));
    assert_ne!(filter("a b or c"), filter("a (b or c)"));
    assert_eq!(filter("not a b"), filter("(not a) b"));
    assert_eq!(filter("a and not b or c"), filter("(a (not b)) or c"));
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_to_write() {
    for (text, expected) in [
        (
            "method:GET status:9xx",
            (
                18,
                21,
                "`9xx` is no status (at character 19); write a status from 100 to 599, a class such as 4xx, a comparison such as >=400, or none",
            ),
        ),
        (
            "stauts:200",
            (
                0,
                6,
                "There is no field `stauts` (at character 1); write `status:`, or put quotes around it to look for the text itself",
            ),
        ),
        (
            "a (b or c",
            (
                2,
                3,
                "This parenthesis is never closed (at character 3); add a `)`",
            ),
        ),
        (
            "a )",
            (
                2,
                3,
                "This parenthesis closes nothing (at character 3); take it away",
            ),
        ),
        (
            "a or",
            (
                4,
                4,
                "The filter ends where a condition must follow (at character 5); add a condition, or take the last word away",
            ),
        ),
        (
            "or a",
            (
                0,
                2,
                "A condition must stand here (at character 1); add one before it, take it away, or put quotes around a word to look for it",
            ),
        ),
        (
            "app:\"Demo",
            (
                4,
                9,
                "The quote that begins here does not end (at character 5); add a closing \" (a quote within the text is written \\\")",
            ),
        ),
        (
            "is:fine",
            (
                3,
                7,
                "`fine` can't be said of an exchange (at character 4); write one of refused, pinned, finding, failed, open",
            ),
        ),
        (
            "took:100ms",
            (
                0,
                10,
                "`took` can't be compared with `:` (at character 1); write for example took>100ms",
            ),
        ),
        (
            "took>soon",
            (
                5,
                9,
                "`soon` can't be read (at character 6); write a time such as 100ms or 1.5s",
            ),
        ),
        (
            "service: clinical",
            (
                8,
                8,
                "`service` has no value (at character 9); write it right behind, for example service:clinical",
            ),
        ),
        (
            "after:10",
            (
                6,
                8,
                "`10` can't be read (at character 7); write 2026-05-22T12:34:56Z, a day such as 2026-05-22, or so long ago: 30s, 10m, 2h, 7d",
            ),
        ),
        (
            "\"...\"",
            (
                0,
                5,
                "`...` has no letter and no digit to look for (at character 1); write at least one word, or leave it out",
            ),
        ),
        (
            "a ()",
            (
                3,
                4,
                "Nothing stands between these parentheses (at character 4); write a condition in them, or take them away",
            ),
        ),
    ] {
        let (start, end, message) = wrong(text);
        assert_eq!((start, end, message.as_str()), expected, "{text}");
    }
    // Places are characters, whatever their length in bytes.
    assert_eq!(wrong("ünïcödé is:x").0, 11);
}

#[test]
fn nothing_grows_without_end() {
    let deep = format!("{}a{}", "(".repeat(50), ")".repeat(50));
    assert!(wrong(&deep).2.contains("too deep"));
    assert!(wrong(&"not ".repeat(50)).2.contains("too deep"));
    assert!(wrong(&"a ".repeat(101)).2.contains("too many"));
    assert!(wrong(&"a".repeat(2001)).2.contains("too long"));
    for number in ["999999999999m", "99999999999999999999s", "0.0000000000001s"] {
        assert!(wrong(&format!("took>{number}")).2.contains("can't be read"));
    }
}

#[test]
fn a_sentence_says_what_is_shown() {
    for (text, sentence) in [
        ("", "Every exchange"),
        (
            "method:post status:4xx not is:refused",
            "POST requests answered with a 4xx status that were not refused",
        ),
        (
            "service:clinical app:\"Demo web\" took>100ms size>10kb \"free words\"",
            "Exchanges to the clinical service from the app “Demo web” that took longer than 100ms, are larger than 10kb and contain “free words”",
        ),
        (
            "status:404 or is:failed or method:GET",
            "Exchanges that either were answered with 404, failed or are GET requests",
        ),
        (
            "method:GET (app:x or service:comms)",
            "GET requests that either were from the app “x” or were to the comms service",
        ),
        (
            "-(a or status:2xx after:10m)",
            "Exchanges that do not contain “a” and (were not answered with a 2xx status or were not begun in the last 10m)",
        ),
        (
            "check:state_present after:2026-05-22 -took>1s -status:none",
            "Exchanges refused by the check state_present and begun since 2026-05-22T00:00:00Z that took 1s or less and were answered",
        ),
    ] {
        assert_eq!(filter(text).sentence(), sentence, "{text}");
    }
}

#[test]
fn tokens_cover_the_text_even_when_something_is_wrong_with_it() {
    let shown = |text: &str| -> Vec<String> {
        let characters: Vec<char> = text.chars().collect();
        Filter::read(text)
            .tokens
            .iter()
            .map(|token| {
                let part: String = characters[token.start..token.end].iter().collect();
                let kind = match &token.kind {
                    TokenKind::Condition(Some(_)) => "condition".to_owned(),
                    TokenKind::Condition(None) => "wrong".to_owned(),
                    other => format!("{other:?}").to_lowercase(),
                };
                format!("{kind} {part}")
            })
            .collect()
    };
    assert_eq!(
        shown("-status:4xx or (\"two words\" and is:nothing)"),
        [
            "not -",
            "condition status:4xx",
            "or or",
            "open (",
            "condition \"two words\"",
            "and and",
            "wrong is:nothing",
            "close )",
        ]
    );
    assert_eq!(shown("a b:c d"), ["condition a"]);
}

#[test]
fn every_field_has_a_description_an_example_and_a_name_of_its_own() {
    for field in Field::ALL {
        assert!(field.description().ends_with('.'), "{field:?}");
        assert_eq!(Field::named(field.name()), Some(*field));
        let read = filter(field.example());
        assert_eq!(read.to_string(), field.example());
        assert_eq!(read.conditions().len(), 1);
    }
}

#[test]
fn filters_can_be_joined() {
    let both = filter("a b").and(filter("c or d")).and(Filter::Everything);
    assert_eq!(both, filter("a b (c or d)"));
    assert_eq!(Filter::Everything.and(filter("a")), filter("a"));
}

/// A text that is often a filter, and often nearly one.
fn text(u: &mut arbtest::arbitrary::Unstructured<'_>) -> arbtest::arbitrary::Result<String> {
    const PARTS: &[&str] = &[
        "status:4xx",
        "status>=400",
        "status",
        ":",
        ">",
        "(",
        ")",
        "-",
        "not ",
        " or ",
        " and ",
        "\"",
        "\\",
        " ",
        "took>1.5s",
        "size<3kb",
        "before:10m",
        "after:2026-05-22T00:00:00Z",
        "is:open",
        "app:\"a b\"",
        "free",
        "words",
        "é",
        "\u{3000}",
        "path:/x(y",
        "=",
        "0",
        "ago",
    ];
    let mut text = String::new();
    for _ in 0..u.int_in_range(0..=24)? {
        if u.ratio(1, 6)? {
            text.push(u.arbitrary()?);
        } else {
            text.push_str(u.choose(PARTS)?);
        }
    }
    Ok(text)
}

#[test]
fn no_text_makes_it_panic_and_what_it_prints_it_reads_back() {
    arbtest::arbtest(|u| {
        let text = text(u)?;
        let reading = Filter::read(&text);
        let length = text.chars().count();
        let mut at = 0;
        for token in &reading.tokens {
            assert!(at <= token.start && token.start < token.end && token.end <= length);
            at = token.end;
        }
        match reading.filter {
            Ok(filter) => {
                let printed = filter.to_string();
                let again = Filter::parse(&printed);
                assert_eq!(again.as_ref(), Ok(&filter), "{text} printed as {printed}");
                assert!(!filter.sentence().is_empty());
            }
            Err(error) => {
                assert!(error.start <= error.end && error.end <= length, "{text}");
                assert!(!error.message.is_empty() && !error.fix.is_empty());
            }
        }
        Ok(())
    });
}
