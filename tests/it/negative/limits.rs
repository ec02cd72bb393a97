//! Rule 48: too much, too slow, from the wrong place, or no text at all: an answer in order, never a 500, never a token.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use connect_app::Config;
use connect_core::env::WallClock;
use connect_core::{Env, Timestamp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::http::send_bytes;
use crate::support::{MAYA, Params, Request, Sandbox, Tokens};

const MEBIBYTE: usize = 1024 * 1024;

#[tokio::test]
pub(super) async fn n48_a_body_above_one_mebibyte_is_413() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let tokens = sandbox.tokens(&web, "write:biomarkers").await;
    let form = |length: usize| {
        let begun = format!(
            "{}&padding=",
            web.refresh(&tokens.refresh)
                .set("refresh_token", "lph_rt_x")
                .encoded()
        );
        let padding = "a".repeat(length - begun.len());
        Request::post("/v1/oauth/token")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(begun + &padding)
    };
    sandbox
        .send(&form(MEBIBYTE))
        .await
        .is_oauth_error(400, "invalid_grant");
    assert_eq!(sandbox.send(&form(MEBIBYTE + 1)).await.status, 413);
    assert_eq!(sandbox.send(&form(3 * MEBIBYTE)).await.status, 413);
    let big = format!("{{\"x\":\"{}\"}}", "a".repeat(MEBIBYTE));
    let parse = Request::post("/v1/biomarkers/parse")
        .bearer(&tokens.access)
        .header("Content-Type", "application/json");
    assert_eq!(sandbox.send(&parse.body(big)).await.status, 413);
    // Chunked, without saying how long it will be.
    let mut bytes = format!(
        "POST /v1/oauth/token HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n",
        sandbox.authority
    )
    .into_bytes();
    for _ in 0..20 {
        bytes.extend_from_slice(format!("{:x}\r\n", MEBIBYTE / 16).as_bytes());
        bytes.extend(std::iter::repeat_n(b'a', MEBIBYTE / 16));
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    assert_eq!(
        send_bytes(&sandbox.authority, &bytes)
            .await
            .expect("an answer")
            .status,
        413
    );
    Tokens::of(&sandbox.refresh(&web, &tokens.refresh).await);
}

#[tokio::test]
pub(super) async fn n48_a_flood_of_headers_is_431() {
    let sandbox = Sandbox::start().await;
    let discovery = || Request::get("/.well-known/openid-configuration");
    let many = (0..200).fold(discovery(), |request, index| {
        request.header(&format!("X-Flood-{index}"), "1")
    });
    assert_eq!(sandbox.send(&many).await.status, 431);
    let long = discovery().header("X-Long", "a".repeat(100 * 1024));
    assert_eq!(sandbox.send(&long).await.status, 431);
    let target = Request::get(format!(
        "/v1/oauth/authorize?state={}",
        "a".repeat(70 * 1024)
    ));
    assert!(matches!(sandbox.send(&target).await.status, 414 | 431));
    sandbox.send(&discovery()).await.expect(200);
}

#[tokio::test]
pub(super) async fn n48_a_scope_of_eight_kilobytes_is_answered_in_order() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let long_word = format!("read:{}", "a".repeat(8 * 1024));
    let many_words = (0..800)
        .map(|index| format!("read:x{index:04}"))
        .collect::<Vec<_>>()
        .join(" ");
    for scope in [long_word, many_words] {
        let request = web.authorize(&sandbox, &scope);
        sandbox.send(&request.request()).await.is_redirect_error(
            &sandbox,
            &request,
            "invalid_scope",
        );
    }
    // The same known scope a thousand times is one scope.
    let tokens = sandbox.tokens(&web, &vec!["openid"; 1000].join(" ")).await;
    assert_eq!(tokens.scope, "openid");
}

#[tokio::test]
pub(super) async fn n48_a_slow_head_ends_with_its_connection() {
    let sandbox = Sandbox::start().await;
    let mut slow = TcpStream::connect(&sandbox.authority)
        .await
        .expect("a connection");
    slow.write_all(b"POST /v1/oauth/token HTTP/1.1\r\nHost: ")
        .await
        .expect("sent");
    // From here on time passes as fast as nobody works.
    tokio::time::pause();
    let mut rest = Vec::new();
    let read = tokio::time::timeout(
        std::time::Duration::from_mins(1),
        slow.read_to_end(&mut rest),
    )
    .await;
    tokio::time::resume();
    read.expect("the sandbox ends it").ok();
    assert!(
        rest.is_empty() || rest.starts_with(b"HTTP/1.1 408"),
        "{}",
        String::from_utf8_lossy(&rest)
    );
    sandbox
        .send(&Request::get("/.well-known/jwks.json"))
        .await
        .expect(200);
}

#[tokio::test]
pub(super) async fn n48_a_foreign_host_is_turned_away_everywhere() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let request = web.authorize(&sandbox, "openid");
    for foreign in [
        "evil.example",
        "identity.platform.loop.health",
        "127.0.0.1.nip.io",
    ] {
        for host in [foreign.to_owned(), format!("{foreign}:{}", sandbox.port())] {
            for request in [
                request.request(),
                web.refresh("x").post("/v1/oauth/token"),
                Request::get("/.well-known/openid-configuration"),
                Request::get("/v1/biomarkers/me").bearer("x"),
                Request::get("/interactions/x"),
                Request::get("/nothing/here"),
            ] {
                let answer = sandbox.send(&request.host(&host)).await;
                assert_eq!(answer.status, 421, "{host}: {answer}");
                assert!(!answer.text().contains("lph_"), "{answer}");
            }
        }
    }
    assert!(sandbox.journal("code").await.is_empty());
}

#[tokio::test]
pub(super) async fn n48_nul_and_overlong_utf_8_are_refused() {
    let sandbox = Sandbox::approving().await;
    let web = sandbox.web().await;
    let request = web.authorize(&sandbox, "openid");
    for hostile in [
        "%00",
        "a%00b",
        "%c0%af",
        "%c0%80",
        "%ff",
        "%ed%a0%80",
        "%f4%90%80%80",
        "%e0%80%af",
    ] {
        for name in [
            "state",
            "scope",
            "nonce",
            "code_challenge",
            "login_hint",
            "made_up",
        ] {
            let target = format!(
                "{}&{name}={hostile}",
                request.clone().without(name).target()
            );
            let answer = sandbox.send(&Request::get(target)).await;
            assert_eq!(
                answer.redirected("error").as_deref(),
                Some("invalid_request"),
                "{name}={hostile}: {answer}"
            );
        }
        for name in ["client_id", "redirect_uri"] {
            let target = format!(
                "{}&{name}={hostile}",
                request.clone().without(name).target()
            );
            sandbox.send(&Request::get(target)).await.is_page(400);
        }
        let form = web.exchange(&sandbox.code(&web, "openid").await);
        for name in [
            "code",
            "client_id",
            "client_secret",
            "code_verifier",
            "redirect_uri",
            "grant_type",
            "made_up",
        ] {
            let body = format!("{}&{name}={hostile}", form.clone().without(name).encoded());
            let request = Request::post("/v1/oauth/token")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(body);
            sandbox
                .send(&request)
                .await
                .is_oauth_error(400, "invalid_request");
        }
        Tokens::of(&sandbox.token(&form).await);
    }
    // Raw bytes that are no text, in path, header and body.
    let head = format!("Host: {}\r\n", sandbox.authority);
    let mut raw: Vec<Vec<u8>> = Vec::new();
    raw.push(
        [
            b"GET /v1/oauth/authorize?state=\xff\xfe HTTP/1.1\r\n",
            head.as_bytes(),
            b"\r\n",
        ]
        .concat(),
    );
    raw.push(
        [
            b"GET /v1/biomarkers/me HTTP/1.1\r\n",
            head.as_bytes(),
            b"Authorization: Bearer \xff\xfe\r\n\r\n",
        ]
        .concat(),
    );
    raw.push(
        [
            b"GET /%00%ff/../..//etc/passwd HTTP/1.1\r\n",
            head.as_bytes(),
            b"\r\n",
        ]
        .concat(),
    );
    raw.push(
        [
            b"GET /assets/..%2f..%2fetc%2fpasswd HTTP/1.1\r\n",
            head.as_bytes(),
            b"\r\n",
        ]
        .concat(),
    );
    raw.push(
        [
            b"POST /v1/oauth/token HTTP/1.1\r\n",
            head.as_bytes(),
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 12\r\n\r\ncode=\xc0\x80\x00\xff\xfe\xfd\xfc",
        ]
        .concat(),
    );
    for bytes in raw {
        let answer = send_bytes(&sandbox.authority, &bytes)
            .await
            .expect("an answer");
        assert!(
            (400..500).contains(&answer.status),
            "{}: {answer}",
            String::from_utf8_lossy(&bytes)
        );
    }
}

/// A wall clock that is set by hand, forwards and backwards.
#[derive(Clone)]
struct LooseClock(Arc<AtomicI64>);

impl WallClock for LooseClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

#[tokio::test]
pub(super) async fn n48_a_clock_that_jumps_back_revives_nothing_that_was_refused() {
    let clock = LooseClock(Arc::new(AtomicI64::new(connect_testkit::START.as_millis())));
    let moved = |seconds: i64| clock.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    let env = Arc::new(Env::seeded(Box::new(clock.clone()), 7));
    let config = Config {
        auto_approve: Some(MAYA.to_owned()),
        ..Config::ephemeral()
    };
    let sandbox = Sandbox::of(config, env).await;
    let web = sandbox.web().await;
    let (code, tokens) = (
        sandbox.code(&web, "openid").await,
        sandbox.tokens(&web, "read:biomarkers").await,
    );
    moved(2 * 3600);
    sandbox
        .exchange(&web, &code)
        .await
        .is_oauth_error(400, "invalid_grant");
    sandbox
        .biomarkers(&tokens.access)
        .await
        .is_service_error(401, "invalid_token");
    // What fell due is written down, as time passes, without anybody's doing.
    Sandbox::wait_for(
        "the code and the access token to be written down as expired",
        || async { (sandbox.journal("credential.expired").await.len() >= 2).then_some(()) },
    )
    .await;
    moved(-3 * 3600);
    sandbox
        .exchange(&web, &code)
        .await
        .is_oauth_error(400, "invalid_grant");
    sandbox
        .biomarkers(&tokens.access)
        .await
        .is_service_error(401, "invalid_token");
    assert!(!sandbox.is_active(&web, &tokens.access).await);
    // And everything else goes on.
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/jwks.json",
    ] {
        sandbox.send(&Request::get(path)).await.expect(200);
    }
    let fresh = sandbox.tokens(&web, "openid read:biomarkers").await;
    sandbox.biomarkers(&fresh.access).await.expect(200);
    let again = Tokens::of(&sandbox.refresh(&web, &fresh.refresh).await);
    sandbox.biomarkers(&again.access).await.expect(200);
    sandbox
        .send(&Params::default().post("/v1/oauth/token"))
        .await
        .is_oauth_error(400, "invalid_request");
}
