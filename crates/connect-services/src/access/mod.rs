//! Everything that is checked around a call, in this order: the token (one place, present, known, an access token, live,
//! its app enabled, its person there), the gate (scope, audience, BAA), the rate, the query, the idempotency key. What
//! depends on the body (schema, brand, ownership) is checked by the operation, with the names of [`subject`].

mod gate;
pub(crate) mod idempotency;
mod limit;
mod subject;
mod token;

use std::sync::Arc;

use bytes::Bytes;
use connect_wire::ExchangeHandle;
use http::HeaderMap;
use http::header::CONTENT_TYPE;

pub(crate) use subject::not_visible;

use crate::Services;
use crate::call::Call;
use crate::catalogue::Operation;
use crate::failure::Failure;
use crate::query::Query;

/// A request that reached an operation.
pub(crate) struct Request {
    pub(crate) exchange: ExchangeHandle,
    pub(crate) operation: &'static Operation,
    pub(crate) path: Vec<(&'static str, String)>,
    pub(crate) query: String,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    /// The one value of a header; none when it is absent, repeated or no text.
    fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let first = values.next()?;
        values.next().is_none().then_some(())?;
        first.to_str().ok()
    }
}

/// Lets a request in as a call of its operation, or says why not.
pub(crate) async fn admit(services: &Arc<Services>, request: Request) -> Result<Call, Failure> {
    let bearer = token::check(services, &request).await?;
    let caller = gate::check(&request, bearer)?;
    limit::check(services, &request, &caller)?;
    let query = Query::read(request.operation, &request.query, &request.exchange)?;
    let key = idempotency::check(services, &request, &caller)?;
    let content_type = request
        .header(CONTENT_TYPE.as_str())
        .unwrap_or("")
        .to_owned();
    Ok(Call {
        services: Arc::clone(services),
        exchange: request.exchange,
        operation: request.operation,
        path: request.path,
        query,
        content_type,
        body: request.body,
        caller,
        key,
    })
}
