//! `POST /v1/reports`: somebody reports a person, a post or a comment.

use connect_core::Timestamp;
use connect_core::domain::journal::Kind;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::id::UserId;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::community::reports::{self as rows, Report, ReportTarget};
use connect_store::services::community::{members, posts};
use connect_store::services::{Connection, reading};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::access::not_visible;
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::{Operation, Verb};
use crate::failure::Failure;
use crate::schema::words;
use crate::service::Service;

pub(crate) const CREATE: Operation = Operation::new::<ReportView>(
    Service::Community,
    Verb::Post,
    "/v1/reports",
    "reports_create",
    "write:community",
    |call| Box::pin(create(call)),
)
.creates()
.summary("Report something")
.notes("The shape of the answer is assumed. The sandbox has no comments: the id of one is taken as it is.")
.source("/reference/api/community/post_v1_reports")
.takes::<ReportRequest>()
.refuses(&[ErrorCode::NotFound, ErrorCode::Conflict]);

/// A report as sent.
#[derive(Debug, Deserialize, JsonSchema)]
struct ReportRequest {
    #[schemars(schema_with = "words::word::<ReportTarget>")]
    target_type: ReportTarget,
    #[schemars(length(min = 1, max = 200))]
    target_id: String,
    #[schemars(length(min = 1, max = 500))]
    reason: String,
    #[serde(default)]
    #[schemars(length(max = 5_000))]
    notes: Option<String>,
}

/// A report on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct ReportView {
    id: String,
    #[schemars(schema_with = "words::word::<ReportTarget>")]
    target_type: ReportTarget,
    target_id: String,
    reason: String,
    notes: Option<String>,
    status: String,
    created_at: Timestamp,
}

async fn create(call: &Call) -> Result<Answer, Failure> {
    let request: ReportRequest = call.json()?;
    let person = call.person()?;
    let (env, now) = (call.env(), call.now());
    call.write(move |tx, origin| {
        Box::pin(async move {
            if !is_there(
                reading(tx),
                &person.brand_id,
                request.target_type,
                &request.target_id,
            )
            .await?
            {
                return Err(not_visible(
                    "target_known",
                    "There is nothing of this kind with this id in this brand",
                    format!("the id of a {} of the brand", request.target_type.as_str()),
                    &request.target_id,
                    "Report what the person can see.",
                ));
            }
            if rows::exists(
                reading(tx),
                &person.id,
                request.target_type,
                &request.target_id,
            )
            .await?
            {
                return Err(reported_already().into());
            }
            let row = Report {
                id: env.id(),
                user_id: person.id.clone(),
                brand_id: person.brand_id.clone(),
                target_type: request.target_type,
                target_id: request.target_id,
                reason: request.reason,
                notes: request.notes,
                status: String::from("open"),
                created_at: now,
            };
            rows::insert(tx, &row).await?;
            let detail =
                json!({ "table": "reports", "user_id": person.id, "target_type": row.target_type });
            let seq = tx.journal(origin, Kind::RecordCreated, row.id.as_str(), &detail);
            Ok(Answer::created(&ReportView {
                id: row.id.to_string(),
                target_type: row.target_type,
                target_id: row.target_id,
                reason: row.reason,
                notes: row.notes,
                status: row.status,
                created_at: row.created_at,
            })
            .caused(seq))
        })
    })
    .await
}

async fn is_there(
    connection: &mut Connection,
    brand: &str,
    target: ReportTarget,
    id: &str,
) -> Result<bool, Failure> {
    Ok(match target {
        ReportTarget::User => members::role(connection, brand, &UserId::from_text(id))
            .await?
            .is_some(),
        ReportTarget::Post => posts::get(connection, brand, id).await?.is_some(),
        ReportTarget::Comment => true,
    })
}

fn reported_already() -> Refusal {
    Refusal::new(
        "not_reported_yet",
        ErrorCode::Conflict,
        "The person has reported this already",
        Clause::documented("/reference/api/community/post_v1_reports 409"),
    )
    .expected("something not reported yet")
    .received("a second report of the same")
    .fix("Treat 409 as done.")
}
