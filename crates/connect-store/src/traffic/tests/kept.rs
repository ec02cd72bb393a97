//! What is kept: pins, places, and everything of a file of before.

use super::*;

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
    let first = include_str!("../../../migrations/traffic/0001_traffic.sql");
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
