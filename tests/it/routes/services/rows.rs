//! Each operation with the request that is right for it.

use serde_json::{Value, json};

use crate::support::{MAYA, Request, Sandbox, people_scopes, text};

/// What the calls need.
pub(super) struct Ground {
    pub(super) sandbox: Sandbox,
    /// Maya's, for a first-party app with every scope: it opens Loop's own operations too.
    pub(super) token: String,
    pub(super) maya: String,
    pub(super) jonas: String,
}

impl Ground {
    pub(super) async fn new() -> Self {
        let sandbox = Sandbox::approving().await;
        let own = sandbox
            .register(json!({
                "name": "Loop Home", "app_type": "web", "redirect_uris": ["https://home.example.com/cb"],
                "scopes": people_scopes(), "baa_status": "signed", "is_first_party": true,
            }))
            .await;
        let token = sandbox
            .tokens(&own, &people_scopes().join(" "))
            .await
            .access;
        let (maya, jonas) = (
            sandbox.person(MAYA).await,
            sandbox.person("jonas@example.com").await,
        );
        Self {
            sandbox,
            token,
            maya,
            jonas,
        }
    }

    async fn ask(&self, request: Request) -> Value {
        self.sandbox.send(&request.bearer(&self.token)).await.json()
    }

    /// What an entry of Maya's timeline is about.
    async fn source(&self, event_type: &str) -> String {
        let path = format!(
            "/v1/patients/{}/timeline?event_type={event_type}&limit=1",
            self.maya
        );
        text(&self.ask(Request::get(path)).await["events"][0]["source_id"])
    }

    /// A protocol of the brand that Maya is not on.
    async fn protocol(&self) -> String {
        let ask = json!({ "patient_id": self.maya, "brand_id": "loop" });
        let matches = self
            .ask(Request::post("/v1/protocols/match").json(&ask))
            .await;
        text(
            &matches["matches"]
                .as_array()
                .and_then(|all| all.last())
                .expect("some protocol fits")["protocol_id"],
        )
    }

    async fn post(&self) -> String {
        let post = json!({ "author_id": self.maya, "brand_id": "loop", "content": "Slept well." });
        text(&self.ask(Request::post("/v1/posts").json(&post)).await["id"])
    }
}

fn get(path: impl Into<String>) -> Request {
    Request::get(path)
}

fn post(path: impl Into<String>, body: &Value) -> Request {
    Request::post(path).json(body)
}

/// The request that is right for an operation, but for its token; `None`: the operation has no row.
pub(super) async fn row(ground: &Ground, operation: &str) -> Option<Request> {
    let Ground { maya, jonas, .. } = ground;
    let about = json!({ "patient_id": maya, "brand_id": "loop" });
    let message = |key: &str| {
        json!({
            "channel": "email", "template_key": "welcome", "recipient": MAYA, "brand_id": "loop", "person_id": maya,
            "variables": { "name": "Maya" }, "dedup_key": key,
        })
    };
    Some(match operation {
        "biomarkers_me" => get("/v1/biomarkers/me"),
        "biomarkers_list" => get(format!("/v1/biomarkers?user_id={maya}")),
        "biomarkers_parse" => {
            let result = json!({
                "code": "ferritin", "name": "Ferritin", "value": 61.5, "unit": "ng/mL", "collected_at": "2026-01-02T03:04:05Z",
            });
            let body = json!({ "patient_id": maya, "brand_id": "loop", "source": "lab", "biomarkers": [result] });
            post("/v1/biomarkers/parse", &body)
        }
        "biomarkers_parse_vendor" => {
            let result = json!({
                "test_code": "ferritin", "test_name": "Ferritin", "result_value": "61.5", "units": "ng/mL",
                "collected_at": "2026-01-02T03:04:05Z",
            });
            let body = json!({
                "patient_id": maya, "brand_id": "loop", "vendor": "labcorp", "raw_payload": { "results": [result] },
            });
            post("/v1/biomarkers/parse/vendor", &body)
        }
        "protocols_get" => get(format!("/v1/protocols/{}", ground.protocol().await)),
        "patient_graph_protocols_get" => get(format!(
            "/patient-graph/v1/protocols/{}",
            ground.protocol().await
        )),
        "protocols_match" => post("/v1/protocols/match", &about),
        "protocol_engine_evaluate" => {
            let body = json!({ "patient_id": maya, "brand_id": "loop", "protocol_id": ground.protocol().await });
            post("/v1/protocol-engine/evaluate", &body)
        }
        "enrollments_create" => {
            let body = json!({
                "consent": { "agreed_to_privacy": true, "agreed_to_terms": true }, "goals": ["sleep"],
                "intake": { "age": 34, "conditions": ["none"], "email": MAYA, "full_name": "Maya Lindqvist" },
                "patient_id": maya, "protocol_id": ground.protocol().await,
            });
            post("/v1/enrollments", &body)
        }
        "check_ins_list" => get("/v1/check-ins"),
        "check_ins_next" => get("/v1/check-ins/next?enrolled_at=2026-01-01T00:00:00Z"),
        "check_ins_create" => {
            let body = json!({
                "day_marker": 30, "enrolled_at": "2020-01-01T00:00:00Z", "goals": ["a"], "wins": ["b"], "blockers": ["c"],
                "mood": 7, "sleep_quality": 8, "weight_kg": 61.2,
            });
            post("/v1/check-ins", &body)
        }
        "recommendations_generate" => post("/v1/recommendations/generate", &about),
        "red_flags_list" => get(format!("/v1/red-flags/{maya}")),
        "red_flags_evaluate" => post("/v1/red-flags/evaluate", &about),
        "health_engine_score" => post("/v1/health-engine/score", &about),
        "lab_catalog_markers" => get("/v1/lab-catalog/markers?limit=2"),
        "wearables_connections" => get("/v1/wearables/connections"),
        "wearables_link_exchange" => post(
            "/v1/wearables/link/exchange",
            &json!({ "link_token": "link-token-1", "provider": "whoop" }),
        ),
        "wearables_disconnect" => {
            let link = json!({ "link_token": "link-token-2", "provider": "garmin" });
            ground.ask(post("/v1/wearables/link/exchange", &link)).await;
            Request::new("DELETE", "/v1/wearables/connections/garmin")
        }
        "wearables_metrics" => get("/v1/wearables/metrics"),
        "wearables_metrics_update" => {
            let metrics = ground.ask(get("/v1/wearables/metrics")).await;
            let change = json!({
                "provider": metrics[0]["provider"], "metric": metrics[0]["metric"], "show_on_optimize": true,
            });
            Request::new("PATCH", "/v1/wearables/metrics").json(&change)
        }
        "patients_safe" => get(format!("/v1/patients/{maya}/safe")),
        "patients_metrics" => get(format!("/v1/patients/{maya}/metrics")),
        "patients_metric_series" => get(format!("/v1/patients/{maya}/metrics/weight")),
        "patients_timeline" => get(format!("/v1/patients/{maya}/timeline?limit=3")),
        "memberships_get" => get(format!(
            "/v1/memberships/{}",
            ground.source("membership.started").await
        )),
        "memberships_history" => get(format!(
            "/v1/memberships/{}/history",
            ground.source("membership.started").await
        )),
        "memberships_conversion_eligibility" => {
            get(format!("/v1/memberships/{maya}/conversion-eligibility"))
        }
        "subscriptions_get" => {
            let summary = ground.ask(get("/v1/billing/summary")).await;
            get(format!(
                "/v1/subscriptions/{}",
                text(&summary["subscription"]["id"])
            ))
        }
        "billing_summary" => get("/v1/billing/summary"),
        "billing_portal_session" => post(
            "/v1/billing/portal-session",
            &json!({ "return_url": "https://partner.example.com/account" }),
        ),
        "posts_create" => post(
            "/v1/posts",
            &json!({ "author_id": maya, "brand_id": "loop", "content": "Hello." }),
        ),
        "posts_update" => {
            let path = format!("/v1/posts/{}", ground.post().await);
            Request::new("PATCH", path).json(&json!({ "content": "Hello again." }))
        }
        "post_reactions_toggle" => post(
            format!("/v1/posts/{}/reactions", ground.post().await),
            &json!({ "kind": "heart" }),
        ),
        "communities_create" => post(
            "/v1/communities",
            &json!({ "slug": "early-birds", "name": "Early birds" }),
        ),
        "reports_create" => post(
            "/v1/reports",
            &json!({ "target_type": "post", "target_id": ground.post().await, "reason": "spam" }),
        ),
        "feed_channels_put" => post("/v1/feed/channels/sleep", &json!({ "label": "Sleep" })),
        "follows_create" => {
            // A persona of its own: those of the seed may follow each other already.
            let new = json!({ "email": "followed@example.com", "name": "Followed", "without_data": true });
            let followed = text(&ground.sandbox.rpc("people_create", new).await["user_id"]);
            assert_ne!(&followed, jonas);
            post(
                "/v1/follows",
                &json!({ "follower_id": maya, "followee_id": followed, "brand_id": "loop" }),
            )
        }
        "messages_send" => post("/v1/messages/send", &message("send-once")),
        "messages_schedule" => {
            let mut body = message("schedule-once");
            body["scheduled_at"] = json!(ground.sandbox.now().await.plus_millis(3_600_000));
            post("/v1/messages/schedule", &body)
        }
        "messages_recent" => get("/v1/messages/recent?brand_id=loop"),
        "messages_scheduled" => get("/v1/messages/scheduled?brand_id=loop"),
        "preferences_list" => get(format!("/v1/preferences/{maya}?brand_id=loop")),
        "preferences_put" => {
            let body = json!({
                "person_id": maya, "brand_id": "loop", "channel": "email", "category": "marketing", "enabled": false,
            });
            Request::new("PUT", "/v1/preferences").json(&body)
        }
        // Those for Loop's own apps and machines, and those that can be done once.
        "memberships_create" => {
            let new =
                json!({ "email": "joining@example.com", "name": "Joining", "without_data": true });
            let joining = text(&ground.sandbox.rpc("people_create", new).await["user_id"]);
            let token = machine_of(&ground.sandbox, "membership").await;
            let body = json!({ "user_id": joining, "brand_id": "loop", "tier": "core" });
            post("/v1/memberships", &body).bearer(&token)
        }
        "subscriptions_pause" => {
            let summary = ground.ask(get("/v1/billing/summary")).await;
            post(
                format!(
                    "/v1/subscriptions/{}/pause",
                    text(&summary["subscription"]["id"])
                ),
                &json!({}),
            )
        }
        // Runs before the other: one subscription can be paused once, so Jonas pauses his.
        "billing_subscription_pause" => post(
            "/v1/billing/subscription/pause",
            &json!({ "reason": "travelling" }),
        ),
        // No page and no other operation names the id of a payment: the right answer here is that it is not visible.
        "payments_get" => get("/v1/payments/payment_made_up"),
        _ => return None,
    })
}

/// The token of the machine that a Loop service is.
async fn machine_of(sandbox: &Sandbox, service: &str) -> String {
    let client = sandbox.service_client(service).await;
    let form = client.credentials().set("grant_type", "client_credentials");
    text(
        &sandbox
            .send(&form.post("/v1/tokens"))
            .await
            .expect(200)
            .json()["access_token"],
    )
}
