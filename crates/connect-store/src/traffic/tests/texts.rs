//! Texts: found at once and when indexed, never by a credential.

use super::*;

#[tokio::test]
async fn a_text_is_found_at_once_and_when_it_is_indexed() {
    let ground = Ground::fresh().await;
    ground
        .record(
            "POST /first?next=http%3A%2F%2Flocalhost%3A3000 HTTP/1.1\r\nX-Note: Zebrafish\r\n\r\nname=J%C3%BCrgen",
            "HTTP/1.1 200 OK\r\n\r\n{\"marker\":\"Ferritin\",\"place\":\"Z\\u00fcrich\"}",
        )
        .await;
    ground
        .record(
            "GET /second HTTP/1.1\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\n\r\nnothing",
        )
        .await;
    let searches = [
        ("zebrafish", 1),
        ("zebra", 1),
        ("fish", 0),
        ("\"x-note: zebra\"", 1),
        ("\"note second\"", 0),
        ("\"localhost:3000\"", 1),
        ("jürgen", 1),
        ("zürich", 1),
        ("\"marker ferritin\"", 1),
        ("http", 2),
        ("http status:404", 1),
        ("zebrafish or nothing", 2),
        ("-zebrafish", 1),
        ("-(zebrafish or nothing)", 0),
        // A request's end and the answer's beginning are no phrase.
        ("\"jürgen http\"", 0),
    ];
    assert_eq!(
        ground.traffic.unindexed().await.expect("a count"),
        2,
        "not yet"
    );
    for (text, expected) in searches {
        assert_eq!(ground.found(text).await.len(), expected, "{text} before");
    }
    ground.indexed().await;
    for (text, expected) in searches {
        assert_eq!(ground.found(text).await.len(), expected, "{text} after");
    }
    // Half of it indexed.
    ground
        .record(
            "GET /third HTTP/1.1\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nzebrafish",
        )
        .await;
    assert_eq!(
        ground.found("zebrafish").await,
        ["/third", "/first?next=http%3A%2F%2Flocalhost%3A3000"]
    );
}

#[tokio::test]
async fn index_and_scan_find_the_same() {
    const PARTS: [&str; 16] = [
        "alpha", "Beta", "gamma", "ÉTÉ", "été", "日本", " ", "_", "-", "=", "%20", "%C3%A9", "\\n",
        "\\u00e9", "1", "a1b2",
    ];
    let ground = Ground::fresh().await;
    let text = |length: usize| -> String {
        let mut bytes = vec![0; length];
        ground.env.fill(&mut bytes);
        bytes
            .iter()
            .map(|byte| PARTS[usize::from(*byte) % PARTS.len()])
            .collect()
    };
    for _ in 0..60 {
        let (request, response) = (text(12), text(12));
        let exchange = ground.exchange(
            &format!("GET / HTTP/1.1\r\n\r\n{request}"),
            &format!("HTTP/1.1 200 OK\r\n\r\n{response}"),
        );
        ground.traffic.record(exchange).await;
    }
    ground.traffic.flush().await.expect("it is written");
    let phrases: Vec<String> = (0..80)
        .map(|number| format!("\"{}\"", text(1 + number % 4).replace('\\', "\\\\")))
        .filter(|phrase| Filter::parse(phrase).is_ok())
        .collect();
    assert!(phrases.len() > 40);
    let mut scanned = Vec::new();
    assert_eq!(
        ground.traffic.unindexed().await.expect("a count"),
        60,
        "not yet"
    );
    for phrase in &phrases {
        scanned.push(ground.found(phrase).await.len());
    }
    ground.indexed().await;
    for (phrase, scanned) in phrases.iter().zip(scanned) {
        assert_eq!(ground.found(phrase).await.len(), scanned, "{phrase}");
    }
}

#[tokio::test]
async fn no_search_finds_a_credential_and_every_search_finds_its_marker() {
    let ground = Ground::fresh().await;
    ground
        .record(
            &format!("POST /v1/oauth/token?code=hunter2code HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\n\r\nclient_secret=hunter2secret&x=%6Cph_rt_{0}", &TOKEN[7..]),
            &format!("HTTP/1.1 200 OK\r\n\r\n{{\"access_token\":\"{TOKEN}\"}}"),
        )
        .await;
    for _ in 0..2 {
        for text in [
            TOKEN,
            &TOKEN[7..],
            &TOKEN[7..20],
            "3q2",
            "hunter2code",
            "hunter2secret",
            "hunter2",
            "7wabcdefghijklmnop",
        ] {
            assert!(
                ground.found(&format!("\"{text}\"")).await.is_empty(),
                "{text}"
            );
        }
        for marker in [
            "\"[access_token\"",
            "\"bearer [bearer_token\"",
            "client_secret",
            "\"code [code\"",
        ] {
            assert_eq!(ground.found(marker).await.len(), 1, "{marker}");
        }
        ground.indexed().await;
    }
}

#[tokio::test]
async fn what_is_not_text_is_not_looked_at() {
    let ground = Ground::fresh().await;
    let mut exchange = ground.exchange("GET /image HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n");
    exchange.response = Bytes::from_static(
        b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG\0\xffzebrafish",
    );
    ground.traffic.record(exchange).await;
    let mut stray = ground.exchange("", "");
    stray.request = Bytes::from_static(b"\x16\x03\x01\0zebrafish");
    ground.traffic.record(stray).await;
    ground.traffic.flush().await.expect("it is written");
    for _ in 0..2 {
        assert!(ground.found("zebrafish").await.is_empty());
        assert_eq!(ground.found("png").await, ["/image"], "its head is text");
        ground.indexed().await;
    }
}
