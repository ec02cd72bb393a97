//! Callbacks, and what else comes to a port on loopback, over real sockets.

use connect_testkit::{START, seeded_env};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::super::holder::Holder;
use super::*;

/// A port that was free a moment ago.
async fn free_port() -> u16 {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    socket.local_addr().expect("bound").port()
}

async fn uri() -> Url {
    let uri = format!("http://localhost:{}/callback", free_port().await);
    uri.parse().expect("an address")
}

async fn bind(ports: &CallbackPorts, uri: &Url) -> CallbackListener {
    let bound = CallbackListener::bind(ports, uri, false, PATIENCE, seeded_env().0).await;
    bound.unwrap_or_else(|problem| panic!("{problem}"))
}

async fn problem(uri: &str) -> BindProblem {
    let uri = uri.parse().expect("an address");
    let ports = CallbackPorts::new();
    let bound = CallbackListener::bind(&ports, &uri, false, PATIENCE, seeded_env().0).await;
    bound.expect_err("nobody can listen there")
}

/// Sends a request to a port and reads until the answer ends with its connection.
async fn ask(to: SocketAddr, head: &str) -> String {
    let mut stream = TcpStream::connect(to).await.expect("somebody listens");
    let request = format!("{head}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("answered");
    answer
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[tokio::test]
async fn the_first_callback_is_taken_with_its_bytes_and_answered_by_a_quiet_page() {
    let uri = uri().await;
    let port = uri.port().expect("one");
    let mut listener = bind(&CallbackPorts::new(), &uri).await;
    assert_eq!(listener.redirect_uri(), &uri);
    assert!(listener.address().starts_with(&format!("127.0.0.1:{port}")));
    // A connection for nothing, and one that ends at once, as browsers make them.
    let four = SocketAddr::from(([127, 0, 0, 1], port));
    let idle = TcpStream::connect(four).await.expect("it is accepted");
    drop(TcpStream::connect(four).await.expect("it is accepted"));
    for (head, expected) in [
        ("GET /favicon.ico HTTP/1.1\r\nHost: localhost:PORT", "204"),
        ("GET / HTTP/1.1\r\nHost: localhost:PORT", "404"),
        ("GET /callback/ HTTP/1.1\r\nHost: localhost:PORT", "404"),
        ("GET /Callback HTTP/1.1\r\nHost: localhost:PORT", "404"),
        ("GET /callback HTTP/1.1\r\nHost: evil.example:PORT", "421"),
        ("GET /callback HTTP/1.1\r\nHost: 127.0.0.1:PORT", "421"),
        ("GET /callback HTTP/1.1\r\nHost: localhost:1", "421"),
        ("GET /callback HTTP/1.1\r\nAccept: */*", "400"),
        ("GET /callback HTTP/1.1\r\nHost: localhost:PORT", "400"),
        (
            "GET /callback?code=1 HTTP/1.1\r\nHost: localhost:PORT\r\nSec-Fetch-Mode: no-cors",
            "400",
        ),
        (
            "POST /callback HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: 0",
            "405",
        ),
        (
            "GET /callback?code=early HTTP/1.1\r\nHost: localhost:PORT\r\nSec-Purpose: prefetch;prerender",
            "503",
        ),
    ] {
        let answer = ask(four, &head.replace("PORT", &port.to_string())).await;
        assert_eq!(status(&answer), expected, "{head}: {answer}");
    }
    let target = "/callback?code=lph_ac_secret&state=a%20b&iss=http%3A%2F%2Flocalhost";
    let head = format!("GET {target} HTTP/1.1\r\nHost: localhost:{port}");
    let page = ask(four, &head).await;
    let callback = listener.callback().await.expect("it came");
    assert_eq!(callback.url, format!("http://localhost:{port}{target}"));
    let sent = format!("{head}\r\nConnection: close\r\n\r\n");
    assert_eq!(callback.bytes.request, sent.as_bytes());
    assert_eq!(callback.bytes.response, page.as_bytes());
    assert_eq!((callback.status, callback.at), (Some(200), START));
    assert!(callback.timing.sent_us <= callback.timing.first_byte_us);
    assert!(callback.timing.first_byte_us <= callback.timing.done_us);
    assert!(page.contains("You can go back to Connect Console"));
    for absent in ["lph_ac_secret", "a%20b", "a b", "<script", "unsafe-inline"] {
        assert!(!page.contains(absent), "{absent} in {page}");
    }
    for header in [
        "content-security-policy: default-src 'none'; style-src 'sha256-",
        "referrer-policy: no-referrer",
        "cache-control: no-store",
    ] {
        assert!(page.contains(header), "{header} not in {page}");
    }
    // The page may be loaded again; what came first stays.
    let other = format!("GET /callback?code=other HTTP/1.1\r\nHost: localhost:{port}");
    assert_eq!(status(&ask(four, &other).await), "200");
    assert!(matches!(listener.callback().await, Err(NoCallback::Over)));
    drop(idle);
}

#[tokio::test]
async fn localhost_is_both_loopbacks_and_an_address_is_itself_alone() {
    let uri = uri().await;
    let port = uri.port().expect("one");
    let six = SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, port));
    let has_six = TcpListener::bind(six).await.is_ok();
    let mut listener = bind(&CallbackPorts::new(), &uri).await;
    assert_eq!(listener.addresses().len(), 1 + usize::from(has_six));
    if has_six {
        ask(
            six,
            &format!("GET /callback?x=6&code=6 HTTP/1.1\r\nHost: localhost:{port}"),
        )
        .await;
        let callback = listener.callback().await.expect("it came");
        assert!(callback.url.ends_with("/callback?x=6&code=6"));
    }
    let uri = format!("http://127.0.0.1:{}/cb", free_port().await)
        .parse()
        .expect("an address");
    let listener = bind(&CallbackPorts::new(), &uri).await;
    let four = SocketAddr::from(([127, 0, 0, 1], uri.port().expect("one")));
    assert_eq!(listener.addresses(), [four]);
}

#[tokio::test]
async fn a_native_app_has_any_free_port_and_is_told_which() {
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = taken.local_addr().expect("bound").port();
    let uri: Url = format!("http://127.0.0.1:{port}/callback")
        .parse()
        .expect("an address");
    let ports = CallbackPorts::new();
    let bound = CallbackListener::bind(&ports, &uri, true, PATIENCE, seeded_env().0).await;
    let mut listener = bound.expect("some port is free");
    let given = listener.redirect_uri().clone();
    assert_ne!(given.port(), Some(port));
    assert_eq!(
        (given.host_str(), given.path()),
        (Some("127.0.0.1"), "/callback")
    );
    let at = listener.addresses()[0];
    ask(at, &format!("GET /callback?code=1 HTTP/1.1\r\nHost: {at}")).await;
    let callback = listener.callback().await.expect("it came");
    assert_eq!(callback.url, format!("{given}?code=1"));
}

#[tokio::test]
async fn a_second_walk_takes_the_port_over_and_dropping_frees_it() {
    let ports = CallbackPorts::new();
    let uri = uri().await;
    let mut first = bind(&ports, &uri).await;
    let second = bind(&ports, &uri).await;
    assert_eq!(first.callback().await.err(), Some(NoCallback::TakenOver));
    // The first one's end does not touch the second.
    drop(first);
    let mut third = bind(&ports, &uri).await;
    drop(second);
    let at = third.addresses()[0];
    let head = format!(
        "GET /callback?code=3 HTTP/1.1\r\nHost: localhost:{}",
        at.port()
    );
    assert_eq!(status(&ask(at, &head).await), "200");
    third.callback().await.expect("it came");
    drop(third);
    bind(&ports, &uri).await;
}

#[tokio::test(start_paused = true)]
async fn nobody_is_waited_for_for_ever() {
    let ports = CallbackPorts::new();
    let uri = uri().await;
    let mut listener = bind(&ports, &uri).await;
    let ended = listener.callback().await.expect_err("nobody comes");
    assert_eq!(ended, NoCallback::TimedOut(PATIENCE));
    assert!(ended.to_string().contains("in 30 minutes"), "{ended}");
    let taken = TcpListener::bind(listener.addresses()[0]).await;
    assert!(taken.is_ok(), "the port is free again");
}

#[tokio::test]
async fn a_taken_port_is_said_with_its_holder() {
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = taken.local_addr().expect("bound").port();
    let problem = problem(&format!("http://localhost:{port}/callback")).await;
    let BindProblem::Taken { port: said, holder } = problem else {
        panic!("{problem}");
    };
    assert_eq!(said, port);
    let expected = if cfg!(target_os = "linux") {
        Holder::Ourselves
    } else {
        Holder::Unknown
    };
    assert_eq!(holder, expected);
}

#[tokio::test]
async fn only_http_to_this_machine_is_listened_at() {
    for elsewhere in [
        "https://your-app.example.com/oauth/callback",
        "http://your-app.example.com/callback",
        "https://localhost:3000/callback",
        "http://192.168.1.7:3000/callback",
        "http://localhost:0/callback",
        "com.example.app:/cb",
        "com.example.app://localhost:3000/cb",
    ] {
        let problem = problem(elsewhere).await;
        assert!(
            matches!(problem, BindProblem::LeadsElsewhere { .. }),
            "{elsewhere}"
        );
        assert!(problem.to_string().contains(elsewhere), "{problem}");
    }
}
