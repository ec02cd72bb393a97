//! `Idempotency-Key` (/concepts/idempotency-and-retries): one key, one change, one answer.
//!
//! A key belongs to an app, the person it speaks for, and an operation: two people of one app never see each other's
//! answers. Answers are kept in the unit of work that makes the change, so that no crash can part the two.

use std::time::Duration;

use connect_core::domain::app::Profile;
use connect_core::domain::finding::Finding;
use connect_core::domain::journal::Origin;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_store::WorldTx;
use connect_store::services::idempotency::{self as kept, KeptAnswer, KeyScope};
use connect_store::services::reading;
use futures_util::future::BoxFuture;
use http::{HeaderValue, StatusCode};
use sha2::{Digest, Sha256};

use super::Request;
use crate::Services;
use crate::answer::{Answer, REPLAYED};
use crate::body::misfit;
use crate::call::{Call, Caller};
use crate::catalogue::Keyed;
use crate::failure::Failure;
use crate::schema::Violation;

/// The header.
const HEADER: &str = "idempotency-key";
/// Longest key, in characters.
const LONGEST: usize = 128;
const CLAUSE: Clause = Clause::documented("/concepts/idempotency-and-retries");

/// The key of a request, and what was asked under it.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    scope: KeyScope,
    request_hash: [u8; 32],
    life: Duration,
}

/// Reads the key of a request. Its absence is refused in the profile `strict`, and a finding otherwise.
pub(super) fn check(
    services: &Services,
    request: &Request,
    caller: &Caller,
) -> Result<Option<Key>, Failure> {
    let operation = request.operation;
    let life = match operation.keyed {
        Keyed::No => return Ok(None),
        Keyed::Day => Duration::from_hours(24),
        Keyed::Week => Duration::from_hours(7 * 24),
    };
    let sent: Vec<&HeaderValue> = request.headers.get_all(HEADER).iter().collect();
    let key = match sent.as_slice() {
        [] => {
            if operation.verb.wants_key() {
                absent(services, request)?;
            }
            return Ok(None);
        }
        [key] => key
            .to_str()
            .ok()
            .filter(|key| (1..=LONGEST).contains(&key.chars().count())),
        _ => None,
    };
    let Some(key) = key else {
        let violation = Violation {
            path: String::from("Idempotency-Key"),
            expected: format!("one header of 1 to {LONGEST} characters"),
            received: match sent.as_slice() {
                [one] => format!("one of {} bytes", one.len()),
                several => format!("{} headers", several.len()),
            },
        };
        return Err(misfit("idempotency_key_form", "header", vec![violation]));
    };
    request
        .exchange
        .note(|notes| notes.passed("idempotency_key_form"));
    let mut hash = Sha256::new();
    hash.update(request.target.as_bytes());
    hash.update([0]);
    hash.update(&request.body);
    Ok(Some(Key {
        scope: KeyScope {
            client_id: caller.client.client.id.clone(),
            user_id: caller.credential.user_id.clone(),
            route: operation.id,
            key: key.to_owned(),
        },
        request_hash: hash.finalize().into(),
        life,
    }))
}

fn absent(services: &Services, request: &Request) -> Result<(), Failure> {
    if services.settings.get().profile == Profile::Strict {
        let violation = Violation {
            path: String::from("Idempotency-Key"),
            expected: format!("a header of 1 to {LONGEST} characters"),
            received: String::from("nothing: the header is missing"),
        };
        return Err(misfit("idempotency_key_present", "header", vec![violation]));
    }
    request.exchange.note(|notes| {
        notes.find(Finding::new(
            "idempotency_key_missing",
            "The request changes something and carries no Idempotency-Key: a retry would do it twice. The profile `strict` refuses it.",
            CLAUSE,
        ));
    });
    Ok(())
}

/// Does `work` in one unit, or gives the answer that the same request got before.
pub(crate) async fn once<W>(call: &Call, work: W) -> Result<Answer, Failure>
where
    W: for<'tx> FnOnce(&'tx mut WorldTx, &'tx Origin) -> BoxFuture<'tx, Result<Answer, Failure>>
        + Send
        + 'static,
{
    let (origin, key, now) = (call.origin(), call.key.clone(), call.now());
    let (answer, before) = call
        .services
        .world
        .write(move |tx| {
            Box::pin(async move {
                if let Some(key) = &key
                    && let Some(before) = kept::find(reading(tx), &key.scope, now).await?
                {
                    if before.request_hash != key.request_hash {
                        return Err(Failure::from(mismatch(&before)));
                    }
                    return Ok((replayed(&before), Some(before)));
                }
                let answer = work(tx, &origin).await?;
                if let Some(key) = key {
                    let keep = KeptAnswer {
                        request_hash: key.request_hash,
                        status: answer.status.as_u16(),
                        body: answer.body.clone(),
                        seq: answer.seq,
                        created_at: now,
                        expires_at: now.plus(key.life),
                    };
                    kept::keep(tx, &key.scope, &keep).await?;
                }
                Ok((answer, None))
            })
        })
        .await?;
    if let Some(before) = before {
        call.exchange.note(|notes| {
            let entry = before
                .seq
                .map_or_else(String::new, |seq| format!(", journal entry {}", seq.0));
            notes.fact(
                "idempotency_replay",
                format!("the answer first given at {}{entry}", before.created_at),
            );
        });
    }
    Ok(answer)
}

fn replayed(before: &KeptAnswer) -> Answer {
    Answer {
        status: StatusCode::from_u16(before.status).unwrap_or(StatusCode::OK),
        body: before.body.clone(),
        headers: vec![(REPLAYED, HeaderValue::from_static("true"))],
        seq: before.seq,
    }
}

fn mismatch(before: &KeptAnswer) -> Refusal {
    Refusal::new(
        "idempotency_key_fits",
        ErrorCode::IdempotencyKeyPayloadMismatch,
        "The Idempotency-Key was used with another request",
        CLAUSE,
    )
    .expected(format!(
        "the same path, query and body as at {}",
        before.created_at
    ))
    .received("another one under the same key")
    .fix("Make a new key for each change; repeat a key only to repeat a request as it was.")
}
