//! What went over the wire in the sample.

use std::collections::BTreeMap;

use connect_core::domain::walk::{Party, Step};

use super::{REDIRECT, token};
use crate::session::{Bytes, Session};

/// The bytes of the exchanges of [`super::session`].
pub(crate) fn bytes(session: &Session) -> BTreeMap<u32, Bytes> {
    let all = session.exchanges.iter().map(|exchange| {
        let run = session.runs.iter().find(|run| run.number == exchange.run);
        let step = run.expect("its run").step;
        let path = exchange.url.trim_start_matches("http://localhost:9400");
        let mut request = format!(
            "{} {path} HTTP/1.1\r\nHost: localhost:9400\r\n",
            exchange.method
        );
        let form = form(session, step);
        if exchange.to == Party::Service {
            let token = token("lph_at_", if step == Step::Api { 'a' } else { 'b' });
            request.push_str("Authorization: Bearer ");
            request.push_str(&token);
            request.push_str("\r\n");
        }
        if !form.is_empty() && exchange.from == Party::App {
            request.push_str("Content-Type: application/x-www-form-urlencoded\r\n");
        }
        request.push_str("\r\n");
        if exchange.from == Party::App && exchange.to == Party::Identity {
            request.push_str(&form);
        }
        let answer = match step {
            Step::Token => format!(
                r#"{{"access_token":"{}","refresh_token":"{}","id_token":"eyJh.eyJz.c2ln"}}"#,
                token("lph_at_", 'a'),
                token("lph_rt_", 'o')
            ),
            Step::Refresh => format!(
                r#"{{"access_token":"{}","refresh_token":"{}"}}"#,
                token("lph_at_", 'b'),
                token("lph_rt_", 'r')
            ),
            _ => "{}".to_owned(),
        };
        let response = format!(
            "HTTP/1.1 {} X\r\nContent-Type: application/json\r\n\r\n{answer}",
            exchange.status.unwrap_or(500)
        );
        let bytes = Bytes {
            request: request.into_bytes(),
            response: response.into_bytes(),
        };
        (exchange.number, bytes)
    });
    all.collect()
}

fn form(session: &Session, step: Step) -> String {
    let facts = &session.facts;
    let mut form = form_urlencoded::Serializer::new(String::new());
    match step {
        Step::Token => form
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", facts.code.as_deref().unwrap_or_default())
            .append_pair("redirect_uri", REDIRECT)
            .append_pair(
                "code_verifier",
                facts.verifier.as_deref().unwrap_or_default(),
            ),
        Step::Refresh | Step::Reuse => form
            .append_pair("grant_type", "refresh_token")
            .append_pair("refresh_token", &token("lph_rt_", 'o')),
        Step::Introspect => form.append_pair("token", &token("lph_at_", 'a')),
        Step::Revoke => form.append_pair("token", &token("lph_rt_", 'r')),
        _ => return String::new(),
    };
    form.append_pair("client_id", &session.setup.client_id);
    let secret = session.setup.client_secret.as_deref();
    form.append_pair("client_secret", secret.unwrap_or_default());
    form.finish()
}
