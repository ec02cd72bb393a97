//! The token, the gate, brand and ownership: each refusal says why.

use std::time::Duration;

use connect_core::domain::credential::CredentialKind;
use connect_core::domain::settings::Settings;
use connect_store::credentials;
use serde_json::json;

use super::sandbox::{Ask, Sandbox};

fn me() -> Ask {
    Ask::get("/v1/biomarkers/me")
}

#[tokio::test]
async fn another_scheme_or_an_empty_one_is_no_bearer_token() {
    let sandbox = Sandbox::start().await;
    for value in ["Basic YTpi", "Bearer", "Bearer "] {
        let reply = sandbox.send(me().header("authorization", value)).await;
        assert_eq!(
            (reply.status.as_u16(), reply.error()),
            (401, "unauthenticated"),
            "{value}"
        );
    }
    let token = sandbox.all("maya").await;
    let reply = sandbox
        .send(Ask::get(format!(
            "/v1/biomarkers/me?access_token={}",
            token.expose()
        )))
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.refused_by()),
        (401, "token_in_header")
    );
    let twice = me().bearer(&token).header("authorization", "Bearer x");
    assert_eq!(sandbox.send(twice).await.refused_by(), "token_in_one_place");
    let form = Ask::new("POST", "/v1/check-ins")
        .bearer(&token)
        .header("content-type", "application/x-www-form-urlencoded");
    let form = Ask {
        body: format!("access_token={}", token.expose()).into_bytes(),
        ..form
    };
    assert_eq!(sandbox.send(form).await.refused_by(), "token_in_one_place");
}

#[tokio::test]
async fn what_is_no_access_token_is_told_what_it_is() {
    let sandbox = Sandbox::start().await;
    let user = Some(sandbox.id("maya").clone());
    for (kind, named) in [
        (CredentialKind::RefreshToken, "refresh_token"),
        (CredentialKind::Code, "code"),
        (CredentialKind::ClientSecret, "client_secret"),
    ] {
        let token = sandbox
            .issue(
                kind,
                sandbox.app.clone(),
                user.clone(),
                "read:biomarkers",
                None,
            )
            .await;
        let reply = sandbox.send(me().bearer(&token)).await;
        assert_eq!(
            (reply.error(), reply.refused_by()),
            ("invalid_token", "token_is_access_token")
        );
        assert!(reply.received().contains(named), "{}", reply.received());
    }
    let jwt =
        connect_core::domain::secret::SecretText::new("eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2ln");
    let reply = sandbox.send(me().bearer(&jwt)).await;
    assert!(
        reply.received().contains("id_token"),
        "{}",
        reply.received()
    );
}

#[tokio::test]
async fn an_expired_token_says_when() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("maya").await;
    sandbox.clock.advance(Duration::from_secs(3_599));
    assert_eq!(sandbox.send(me().bearer(&token)).await.status, 200);
    sandbox.clock.advance(Duration::from_secs(1));
    let reply = sandbox.send(me().bearer(&token)).await;
    assert_eq!(
        (reply.error(), reply.refused_by()),
        ("invalid_token", "token_unexpired")
    );
    assert!(
        reply.received().contains("2026-05-22T13:34:56Z"),
        "{}",
        reply.received()
    );
}

#[tokio::test]
async fn a_revoked_token_names_the_journal_entry_that_ended_it() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("maya").await;
    let found = sandbox
        .world
        .find_credential(&token)
        .await
        .expect("reads")
        .expect("a token");
    let origin = sandbox.origin();
    sandbox
        .write(move |tx| {
            Box::pin(async move {
                credentials::revoke(tx, &origin, &found.id)
                    .await
                    .map(|_| ())
            })
        })
        .await;
    let reply = sandbox.send(me().bearer(&token)).await;
    assert_eq!(
        (reply.error(), reply.refused_by()),
        ("invalid_token", "token_unrevoked")
    );
    assert!(
        reply.received().contains("(credential.revoked) by console"),
        "{}",
        reply.received()
    );
    assert_eq!(reply.notes.trace, Some(found_trace(&sandbox, &token).await));
}

async fn found_trace(
    sandbox: &Sandbox,
    token: &connect_core::domain::secret::SecretText,
) -> connect_core::id::TraceId {
    sandbox
        .world
        .find_credential(token)
        .await
        .expect("reads")
        .expect("a token")
        .trace
}

#[tokio::test]
async fn a_disabled_app_and_a_removed_person_are_turned_away_at_once() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("maya").await;
    sandbox
        .change_app(&sandbox.app, |app| app.enabled = false)
        .await;
    let reply = sandbox.send(me().bearer(&token)).await;
    assert_eq!(
        (reply.error(), reply.refused_by()),
        ("invalid_token", "app_enabled")
    );
    sandbox
        .change_app(&sandbox.app, |app| app.enabled = true)
        .await;
    assert_eq!(sandbox.send(me().bearer(&token)).await.status, 200);

    // Removed as it is done by hand: its row is gone, its token is not.
    let nobody = sandbox.nobody().await;
    let reply = sandbox.send(me().bearer(&nobody)).await;
    assert_eq!(
        (reply.error(), reply.refused_by()),
        ("invalid_token", "person_known")
    );
}

#[tokio::test]
async fn each_token_reads_its_own_persons_data_only() {
    let sandbox = Sandbox::start().await;
    for name in ["maya", "jonas", "priya"] {
        let token = sandbox.all(name).await;
        let reply = sandbox.send(me().bearer(&token)).await;
        let results = reply.body["results"].as_array().expect("results");
        assert_eq!(results.len(), 25);
        assert!(
            results
                .iter()
                .all(|row| row["patient_id"] == sandbox.id(name).as_str())
        );
        assert_eq!(reply.notes.user.as_ref(), Some(sandbox.id(name)));
    }
}

#[tokio::test]
async fn results_come_in_pages_newest_first_and_the_header_says_how_many_there_are() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("maya").await;
    let all = sandbox
        .send(Ask::get("/v1/biomarkers/me?limit=200").bearer(&token))
        .await;
    let page = sandbox
        .send(Ask::get("/v1/biomarkers/me?limit=10&offset=190").bearer(&token))
        .await;
    assert_eq!(all.header("x-total-count"), "207");
    assert_eq!(all.body["count"], 200);
    assert_eq!(page.body["results"][0], all.body["results"][190]);
    let times: Vec<&str> = all.body["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|row| row["collected_at"].as_str().expect("a time"))
        .collect();
    assert!(times.windows(2).all(|pair| pair[0] >= pair[1]));
    for query in ["limit=0", "limit=201", "limit=ten", "offset=-1"] {
        let reply = sandbox
            .send(Ask::get(format!("/v1/biomarkers/me?{query}")).bearer(&token))
            .await;
        assert_eq!(
            (reply.status.as_u16(), reply.refused_by()),
            (400, "query_fits"),
            "{query}"
        );
        assert_eq!(
            reply.body["details"][0]["path"],
            query.split('=').next().expect("a name")
        );
    }
}

#[tokio::test]
async fn a_machine_reads_anybody_of_its_brand_and_nothing_else() {
    let sandbox = Sandbox::start().await;
    let machine = sandbox.machine(None, "admin:clinical").await;
    let token = sandbox
        .issue(
            CredentialKind::M2mToken,
            machine.clone(),
            None,
            "admin:clinical",
            Some("clinical"),
        )
        .await;
    let about = |name: &str| {
        Ask::get(format!("/v1/biomarkers?user_id={}", sandbox.id(name))).bearer(&token)
    };
    let reply = sandbox.send(about("maya")).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.notes.user.as_ref(), Some(sandbox.id("maya")));

    // priya is of another brand, which a machine may name.
    assert_eq!(
        sandbox.send(about("priya")).await.refused_by(),
        "person_of_the_brand"
    );
    assert_eq!(
        sandbox
            .send(about("priya").header("x-brand-id", "loopbio"))
            .await
            .status,
        200
    );
    let reply = sandbox
        .send(about("priya").header("x-brand-id", "other"))
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.refused_by()),
        (403, "brand_known")
    );

    // A person's operations are not a machine's.
    let reply = sandbox.send(me().bearer(&token)).await;
    assert_eq!(
        (reply.status.as_u16(), reply.error()),
        (403, "insufficient_scope")
    );

    // A token for another service is not good here.
    let other = sandbox
        .issue(
            CredentialKind::M2mToken,
            machine,
            None,
            "admin:clinical",
            Some("payments"),
        )
        .await;
    let reply = sandbox.send(about("maya").bearer(&other)).await;
    assert_eq!(
        (reply.error(), reply.refused_by()),
        ("invalid_token", "token_audience")
    );
}

#[tokio::test]
async fn changes_without_a_scope_for_third_parties_are_for_loops_own() {
    let sandbox = Sandbox::start().await;
    let life = crate::seed::life(sandbox.person("maya"), sandbox.now());
    let pause = || {
        Ask::post(
            format!("/payments/v1/subscriptions/{}/pause", life.subscription.id),
            &json!({}),
        )
    };

    let token = sandbox.all("maya").await;
    let reply = sandbox.send(pause().bearer(&token)).await;
    assert_eq!(
        (reply.status.as_u16(), reply.error(), reply.refused_by()),
        (403, "forbidden", "own_app")
    );

    let stranger = sandbox.machine(None, "admin:clinical").await;
    let token = sandbox
        .issue(
            CredentialKind::M2mToken,
            stranger,
            None,
            "",
            Some("payments"),
        )
        .await;
    assert_eq!(
        sandbox.send(pause().bearer(&token)).await.refused_by(),
        "own_app"
    );

    let payments = sandbox.machine(Some("payments"), "admin:clinical").await;
    let token = sandbox
        .issue(
            CredentialKind::M2mToken,
            payments,
            None,
            "",
            Some("payments"),
        )
        .await;
    let reply = sandbox.send(pause().bearer(&token)).await;
    assert_eq!(
        (reply.status.as_u16(), &reply.body["status"]),
        (200, &json!("paused"))
    );
    let reply = sandbox
        .send(Ask::post("/payments/v1/billing/subscription/pause", &json!({})).bearer(&token))
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.refused_by()),
        (403, "token_of_a_person")
    );
}

#[tokio::test]
async fn a_persons_brand_comes_from_the_token_and_a_header_that_says_otherwise_is_a_finding() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("maya").await;
    let reply = sandbox
        .send(me().bearer(&token).header("x-brand-id", "loopbio"))
        .await;
    assert_eq!(reply.status, 200);
    assert!(
        reply
            .notes
            .findings
            .iter()
            .any(|finding| finding.name == "brand_header_ignored")
    );
}

#[tokio::test]
async fn the_limit_counts_each_app_and_service_and_ends_with_the_minute() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("maya").await;
    sandbox.settings.set(Settings {
        rate_limit_per_minute: Some(2),
        ..Settings::default()
    });
    for expected in [200, 200, 429] {
        assert_eq!(
            sandbox.send(me().bearer(&token)).await.status.as_u16(),
            expected
        );
    }
    let other = sandbox
        .send(Ask::get("/payments/v1/billing/summary").bearer(&token))
        .await;
    assert_eq!(other.status, 200, "another service counts for itself");
    sandbox.clock.advance(Duration::from_mins(1));
    assert_eq!(sandbox.send(me().bearer(&token)).await.status, 200);
}

#[tokio::test]
async fn unknown_members_and_parameters_are_ignored_with_a_finding() {
    let sandbox = Sandbox::start().await;
    let token = sandbox.all("maya").await;
    let reply = sandbox
        .send(Ask::get("/v1/check-ins?colour=red").bearer(&token))
        .await;
    assert_eq!(reply.status, 200);
    assert!(
        reply
            .notes
            .findings
            .iter()
            .any(|finding| finding.name == "unknown_parameters")
    );
    let ask = Ask::post(
        "/v1/feed/channels/x",
        &json!({ "label": "a", "colour": "red" }),
    )
    .bearer(&token);
    let reply = sandbox.send(ask).await;
    assert_eq!(reply.status, 201);
    assert!(
        reply
            .notes
            .findings
            .iter()
            .any(|finding| finding.message.contains("colour"))
    );
}
