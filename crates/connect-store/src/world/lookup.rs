//! Finding credentials by hash, many at a time: whatever asks while one query runs shares the next one.

use std::collections::HashMap;
use std::sync::Arc;

use connect_core::domain::app::Person;
use connect_core::domain::credential::Credential;
use connect_core::domain::secret::{CredentialHash, SecretText};
use sqlx::SqlitePool;
use tokio::sync::{mpsc, oneshot};

use super::World;
use crate::clients::ClientRecord;
use crate::credentials;
use crate::error::StoreError;

type Reply = oneshot::Sender<Result<Option<Credential>, StoreError>>;

/// The queue of look-ups.
pub(crate) struct Lookup(mpsc::UnboundedSender<(CredentialHash, Reply)>);

/// Most look-ups in one query.
const MOST: usize = 256;

impl Lookup {
    pub(crate) fn start(readers: SqlitePool) -> Self {
        let (sender, mut queue) = mpsc::unbounded_channel::<(CredentialHash, Reply)>();
        tokio::spawn(async move {
            let mut asked = Vec::new();
            while queue.recv_many(&mut asked, MOST).await > 0 {
                answer(&readers, std::mem::take(&mut asked)).await;
            }
        });
        Self(sender)
    }

    pub(crate) async fn find(
        &self,
        hash: CredentialHash,
    ) -> Result<Option<Credential>, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.0
            .send((hash, reply))
            .map_err(|_| StoreError::Closing)?;
        answer.await.map_err(|_| StoreError::Closing)?
    }
}

async fn answer(readers: &SqlitePool, asked: Vec<(CredentialHash, Reply)>) {
    let hashes: Vec<CredentialHash> = asked.iter().map(|(hash, _)| *hash).collect();
    let found = async {
        let mut connection = readers.acquire().await?;
        credentials::by_hashes(&mut connection, &hashes).await
    }
    .await;
    match found {
        Ok(rows) => {
            let rows: HashMap<CredentialHash, Credential> =
                rows.into_iter().map(|row| (row.hash, row)).collect();
            for (hash, reply) in asked {
                let _ = reply.send(Ok(rows.get(&hash).cloned()));
            }
        }
        Err(error) => {
            let message = error.to_string();
            for (_, reply) in asked {
                let _ = reply.send(Err(StoreError::Commit(message.clone())));
            }
        }
    }
}

/// A credential and whom it speaks for.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// The row, whatever its state.
    pub credential: Credential,
    /// The app it was given to; none when the app is gone.
    pub client: Option<Arc<ClientRecord>>,
    /// The persona it speaks for.
    pub person: Option<Arc<Person>>,
}

impl World {
    /// The credential with this value, of any kind and state. Commits acknowledged so far are seen.
    pub async fn find_credential(
        &self,
        value: &SecretText,
    ) -> Result<Option<Credential>, StoreError> {
        self.lookup().find(value.hash()).await
    }

    /// The same, with its app and persona.
    pub async fn find_bearer(&self, value: &SecretText) -> Result<Option<Bearer>, StoreError> {
        let Some(credential) = self.lookup().find(value.hash()).await? else {
            return Ok(None);
        };
        let client = match &credential.client_id {
            Some(id) => self.client(id).await?,
            None => None,
        };
        let person = match &credential.user_id {
            Some(id) => self.person(id).await?,
            None => None,
        };
        Ok(Some(Bearer {
            credential,
            client,
            person,
        }))
    }
}
