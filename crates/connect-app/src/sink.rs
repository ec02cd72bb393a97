//! Where the platform's exchanges go: into the traffic of the workspace.

use connect_core::domain::exchange::Notes;
use connect_core::domain::redaction::scrub;
use connect_store::traffic::{NewExchange, Timing, Traffic};
use connect_wire::{Exchange, ExchangeSink, Stray};

/// Records exchanges.
pub(crate) struct TrafficSink(pub(crate) Traffic);

impl ExchangeSink for TrafficSink {
    async fn record(&self, exchange: Exchange) {
        let timing = Timing {
            head_us: exchange.timing.head_us,
            body_us: exchange.timing.body_us.unwrap_or(exchange.timing.head_us),
            answered_us: exchange
                .timing
                .answered_us
                .unwrap_or(exchange.timing.done_us),
            done_us: exchange.timing.done_us,
        };
        self.0
            .record(NewExchange {
                id: exchange.id,
                listener: exchange.listener,
                at: exchange.started,
                peer: exchange.peer.to_string(),
                // Anything may stand in these, a token too; the target is scrubbed where it is stored.
                method: scrub(exchange.method.as_str()),
                target: exchange.target,
                host: scrub(&exchange.host.unwrap_or_default()),
                status: exchange.status,
                ended: exchange.ended.text().to_owned(),
                timing,
                request_len: exchange.request.len,
                response_len: exchange.response.len,
                request: exchange.request.bytes,
                response: exchange.response.bytes,
                notes: exchange.notes,
            })
            .await;
    }

    async fn stray(&self, stray: Stray) {
        self.0
            .record(NewExchange {
                id: stray.id,
                listener: stray.listener,
                at: stray.ended,
                peer: stray.peer.to_string(),
                method: String::new(),
                target: String::new(),
                host: String::new(),
                status: None,
                ended: stray.reason.text().to_owned(),
                timing: Timing::default(),
                request_len: stray.received.len,
                response_len: stray.sent.len,
                request: stray.received.bytes,
                response: stray.sent.bytes,
                notes: Notes::default(),
            })
            .await;
    }
}
