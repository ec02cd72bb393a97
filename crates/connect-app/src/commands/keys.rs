//! `keys_*`.

use connect_core::domain::actor::Actor;
use connect_core::domain::app::IdTokenAlg;
use connect_core::domain::credential::CredentialKind;
use connect_rpc::keys as rpc;
use connect_rpc::{ErrorCode, Nothing, RpcError};
use connect_store::clients;
use connect_store::sealing::{Confirmed, KeyPreference};

use super::{Answer, broken, chain};
use crate::App;

pub(super) async fn list(app: &App, _: Nothing) -> Answer<rpc::KeyList> {
    let keys = app.0.identity.keys.published().await.map_err(failed)?;
    let keys = keys
        .iter()
        .map(|key| rpc::Key {
            kid: key.kid.clone(),
            alg: key.alg,
            created_at: key.created_at,
            retired_at: key.retired_at,
        })
        .collect();
    Ok(rpc::KeyList { keys })
}

pub(super) async fn rotate(app: &App, request: rpc::RotateKey) -> Answer<rpc::KeyList> {
    let origin = app.origin(Actor::Console);
    let keys = &app.0.identity.keys;
    keys.rotate(request.alg.unwrap_or(IdTokenAlg::EdDsa), &origin)
        .await
        .map_err(failed)?;
    list(app, Nothing {}).await
}

pub(super) async fn remake(app: &App, request: rpc::RemakeKeys) -> Answer<rpc::Remade> {
    if !request.confirm {
        return Err(RpcError::new(
            ErrorCode::NotConfirmed,
            "this gives up every sealed value (tokens, secrets and signing keys are made anew, so .env files must be copied again); send {\"confirm\": true}",
        ));
    }
    let mut random = |bytes: &mut [u8]| app.0.env.fill(bytes);
    let preference = if app.0.config.key_file {
        KeyPreference::File
    } else {
        KeyPreference::Keychain
    };
    app.0
        .vault
        .remake(Confirmed, preference, &mut random)
        .await
        .map_err(|error| RpcError::new(ErrorCode::Conflict, chain(&error)))?;
    let origin = app.origin(Actor::Console);
    let mut algorithms: Vec<IdTokenAlg> = Vec::new();
    for key in app
        .0
        .identity
        .keys
        .published()
        .await
        .map_err(failed)?
        .iter()
    {
        if key.retired_at.is_none() && !algorithms.contains(&key.alg) {
            algorithms.push(key.alg);
        }
    }
    app.0.identity.keys.forget();
    let mut signing_keys = Vec::new();
    for alg in algorithms {
        signing_keys.push(
            app.0
                .identity
                .keys
                .rotate(alg, &origin)
                .await
                .map_err(failed)?,
        );
    }
    let all = clients::list(&mut *app.0.world.read().await.map_err(broken)?)
        .await
        .map_err(broken)?;
    let mut apps = Vec::new();
    for (client, _) in all {
        let mut remade = false;
        for kind in [CredentialKind::ClientSecret, CredentialKind::WebhookSecret] {
            remade |= app
                .0
                .identity
                .remake_secret(&client.id, kind, origin.clone())
                .await
                .map_err(|error| RpcError::new(ErrorCode::Internal, chain(&error)))?;
        }
        if remade {
            apps.push(client.id.to_string());
        }
    }
    let place = app
        .0
        .vault
        .status()
        .place
        .map_or_else(|| "unknown".to_owned(), |place| place.as_str().to_owned());
    Ok(rpc::Remade {
        place,
        apps,
        signing_keys,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn failed(error: connect_identity::KeyError) -> RpcError {
    RpcError::new(ErrorCode::KeyUnavailable, chain(&error))
}
