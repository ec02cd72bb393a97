//! Other targets: which hosts the simulator may send requests to, and what is remembered for them.

use connect_core::domain::actor::Actor;
use connect_core::domain::journal::Kind;
use connect_rpc::simulator as rpc;
use connect_rpc::{ErrorCode, Nothing, RpcError};
use connect_simulator::session::Target;
use connect_store::StoreError;
use connect_store::sealing::Sealer;
use connect_store::traffic::WalkTarget;
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::{Host, Url};

use super::choices::choices;
use super::setup::invalid;
use super::{sealer, unreadable};
use crate::App;
use crate::commands::{Answer, broken, not_found};

/// What is remembered for a target.
#[derive(Default, Serialize, Deserialize)]
struct Remembered {
    client_id: Option<String>,
    client_secret: Option<String>,
}

pub(in crate::commands) async fn unlock(
    app: &App,
    request: rpc::UnlockTarget,
) -> Answer<rpc::WalkChoices> {
    let url = base(&request.base_url)?;
    let host = url.host_str().unwrap_or_default();
    let confirmed = request.confirm.trim();
    let authority = url.authority();
    if confirmed != host && confirmed != authority {
        return Err(RpcError::new(
            ErrorCode::NotConfirmed,
            format!(
                "this lets the simulator send requests to {host}, credentials among them; send {{\"confirm\": \"{host}\"}}"
            ),
        )
        .with(json!({ "confirm": host })));
    }
    let base_url = text_of(&url);
    let sealer = sealer(app).await?;
    let before = find(app, &sealer, &base_url).await?;
    let mut remembered = before.map(|(_, remembered)| remembered).unwrap_or_default();
    if let Some(id) = request.client_id {
        remembered.client_id = Some(id).filter(|it| !it.is_empty());
    }
    if let Some(secret) = request.client_secret {
        remembered.client_secret = Some(secret).filter(|it| !it.is_empty());
    }
    let target = WalkTarget {
        base_url: base_url.clone(),
        unlocked_at: app.0.env.wall_now(),
        remembered: serde_json::to_vec(&remembered)
            .map_err(|error| RpcError::new(ErrorCode::Internal, error.to_string()))?,
    };
    let nonce = app.0.env.random();
    let saved = app.0.traffic.save_walk_target(target, &sealer, nonce);
    saved.await.map_err(broken)?;
    journal(app, Kind::TargetUnlocked, base_url).await?;
    choices(app, Nothing::default()).await
}

pub(in crate::commands) async fn lock(
    app: &App,
    request: rpc::TargetRef,
) -> Answer<rpc::WalkChoices> {
    let base_url = text_of(&base(&request.base_url)?);
    let was_there = app.0.traffic.delete_walk_target(&base_url).await;
    if !was_there.map_err(broken)? {
        return Err(not_found("unlocked target", &base_url, "simulator_choices"));
    }
    journal(app, Kind::TargetLocked, base_url).await?;
    choices(app, Nothing::default()).await
}

/// The target that a base URL names. Another name of this sandbox is another issuer, and so another target.
pub(super) fn of(app: &App, text: &str) -> Answer<Target> {
    let base_url = text_of(&base(text)?);
    Ok(Target {
        own: base_url == app.platform(),
        base_url,
    })
}

/// Whether a walk may go there: to this sandbox, to this machine, or to a host that was unlocked.
pub(super) async fn allowed(app: &App, target: &Target) -> Answer<()> {
    let url = base(&target.base_url)?;
    if target.own || is_loopback(&url) {
        return Ok(());
    }
    let sealer = sealer(app).await?;
    if find(app, &sealer, &target.base_url).await?.is_some() {
        return Ok(());
    }
    Err(RpcError::new(
        ErrorCode::Conflict,
        format!(
            "{} is not unlocked: nothing leaves this machine unasked; unlock it with simulator_unlock",
            target.base_url
        ),
    )
    .with(json!({ "unlock": target.base_url })))
}

/// What is remembered for a target: client id and secret.
pub(super) async fn remembered(
    app: &App,
    sealer: &Sealer,
    base_url: &str,
) -> Answer<Option<(Option<String>, Option<String>)>> {
    let found = find(app, sealer, base_url).await?;
    Ok(found.map(|(_, it)| (it.client_id, it.client_secret)))
}

/// Every target that was unlocked.
pub(super) async fn unlocked(app: &App, sealer: &Sealer) -> Answer<Vec<rpc::UnlockedTarget>> {
    let targets = app.0.traffic.walk_targets(sealer).await;
    let targets = targets.map_err(unreadable)?.into_iter();
    Ok(targets
        .map(|target| {
            let remembered = read(&target);
            rpc::UnlockedTarget {
                base_url: target.base_url,
                unlocked_at: target.unlocked_at,
                client_id: remembered.client_id,
                has_secret: remembered.client_secret.is_some(),
            }
        })
        .collect())
}

async fn find(
    app: &App,
    sealer: &Sealer,
    base_url: &str,
) -> Answer<Option<(WalkTarget, Remembered)>> {
    let targets = app
        .0
        .traffic
        .walk_targets(sealer)
        .await
        .map_err(unreadable)?;
    let mut targets = targets.into_iter();
    let found = targets.find(|target| target.base_url == base_url);
    Ok(found.map(|target| {
        let remembered = read(&target);
        (target, remembered)
    }))
}

fn read(target: &WalkTarget) -> Remembered {
    serde_json::from_slice(&target.remembered).unwrap_or_default()
}

async fn journal(app: &App, kind: Kind, base_url: String) -> Answer<()> {
    let origin = app.origin(Actor::Console);
    app.0
        .world
        .write(move |tx| {
            Box::pin(async move {
                tx.journal(&origin, kind, &base_url, &json!({}));
                Ok::<_, StoreError>(())
            })
        })
        .await
        .map_err(broken)
}

/// A base URL: `https`, or `http` to this machine; nothing behind the host.
fn base(text: &str) -> Answer<Url> {
    let wrong = |why: &str| invalid("base_url", why);
    let url = Url::parse(text.trim())
        .map_err(|error| wrong(&format!("`{}` is not a URL: {error}", text.trim())))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        _ => return Err(wrong("`https` is needed; `http` goes to this machine only")),
    }
    let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    if !bare || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(
            "the server's name and port alone are needed, such as https://identity.example.com",
        ));
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn text_of(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}
