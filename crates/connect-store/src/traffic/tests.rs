//! Traffic as it is written, found, kept and removed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use connect_core::domain::exchange::{COMPLETED, Notes};
use connect_core::domain::filter::{Condition, Field, Filter, Flag};
use connect_core::domain::finding::Finding;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::id::ClientId;
use connect_core::protocol::error::ErrorCode;
use connect_testkit::seeded_env;
use tempfile::TempDir;

use super::*;

const TOKEN: &str = "lph_at_3q2-7wABCDEFghijklmnop_qrstuvwxyz0123456789A";

/// A traffic file of its own.
struct Ground {
    traffic: Traffic,
    env: Arc<Env>,
    directory: TempDir,
}

impl Ground {
    async fn fresh() -> Self {
        let (env, _) = seeded_env();
        let directory = tempfile::tempdir().expect("a directory");
        let traffic = open(&directory.path().join("traffic.db"), &env).await;
        Self {
            traffic,
            env,
            directory,
        }
    }

    async fn again(mut self) -> Self {
        self.traffic.close().await;
        self.traffic = open(&self.directory.path().join("traffic.db"), &self.env).await;
        self
    }

    /// One with this request and answer.
    fn exchange(&self, request: &str, response: &str) -> NewExchange {
        let mut words = request.split(' ');
        NewExchange {
            id: self.env.id(),
            listener: "platform",
            at: self.env.moment(),
            peer: "127.0.0.1:50000".to_owned(),
            method: words.next().unwrap_or_default().to_owned(),
            target: words.next().unwrap_or_default().to_owned(),
            host: "localhost:9400".to_owned(),
            status: response.get(9..12).and_then(|status| status.parse().ok()),
            ended: COMPLETED.to_owned(),
            timing: Timing {
                done_us: 1500,
                ..Timing::default()
            },
            request: Bytes::copy_from_slice(request.as_bytes()),
            response: Bytes::copy_from_slice(response.as_bytes()),
            request_len: request.len() as u64,
            response_len: response.len() as u64,
            notes: Notes::default(),
        }
    }

    async fn record(&self, request: &str, response: &str) -> ExchangeId {
        let exchange = self.exchange(request, response);
        let id = exchange.id.clone();
        self.traffic.record(exchange).await;
        self.traffic.flush().await.expect("it is written");
        id
    }

    /// Targets of those that fit, newest first.
    async fn found(&self, text: &str) -> Vec<String> {
        let page = self
            .page(
                text,
                Part {
                    limit: 1000,
                    ..Part::default()
                },
            )
            .await;
        assert_eq!(
            page.matching,
            i64::try_from(page.rows.len()).expect("few"),
            "{text}"
        );
        page.rows.into_iter().map(|row| row.target).collect()
    }

    async fn page(&self, text: &str, part: Part) -> TrafficPage {
        let query = TrafficQuery {
            filter: Filter::parse(text).expect(text),
            meaning: Meaning {
                now: self.env.now(),
                ..Meaning::default()
            },
            up_to: None,
        };
        self.traffic.list(&query, part, None).await.expect(text)
    }

    /// Waits until everything is in the full-text index.
    async fn indexed(&self) {
        let mut looks = tokio::time::interval(Duration::from_millis(20));
        for _ in 0..500 {
            looks.tick().await;
            if self.traffic.unindexed().await.expect("a count") == 0 {
                return;
            }
        }
        panic!("the index was never filled");
    }
}

async fn open(path: &Path, env: &Arc<Env>) -> Traffic {
    let vault = Vault::in_memory(&mut |bytes| bytes.fill(7));
    Traffic::open(
        path,
        "workspace_1".to_owned(),
        Arc::new(vault),
        Retention::default(),
        Arc::clone(env),
    )
    .await
    .expect("it opens")
}

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

/// One of each kind: answered, refused, failed, unanswered, accepted with a remark.
async fn varied(ground: &Ground) {
    let answers = [
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 302 Found\r\n\r\n",
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\n\r\n",
        "HTTP/1.1 500 Oops\r\n\r\n",
        "",
    ];
    for (index, answer) in answers.into_iter().enumerate() {
        let method = ["GET", "POST"][index % 2];
        let mut exchange = ground.exchange(
            &format!("{method} /v1/oauth/{index}%20_x HTTP/1.1\r\n\r\n"),
            answer,
        );
        exchange.timing.done_us = 60_000 * index as u64;
        exchange.request_len = 4096 * index as u64;
        if index % 2 == 1 {
            exchange.notes.service = Some("clinical");
            exchange.notes.operation = Some("token");
            exchange.notes.client = Some(ClientId::from_text(format!("client_{index}")));
        }
        if index == 2 {
            let clause = Clause::assumed("ruling 1");
            exchange.notes.refusal = Some(Refusal::new(
                "state_present",
                ErrorCode::InvalidRequest,
                "x",
                clause,
            ));
        }
        if index == 3 {
            exchange.notes.find(Finding::new(
                "nonce_missing",
                "x",
                Clause::assumed("ruling 2"),
            ));
        }
        if answer.is_empty() {
            exchange.listener = "capture";
            exchange.ended = "the client hung up before the answer was complete".to_owned();
        }
        ground.traffic.record(exchange).await;
    }
    ground.traffic.flush().await.expect("it is written");
}

#[tokio::test]
async fn conditions_pick_what_they_say() {
    let ground = Ground::fresh().await;
    varied(&ground).await;
    let newest = ground
        .page(
            "",
            Part {
                limit: 6,
                ..Part::default()
            },
        )
        .await
        .rows;
    ground
        .traffic
        .pin(ExchangeId::from_text(&newest[1].id), true)
        .await
        .expect("it is pinned");
    let trace = newest[2].trace.clone();
    for (text, expected) in [
        ("", "543210"),
        ("status:4xx", "32"),
        ("status:404", "3"),
        ("status>=400", "432"),
        ("status<400", "10"),
        ("status:none", "5"),
        ("-status:4xx", "5410"),
        ("-status>=400", "510"),
        ("method:post", "531"),
        ("target:OAUTH/3", "3"),
        ("target:\"%\"", "543210"),
        ("target:\"0_20\"", ""),
        ("target:_x", "543210"),
        ("host:LOCAL", "543210"),
        ("service:Clinical", "531"),
        ("-service:clinical", "420"),
        ("operation:token status:none", "5"),
        ("app:client_3", "3"),
        ("-app:client_3", "54210"),
        ("check:state_present", "2"),
        ("error:invalid_request", "2"),
        ("-error:invalid_request", "54310"),
        ("listener:capture", "5"),
        ("ended:\"HUNG up\"", "5"),
        ("took>100ms", "5432"),
        ("took>=120ms took<0.24s", "32"),
        ("-took>100ms", "10"),
        ("size>10kb", "543"),
        ("is:refused", "2"),
        ("is:pinned", "4"),
        ("is:finding", "3"),
        ("is:failed", "54"),
        ("is:open", "5"),
        ("-is:failed", "3210"),
        ("after:1m", "543210"),
        ("before:1m", ""),
        ("after:2026-05-22 before:2026-05-23", "543210"),
        ("before:2026-05-22", ""),
        ("status:404 or method:GET", "4320"),
        ("(status:404 or method:GET) is:refused", "2"),
        ("not (status:404 or method:GET)", "51"),
        (format!("trace:{trace}").as_str(), "3"),
        (format!("exchange:{}", newest[5].id).as_str(), "0"),
        ("grant:grant_1 or user:user_1", ""),
    ] {
        let found = ground.found(text).await;
        let digits: String = found
            .iter()
            .filter_map(|target| target.strip_prefix("/v1/oauth/"))
            .filter_map(|rest| rest.chars().next())
            .collect();
        assert_eq!(digits, expected, "{text}");
    }
}

/// `not` turns every condition round, whatever is missing in a row.
#[tokio::test]
async fn every_condition_and_its_opposite_make_up_everything() {
    let ground = Ground::fresh().await;
    varied(&ground).await;
    let examples = Field::ALL
        .iter()
        .map(|field| Filter::parse(field.example()).expect("it reads"));
    let flags = Flag::ALL
        .iter()
        .map(|flag| Filter::One(Condition::Is(*flag)));
    let more = [
        "status:none",
        "status<300",
        "status:>=500",
        "word",
        "before:0s",
        "took<=0ms",
    ];
    let more = more
        .iter()
        .map(|text| Filter::parse(text).expect("it reads"));
    for filter in examples.chain(flags).chain(more) {
        let with = ground.found(&filter.to_string()).await.len();
        let without = ground
            .found(&Filter::Not(Box::new(filter.clone())).to_string())
            .await
            .len();
        assert_eq!(with + without, 6, "{filter}");
    }
}

#[tokio::test]
async fn any_part_of_the_list_can_be_asked_for_from_both_ends() {
    let ground = Ground::fresh().await;
    for number in 0..25 {
        ground
            .record(
                &format!("GET /{number} HTTP/1.1\r\n\r\n"),
                "HTTP/1.1 200 OK\r\n\r\n",
            )
            .await;
    }
    let all: Vec<String> = (0..25).map(|number| format!("/{number}")).collect();
    for (text, fit) in [
        ("", all.clone()),
        (
            "http -target:7",
            all.iter()
                .filter(|target| !target.contains('7'))
                .cloned()
                .collect(),
        ),
    ] {
        for oldest_first in [true, false] {
            let mut fit: Vec<String> = fit.clone();
            if !oldest_first {
                fit.reverse();
            }
            for offset in [0, 1, 5, 12, 13, 20, 24, 25, 40] {
                for limit in [1, 4, 30] {
                    let part = Part {
                        oldest_first,
                        offset,
                        limit,
                        ..Part::default()
                    };
                    let page = ground.page(text, part).await;
                    let expected: Vec<String> = fit
                        .iter()
                        .skip(offset as usize)
                        .take(limit as usize)
                        .cloned()
                        .collect();
                    let rows: Vec<String> = page.rows.into_iter().map(|row| row.target).collect();
                    assert_eq!(rows, expected, "{text} {part:?}");
                    assert_eq!(page.matching, i64::try_from(fit.len()).expect("few"));
                    assert_eq!((page.total, page.last), (25, 25));
                }
            }
        }
    }
    // Places, positions, and a list that stands still.
    let page = ground
        .page(
            "",
            Part {
                after: Some(3),
                before: Some(6),
                limit: 9,
                oldest_first: true,
                ..Part::default()
            },
        )
        .await;
    assert_eq!(
        page.rows.iter().map(|row| row.seq).collect::<Vec<_>>(),
        [4, 5]
    );
    assert_eq!(page.matching, 25);
    let third = ExchangeId::from_text(&page.rows[0].id);
    let query = TrafficQuery {
        filter: Filter::parse("-target:2").expect("it reads"),
        up_to: Some(10),
        ..TrafficQuery::default()
    };
    for (oldest_first, position) in [(true, 2), (false, 6)] {
        let part = Part {
            oldest_first,
            limit: 1,
            ..Part::default()
        };
        let page = ground
            .traffic
            .list(&query, part, Some(&third))
            .await
            .expect("a page");
        assert_eq!((page.matching, page.position), (9, Some(position)));
    }
    let none = ExchangeId::from_text("exchange_made_up");
    let page = ground
        .traffic
        .list(&query, Part::default(), Some(&none))
        .await
        .expect("a page");
    assert_eq!(page.position, None);
}

#[tokio::test]
async fn what_is_pinned_outlives_the_limits_but_not_clearing() {
    let ground = Ground::fresh().await;
    let first = ground
        .record(
            "GET /kept HTTP/1.1\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nzebrafish",
        )
        .await;
    for _ in 0..20 {
        ground
            .record(
                "GET /gone HTTP/1.1\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\nzebrafish",
            )
            .await;
    }
    assert!(
        ground
            .traffic
            .pin(first.clone(), true)
            .await
            .expect("it is pinned")
    );
    assert!(
        !ground
            .traffic
            .pin(ExchangeId::from_text("exchange_x"), true)
            .await
            .expect("an answer")
    );
    ground.indexed().await;
    ground.traffic.set_retention(Retention {
        max_count: 5,
        ..Retention::default()
    });
    let mut looks = tokio::time::interval(Duration::from_millis(20));
    for _ in 0..500 {
        looks.tick().await;
        if ground.traffic.count().await.expect("a count") == 5 {
            break;
        }
    }
    let left = ground.found("zebrafish").await;
    assert_eq!(left.len(), 5, "what went is out of the index");
    assert_eq!(left.last().map(String::as_str), Some("/kept"));
    let page = ground
        .page(
            "",
            Part {
                limit: 1,
                ..Part::default()
            },
        )
        .await;
    assert_eq!((page.total, page.pinned), (5, 1));
    let kept = ground
        .traffic
        .get(&first)
        .await
        .expect("an answer")
        .expect("it is there");
    assert!(kept.summary.pinned);
    assert!(kept.response.ends_with(b"zebrafish"));
    ground
        .traffic
        .pin(first, false)
        .await
        .expect("it is let go");
    assert!(ground.found("is:pinned").await.is_empty());
    ground.traffic.clear().await.expect("it is empty");
    assert!(ground.found("").await.is_empty());
    assert!(ground.found("zebrafish").await.is_empty());
}

#[tokio::test]
async fn no_place_is_given_twice_even_when_everything_is_gone() {
    let ground = Ground::fresh().await;
    for _ in 0..3 {
        ground
            .record("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nzebrafish")
            .await;
    }
    ground.traffic.clear().await.expect("it is empty");
    let ground = ground.again().await;
    ground
        .record(
            "GET /new HTTP/1.1\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nzebrafish",
        )
        .await;
    for _ in 0..2 {
        let page = ground
            .page(
                "zebrafish",
                Part {
                    limit: 5,
                    ..Part::default()
                },
            )
            .await;
        assert_eq!(page.rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [4]);
        ground.indexed().await;
    }
}

#[tokio::test]
async fn a_file_of_before_keeps_everything() {
    let directory = tempfile::tempdir().expect("a directory");
    let migrations = directory.path().join("migrations");
    std::fs::create_dir(&migrations).expect("a directory");
    let first = include_str!("../../migrations/traffic/0001_traffic.sql");
    std::fs::write(migrations.join("0001_traffic.sql"), first).expect("it is written");
    let migrator = sqlx::migrate::Migrator::new(migrations.as_path())
        .await
        .expect("a migration");
    let path = directory.path().join("traffic.db");
    let mut connection = database::open_writer(&path, Durability::Process, &migrator)
        .await
        .expect("it opens");
    for (seq, findings) in [(7, "[]"), (9, "[{\"name\":\"a\"},{\"name\":\"b\"}]")] {
        sqlx::query(
            "INSERT INTO exchanges VALUES (?1, 'exchange_' || ?1, 'workspace_0', 'platform', 1, 2, 'peer', 'GET', '/' || ?1,
                 'host', 200, 'clinical', 'op', 'client_1', 'user_1', 'grant_1', 'trace_1', 3, NULL, NULL,
                 json_object('checks', json('[]'), 'findings', json(?2)), 'answered completely', 1, 2, 3, 4,
                 CAST('GET / HTTP/1.1' AS BLOB), CAST('HTTP/1.1 200 OK zebrafish' AS BLOB), 14, 25, '[]', X'')",
        )
        .bind(seq)
        .bind(findings)
        .execute(&mut connection)
        .await
        .expect("a row");
    }
    sqlx::Connection::close(connection)
        .await
        .expect("it closes");
    let (env, _) = seeded_env();
    let ground = Ground {
        traffic: open(&path, &env).await,
        env,
        directory,
    };
    assert_eq!(ground.found("is:finding").await, ["/9"]);
    assert_eq!(
        ground.found("zebrafish app:client_1 trace:trace_1").await,
        ["/9", "/7"]
    );
    ground.indexed().await;
    assert_eq!(ground.found("zebrafish").await.len(), 2);
    let old = ground
        .traffic
        .get(&ExchangeId::from_text("exchange_9"))
        .await
        .expect("an answer")
        .expect("it is there");
    assert_eq!(
        (old.branch.as_str(), old.summary.findings, old.summary.seq),
        ("workspace_0", 2, 9)
    );
    assert_eq!(old.response, b"HTTP/1.1 200 OK zebrafish");
    assert_eq!((old.request_kept, old.response_kept), (14, 25));
    let new = ground
        .record("GET /new HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n")
        .await;
    let new = ground
        .traffic
        .get(&new)
        .await
        .expect("an answer")
        .expect("it is there");
    assert_eq!((new.branch.as_str(), new.summary.seq), ("workspace_1", 10));
}
