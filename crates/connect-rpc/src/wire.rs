//! What goes over the local socket and `POST /rpc`.
//!
//! Local socket: one JSON object a line. A request has an `id`, which its answer repeats; `{"subscribe": true}` turns
//! the connection into a stream of [`Changed`] lines, as `GET /events` is. `POST /rpc` takes [`Call`] and answers the
//! command's result.
//!
//! The first line of such a stream has no topics: it says that everything from then on will be told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{RpcError, Topic};

/// A call: `{"cmd": "apps_list", "payload": {}}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The command's name.
    pub cmd: String,
    /// Its request; may be left out when it takes none.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub payload: Value,
}

/// A line from the client of the local socket.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Line {
    /// A call with a number of the caller's.
    Call {
        /// Repeated in the answer.
        id: u64,
        /// The call.
        #[serde(flatten)]
        call: Call,
    },
    /// Asks for changes from now on.
    Subscribe {
        /// True.
        subscribe: bool,
    },
}

/// A line to the client of the local socket.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// It worked.
    Ok {
        /// The call's number.
        id: u64,
        /// The command's answer.
        ok: Value,
    },
    /// It did not.
    Error {
        /// The call's number; none when the line could not be read.
        id: Option<u64>,
        /// Why.
        error: RpcError,
    },
}

/// A change: what to fetch again. The first of a stream is empty and says that the stream has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Changed {
    /// Topics that changed, each once, in order.
    pub topics: Vec<Topic>,
    /// The last journal entry, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<i64>,
    /// The last exchange, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<i64>,
    /// Changes were missed: fetch everything again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missed: bool,
}

/// Where a running sandbox can be reached: `runtime.json` in its data directory, there while it runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Runtime {
    /// Process id.
    pub pid: u32,
    /// The local socket: a path, or the name of a pipe on Windows.
    pub socket: String,
    /// Base URL of the platform listener.
    pub platform: String,
    /// Base URL of the control listener, when there is one. Its token is not here.
    pub control: Option<String>,
}
