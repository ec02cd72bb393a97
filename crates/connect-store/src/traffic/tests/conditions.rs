//! Conditions, and any part of the list.

use super::*;

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
