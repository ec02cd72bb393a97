//! Asking a running sandbox.

use std::path::Path;

use connect_app::control::client::Client;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::Failure;

/// A running sandbox.
pub(super) struct Sandbox(Client);

impl Sandbox {
    /// The one on `data_dir`.
    pub(super) async fn on(data_dir: &Path) -> Result<Self, Failure> {
        Ok(Self(Client::connect(data_dir).await?))
    }

    /// Calls a command.
    pub(super) async fn call(&mut self, command: &str, payload: Value) -> Result<Value, Failure> {
        Ok(self.0.call(command, payload).await?)
    }

    /// Calls a command whose answer is known.
    pub(super) async fn get<T: DeserializeOwned>(
        &mut self,
        command: &'static str,
        payload: Value,
    ) -> Result<T, Failure> {
        let answer = self.call(command, payload).await?;
        serde_json::from_value(answer).map_err(|error| Failure::UnknownAnswer(command, error))
    }
}
