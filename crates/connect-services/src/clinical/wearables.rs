//! `GET /v1/wearables/connections`, `DELETE …/{provider}`, `POST /v1/wearables/link/exchange`: wearables come and go.

use connect_core::Timestamp;
use connect_core::domain::journal::Kind;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::clinical::wearables::{
    self as rows, ConnectionStatus, Provider, WearableConnection,
};
use connect_store::services::reading;
use connect_store::services::word::Word as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::access::not_visible;
use crate::answer::Answer;
use crate::body::misfit;
use crate::call::Call;
use crate::catalogue::{Operation, Parameter, Verb};
use crate::failure::Failure;
use crate::patient_graph::entries;
use crate::schema::{Violation, words};
use crate::service::Service;

pub(crate) const CONNECTIONS: Operation = Operation::new::<ConnectionList>(
    Service::Clinical,
    Verb::Get,
    "/v1/wearables/connections",
    "wearables_connections",
    "read:wearables",
    |call| Box::pin(list(call)),
)
.summary("The wearables of the token's person")
.source("/reference/api/clinical/get_v1_wearables_connections");

pub(crate) const DISCONNECT: Operation = Operation::new::<ConnectionView>(
    Service::Clinical,
    Verb::Delete,
    "/v1/wearables/connections/{provider}",
    "wearables_disconnect",
    "write:wearables",
    |call| Box::pin(disconnect(call)),
)
.summary("Disconnect a wearable")
.notes(
    "Answers with the connection as it is then. Assumed: one that is disconnected already is 404, and one whose status is \
     `error` is 502, since its vendor does not answer.",
)
.source("/reference/api/clinical/delete_v1_wearables_connections__provider")
.parameters(&[Parameter::path("provider", "The vendor.")])
.refuses(&[ErrorCode::NotFound, ErrorCode::UpstreamError]);

pub(crate) const LINK: Operation = Operation::new::<ConnectionView>(
    Service::Clinical,
    Verb::Post,
    "/v1/wearables/link/exchange",
    "wearables_link_exchange",
    "write:wearables",
    |call| Box::pin(link(call)),
)
.creates()
.summary("Connect a wearable")
.notes(
    "No vendor is asked: any link token of 8 characters or more will do, but one that begins with `unreachable` is 502 \
     (assumed). Without `provider` it is Oura (assumed). A connection to the same vendor is replaced.",
)
.source("/reference/api/clinical/post_v1_wearables_link_exchange")
.takes::<LinkRequest>()
.refuses(&[ErrorCode::UpstreamError]);

/// Connections.
#[derive(Debug, Serialize, JsonSchema)]
struct ConnectionList {
    connections: Vec<ConnectionView>,
}

/// A connection on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct ConnectionView {
    #[schemars(schema_with = "words::uuid")]
    id: String,
    patient_id: String,
    #[schemars(schema_with = "words::word::<Provider>")]
    provider: Provider,
    junction_user_id: String,
    #[schemars(schema_with = "words::word::<ConnectionStatus>")]
    status: ConnectionStatus,
    connected_at: Timestamp,
    last_synced_at: Option<Timestamp>,
}

impl From<&WearableConnection> for ConnectionView {
    fn from(row: &WearableConnection) -> Self {
        Self {
            id: row.id.to_string(),
            patient_id: row.user_id.to_string(),
            provider: row.provider,
            junction_user_id: row.junction_user_id.clone(),
            status: row.status,
            connected_at: row.connected_at,
            last_synced_at: row.last_synced_at,
        }
    }
}

/// The vendor's word that the person agreed.
#[derive(Debug, Deserialize, JsonSchema)]
struct LinkRequest {
    /// What the vendor's page gave.
    #[schemars(length(min = 8, max = 512))]
    link_token: String,
    /// The vendor.
    #[serde(default)]
    #[schemars(schema_with = "words::word_or_null::<Provider>")]
    provider: Option<Provider>,
}

async fn list(call: &Call) -> Result<Answer, Failure> {
    let person = call.person()?;
    let connections = rows::list(&mut *call.read().await?, &person.id).await?;
    Ok(Answer::ok(&ConnectionList {
        connections: connections.iter().map(ConnectionView::from).collect(),
    }))
}

async fn disconnect(call: &Call) -> Result<Answer, Failure> {
    let person = call.person()?;
    let Some(provider) = Provider::from_word(call.part("provider")) else {
        let violation = Violation {
            path: String::from("provider"),
            expected: format!("one of {}", Provider::WORDS.join(", ")),
            received: format!(
                "a string of {} characters",
                call.part("provider").chars().count()
            ),
        };
        return Err(misfit("provider_known", "path", vec![violation]));
    };
    call.write(move |tx, origin| {
        Box::pin(async move {
            let known = rows::list(reading(tx), &person.id).await?;
            let found = known
                .into_iter()
                .find(|row| row.provider == provider && row.status != ConnectionStatus::Disconnected);
            let Some(mut connection) = found else {
                return Err(not_visible(
                    "wearable_connected",
                    "There is no connection to this vendor",
                    String::from("a vendor that the person is connected to"),
                    provider.as_str(),
                    "GET /v1/wearables/connections lists the connections and their status.",
                ));
            };
            if connection.status == ConnectionStatus::Error {
                return Err(vendor_silent(provider.as_str()).into());
            }
            connection.status = ConnectionStatus::Disconnected;
            rows::put(tx, std::slice::from_ref(&connection)).await?;
            let detail = json!({ "table": "wearable_connections", "user_id": person.id, "status": connection.status });
            let seq = tx.journal(origin, Kind::RecordUpdated, connection.id.as_str(), &detail);
            Ok(Answer::ok(&ConnectionView::from(&connection)).caused(seq))
        })
    })
    .await
}

async fn link(call: &Call) -> Result<Answer, Failure> {
    let request: LinkRequest = call.json()?;
    let person = call.person()?;
    let provider = request.provider.unwrap_or(Provider::Oura);
    if request.link_token.starts_with("unreachable") {
        return Err(vendor_silent(provider.as_str()).into());
    }
    call.passed("vendor_answers");
    let (env, now) = (call.env(), call.now());
    call.write(move |tx, origin| {
        Box::pin(async move {
            let connection = WearableConnection {
                id: env.id(),
                user_id: person.id.clone(),
                brand_id: person.brand_id.clone(),
                provider,
                junction_user_id: format!("junction_{}", env.ulid()),
                status: ConnectionStatus::Connected,
                connected_at: now,
                last_synced_at: None,
            };
            rows::put(tx, std::slice::from_ref(&connection)).await?;
            let detail = json!({ "table": "wearable_connections", "user_id": person.id, "provider": provider });
            let seq = tx.journal(origin, Kind::RecordCreated, connection.id.as_str(), &detail);
            entries::add(tx, &env, &person, now, entries::wearable_connected(&connection)).await?;
            Ok(Answer::created(&ConnectionView::from(&connection)).caused(seq))
        })
    })
    .await
}

fn vendor_silent(provider: &'static str) -> Refusal {
    Refusal::new(
        "vendor_answers",
        ErrorCode::UpstreamError,
        "The wearable's vendor did not answer",
        Clause::documented("/reference/api/clinical: 502 on wearables"),
    )
    .expected("a vendor that answers")
    .received(format!("{provider}, which the sandbox plays as silent"))
    .fix("Retry later, as in production. Here: a connection of status `error` and a link token that begins with `unreachable` always do this.")
}
