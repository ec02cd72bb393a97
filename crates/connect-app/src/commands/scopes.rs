//! `scopes_*`.

use connect_core::protocol::scope::CATALOGUE;
use connect_rpc::Nothing;
use connect_rpc::scopes as rpc;

use super::Answer;
use crate::App;

pub(super) async fn list(_: &App, _: Nothing) -> Answer<rpc::ScopeList> {
    let scopes = CATALOGUE
        .iter()
        .map(|scope| rpc::Scope {
            name: scope.name.to_owned(),
            gates: scope.gates.to_owned(),
            consent: scope.consent.to_owned(),
            service: scope.service.to_owned(),
            phi: scope.phi,
            standing: scope.standing,
            phi_standing: scope.phi_standing,
            machine_only: scope.machine_only,
        })
        .collect();
    Ok(rpc::ScopeList { scopes })
}
