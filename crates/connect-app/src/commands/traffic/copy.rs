//! A request as something that can be run: a command or a few lines of code.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect_core::domain::message::{Header, Message, StartLine};
use connect_rpc::traffic as rpc;
use connect_rpc::{ErrorCode, RpcError};
use serde_json::json;

use super::{find, reveal_for};
use crate::App;
use crate::commands::Answer;

/// Most bytes of a body that is copied.
const MOST_BODY: usize = 2 * 1024 * 1024;
/// Headers that whatever runs the request makes itself.
const OWN: [&str; 8] = [
    "host",
    "content-length",
    "connection",
    "transfer-encoding",
    "accept-encoding",
    "keep-alive",
    "expect",
    "te",
];

pub(crate) async fn copy_as(app: &App, request: rpc::CopyExchange) -> Answer<rpc::Copied> {
    let exchange = find(app, &request.exchange).await?;
    let form = match request.format {
        rpc::CopyFormat::Curl => "curl",
        rpc::CopyFormat::Httpie => "httpie",
        rpc::CopyFormat::Fetch => "fetch",
        rpc::CopyFormat::Python => "python",
    };
    if !request.with_credentials {
        let text = written(
            &exchange.request,
            "http",
            &exchange.summary.host,
            request.format,
        )?;
        let masked = exchange.markers_in_request();
        return Ok(rpc::Copied { text, masked });
    }
    let revealed = reveal_for(app, &exchange, form).await?;
    Ok(rpc::Copied {
        text: written(
            &revealed.request,
            "http",
            &exchange.summary.host,
            request.format,
        )?,
        masked: revealed.lost,
    })
}

/// A request, ready to be written.
struct Request<'m> {
    method: &'m str,
    url: String,
    headers: Vec<&'m Header>,
    body: Body<'m>,
}

impl Request<'_> {
    fn has_body(&self) -> bool {
        !matches!(self.body, Body::None)
    }

    /// Whether there is a body of which nothing is said: whatever runs the request must not say something of its own.
    fn is_untyped(&self) -> bool {
        let mut headers = self.headers.iter();
        self.has_body() && !headers.any(|it| it.name.eq_ignore_ascii_case("content-type"))
    }
}

enum Body<'m> {
    None,
    Text(&'m str),
    /// In base64.
    Bytes(String),
}

/// A request as something that can be run, sent by `scheme`, to `host` where it names none itself.
pub(in crate::commands) fn written(
    bytes: &[u8],
    scheme: &str,
    host: &str,
    format: rpc::CopyFormat,
) -> Answer<String> {
    let message = Message::read(bytes);
    let StartLine::Request { method, target, .. } = &message.start else {
        return Err(RpcError::new(
            ErrorCode::Conflict,
            "nothing in this exchange was an HTTP request, so there is none to copy",
        ));
    };
    if message.body.len() > MOST_BODY {
        let detail = json!({ "bytes": message.body.len(), "most": MOST_BODY });
        return Err(RpcError::new(
            ErrorCode::Conflict,
            "the body is larger than 2 MiB; take the exchange away with traffic_export",
        )
        .with(detail));
    }
    let body = match message.text() {
        Some("") => Body::None,
        Some(text) => Body::Text(text),
        None => Body::Bytes(STANDARD.encode(&*message.body)),
    };
    let headers = message.headers.iter();
    let request = Request {
        method,
        url: address(target, scheme, message.header("host").unwrap_or(host))?,
        headers: headers
            .filter(|header| !OWN.iter().any(|own| own.eq_ignore_ascii_case(&header.name)))
            .collect(),
        body,
    };
    let mut out = String::new();
    // Writing to memory does not fail.
    let _ = match format {
        rpc::CopyFormat::Curl => curl(&request, &mut out),
        rpc::CopyFormat::Httpie => httpie(&request, &mut out),
        rpc::CopyFormat::Fetch => fetch(&request, &mut out),
        rpc::CopyFormat::Python => python(&request, &mut out),
    };
    Ok(out)
}

/// Where the request went.
fn address(target: &str, scheme: &str, host: &str) -> Answer<String> {
    if target.starts_with('/') {
        return Ok(format!("{scheme}://{host}{target}"));
    }
    if target.starts_with("http://") || target.starts_with("https://") {
        return Ok(target.to_owned());
    }
    Err(RpcError::new(
        ErrorCode::Conflict,
        "what this request was for is no address, so that none of these programs would send it",
    ))
}

/// A word of a POSIX shell, in quotes unless it is plain.
fn word(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return text.to_owned();
    }
    shell(text)
}

/// Anything as one word of a POSIX shell.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A text of JavaScript or Python.
fn quoted(text: &str) -> String {
    json!(text).to_string()
}

fn curl(request: &Request<'_>, out: &mut String) -> std::fmt::Result {
    if let Body::Bytes(base64) = &request.body {
        write!(out, "printf %s {} | base64 -d | ", shell(base64))?;
    }
    let has_body = request.has_body();
    out.push_str("curl");
    match (request.method, has_body) {
        ("GET", false) | ("POST", true) => {}
        ("HEAD", false) => out.push_str(" --head"),
        (method, _) => write!(out, " -X {}", word(method))?,
    }
    // Brackets and braces in an address are no patterns.
    if request.url.contains(['[', ']', '{', '}']) {
        out.push_str(" --globoff");
    }
    // Neither is a path with dots made shorter.
    if request.url.contains("/.") {
        out.push_str(" --path-as-is");
    }
    write!(out, " {}", shell(&request.url))?;
    for header in &request.headers {
        let line = if header.value.is_empty() {
            format!("{};", header.name)
        } else {
            format!("{}: {}", header.name, header.value)
        };
        write!(out, " \\\n  -H {}", shell(&line))?;
    }
    if request.is_untyped() {
        write!(out, " \\\n  -H 'Content-Type:'")?;
    }
    match &request.body {
        Body::None => Ok(()),
        Body::Text(text) => write!(out, " \\\n  --data-raw {}", shell(text)),
        Body::Bytes(_) => write!(out, " \\\n  --data-binary @-"),
    }
}

fn httpie(request: &Request<'_>, out: &mut String) -> std::fmt::Result {
    if let Body::Bytes(base64) = &request.body {
        write!(out, "printf %s {} | base64 -d | http", shell(base64))?;
    } else {
        out.push_str("http --ignore-stdin");
    }
    write!(out, " {} {}", word(request.method), shell(&request.url))?;
    for header in &request.headers {
        let line = if header.value.is_empty() {
            format!("{};", header.name)
        } else {
            // With a blank, so that no value is taken for the name of a file (`Name:@file`).
            format!("{}: {}", header.name, header.value)
        };
        write!(out, " \\\n  {}", shell(&line))?;
    }
    if request.is_untyped() {
        write!(out, " \\\n  'Content-Type:'")?;
    }
    if let Body::Text(text) = &request.body {
        write!(out, " \\\n  --raw {}", shell(text))?;
    }
    Ok(())
}

fn fetch(request: &Request<'_>, out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        "const response = await fetch({}, {{",
        quoted(&request.url)
    )?;
    writeln!(out, "  method: {},", quoted(request.method))?;
    if !request.headers.is_empty() {
        writeln!(out, "  headers: [")?;
        for header in &request.headers {
            let (name, value) = (quoted(&header.name), quoted(&header.value));
            writeln!(out, "    [{name}, {value}],")?;
        }
        writeln!(out, "  ],")?;
    }
    match &request.body {
        Body::None => {}
        Body::Text(text) => writeln!(out, "  body: {},", quoted(text))?,
        Body::Bytes(base64) => writeln!(
            out,
            "  body: Uint8Array.from(atob({}), (c) => c.charCodeAt(0)),",
            quoted(base64)
        )?,
    }
    writeln!(out, "  redirect: \"manual\",")?;
    writeln!(out, "}});")?;
    writeln!(out, "console.log(response.status, await response.text());")
}

fn python(request: &Request<'_>, out: &mut String) -> std::fmt::Result {
    let is_binary = matches!(request.body, Body::Bytes(_));
    if is_binary {
        writeln!(out, "import base64\n")?;
    }
    writeln!(out, "import requests\n")?;
    writeln!(out, "response = requests.request(")?;
    writeln!(out, "    {},", quoted(request.method))?;
    writeln!(out, "    {},", quoted(&request.url))?;
    if !request.headers.is_empty() {
        writeln!(out, "    headers={{")?;
        // A dictionary has each name once: values of the same name are joined (RFC 9110 §5.3).
        let mut done: Vec<&str> = Vec::new();
        for header in &request.headers {
            if done
                .iter()
                .any(|name| name.eq_ignore_ascii_case(&header.name))
            {
                continue;
            }
            done.push(&header.name);
            let same = request.headers.iter();
            let same = same.filter(|other| other.name.eq_ignore_ascii_case(&header.name));
            let values: Vec<&str> = same.map(|header| header.value.as_str()).collect();
            let (name, value) = (quoted(&header.name), quoted(&values.join(", ")));
            writeln!(out, "        {name}: {value},")?;
        }
        writeln!(out, "    }},")?;
    }
    match &request.body {
        Body::None => {}
        Body::Text(text) => writeln!(out, "    data={}.encode(),", quoted(text))?,
        Body::Bytes(base64) => {
            writeln!(out, "    data=base64.b64decode({}),", quoted(base64))?;
        }
    }
    writeln!(out, "    allow_redirects=False,")?;
    writeln!(out, ")")?;
    writeln!(out, "print(response.status_code, response.text)")
}

#[cfg(test)]
mod tests {
    use rpc::CopyFormat::{Curl, Fetch, Httpie, Python};

    use super::*;

    const POST: &str = "POST /v1/oauth/token?a=it's HTTP/1.1\r\nHost: localhost:9400\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\nX-Empty:\r\n\r\nname=it's";

    #[test]
    fn requests_are_written_so_that_they_run() {
        let of = |format| written(POST.as_bytes(), "http", "", format).expect("a request");
        insta::assert_snapshot!(of(Curl), @r#"
        curl 'http://localhost:9400/v1/oauth/token?a=it'\''s' \
          -H 'Content-Type: application/x-www-form-urlencoded' \
          -H 'X-Empty;' \
          --data-raw 'name=it'\''s'
        "#);
        insta::assert_snapshot!(of(Httpie), @r#"
        http --ignore-stdin POST 'http://localhost:9400/v1/oauth/token?a=it'\''s' \
          'Content-Type: application/x-www-form-urlencoded' \
          'X-Empty;' \
          --raw 'name=it'\''s'
        "#);
        insta::assert_snapshot!(of(Fetch), @r#"
        const response = await fetch("http://localhost:9400/v1/oauth/token?a=it's", {
          method: "POST",
          headers: [
            ["Content-Type", "application/x-www-form-urlencoded"],
            ["X-Empty", ""],
          ],
          body: "name=it's",
          redirect: "manual",
        });
        console.log(response.status, await response.text());
        "#);
        insta::assert_snapshot!(of(Python), @r#"
        import requests

        response = requests.request(
            "POST",
            "http://localhost:9400/v1/oauth/token?a=it's",
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Empty": "",
            },
            data="name=it's".encode(),
            allow_redirects=False,
        )
        print(response.status_code, response.text)
        "#);
    }

    #[test]
    fn bytes_that_are_no_text_are_carried_in_base64() {
        let mut put = b"PUT /x HTTP/1.1\r\nHost: h\r\n\r\n".to_vec();
        put.extend_from_slice(&[0, 159, 146, 150]);
        for format in [Curl, Httpie, Fetch, Python] {
            let text = written(&put, "http", "", format).expect("a request");
            assert!(text.contains("AJ+Slg=="), "{text}");
        }
        let curl = written(&put, "http", "", Curl).expect("a request");
        assert!(
            curl.contains("-X PUT ") && curl.contains("-H 'Content-Type:'"),
            "{curl}"
        );
        for none in [&b"\x16\x03\x01"[..], b"OPTIONS * HTTP/1.1\r\n\r\n"] {
            let error = written(none, "http", "", Curl).expect_err("no request");
            assert_eq!(error.code, ErrorCode::Conflict);
        }
    }

    #[test]
    fn nothing_in_a_request_is_a_command() {
        let odd = b"`id`$ /a/../b[1]$(id) HTTP/1.1\r\nHost: h\r\n\r\n";
        let of = |format| written(odd, "http", "", format).expect("a request");
        assert_eq!(
            of(Curl),
            "curl -X '`id`$' --globoff --path-as-is 'http://h/a/../b[1]$(id)'"
        );
        assert_eq!(
            of(Httpie),
            "http --ignore-stdin '`id`$' 'http://h/a/../b[1]$(id)'"
        );
    }
}
