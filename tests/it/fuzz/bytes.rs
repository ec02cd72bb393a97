//! Bytes that need not be HTTP at all.

use std::time::Duration;

use super::target::Target;
use crate::support::Request;
use crate::support::http::send;

#[test]
fn any_bytes_on_the_socket_leave_the_sandbox_standing() {
    let target = Target::new(false);
    let authority = target.sandbox.authority.clone();
    let pieces: Vec<Vec<u8>> = [
        "GET ",
        "POST ",
        "/v1/oauth/token",
        "/",
        " HTTP/1.1\r\n",
        " HTTP/1.0\r\n",
        "Host: ",
        authority.as_str(),
        "\r\n",
        "\r\n\r\n",
        "Content-Length: ",
        "5",
        "99999999999999999999",
        "-1",
        "Transfer-Encoding: chunked\r\n",
        "5\r\nhello\r\n",
        "0\r\n\r\n",
        "Expect: 100-continue\r\n",
        "Connection: close\r\n",
        "Upgrade: h2c\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\u{16}\u{3}\u{1}",
        "X: \0\r\n",
        ": \r\n",
        " folded\r\n",
    ]
    .iter()
    .map(|piece| piece.as_bytes().to_vec())
    .collect();
    arbtest::arbtest(|u| {
        let mut bytes = Vec::new();
        for _ in 0..u.int_in_range(1..=16)? {
            if u.ratio(1, 6)? {
                bytes.extend_from_slice(u.arbitrary::<&[u8]>()?);
            } else {
                bytes.extend_from_slice(u.choose(&pieces)?);
            }
        }
        target.runtime.block_on(async {
            use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
            let mut stream = tokio::net::TcpStream::connect(&authority)
                .await
                .expect("it listens");
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
            let mut answer = Vec::new();
            let read =
                tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer))
                    .await;
            assert!(
                read.is_ok(),
                "still open, though nothing more will come: {}",
                String::from_utf8_lossy(&bytes)
            );
            let text = String::from_utf8_lossy(&answer);
            assert!(
                !text.starts_with("HTTP/1.1 5") && !text.contains("lph_"),
                "{text}\n\nto {}",
                String::from_utf8_lossy(&bytes)
            );
        });
        Ok(())
    })
    .size_min(128);
    let answer = target.runtime.block_on(send(
        &authority,
        &Request::get("/.well-known/openid-configuration"),
    ));
    answer.expect(200);
}
