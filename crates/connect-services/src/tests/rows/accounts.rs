//! Rows of memberships and payments.

use connect_core::protocol::error::ErrorCode::{Conflict, NotFound};
use serde_json::json;

use super::super::sandbox::{Ask, Sandbox};
use super::{Row, as_first_party, ask, before, maya, refused};

const MEMBERSHIP: &str =
    "id,user_id,brand_id,tier,state,subscription_id,has_access,created_at,updated_at";
const PAUSED: &str = "id,status,cancel_at_period_end,cancel_reason";

fn membership_of(sandbox: &Sandbox, name: &str) -> String {
    crate::seed::life(sandbox.person(name), sandbox.now())
        .membership
        .id
        .to_string()
}

fn subscription_of(sandbox: &Sandbox, name: &str) -> String {
    crate::seed::life(sandbox.person(name), sandbox.now())
        .subscription
        .id
        .to_string()
}

fn payment_of(sandbox: &Sandbox, name: &str) -> String {
    crate::seed::life(sandbox.person(name), sandbox.now()).payments[0]
        .id
        .to_string()
}

pub(super) const ROWS: &[Row] = &[
    Row {
        operation: "memberships_get",
        good: |s| {
            Ask::get(format!(
                "/membership/v1/memberships/{}",
                membership_of(s, "maya")
            ))
        },
        shape: MEMBERSHIP,
        refused: &[refused(
            NotFound,
            "own_data",
            ask!(|s| Ask::get(format!(
                "/membership/v1/memberships/{}",
                membership_of(s, "jonas")
            ))),
        )],
    },
    Row {
        operation: "memberships_create",
        good: |s| {
            Ask::post(
                "/membership/v1/memberships",
                &json!({ "user_id": maya(s), "brand_id": "loop", "tier": "core" }),
            )
        },
        shape: MEMBERSHIP,
        refused: &[
            refused(NotFound, "own_data", |s| {
                Box::pin(async move {
                    as_first_party(s).await;
                    Ask::post(
                        "/membership/v1/memberships",
                        &json!({ "user_id": s.id("jonas"), "brand_id": "loop", "tier": "core" }),
                    )
                })
            }),
            refused(Conflict, "no_membership_yet", |s| {
                Box::pin(async move {
                    as_first_party(s).await;
                    Ask::post(
                        "/membership/v1/memberships",
                        &json!({ "user_id": maya(s), "brand_id": "loop", "tier": "core" }),
                    )
                })
            }),
        ],
    },
    Row {
        operation: "memberships_history",
        good: |s| {
            Ask::get(format!(
                "/membership/v1/memberships/{}/history",
                membership_of(s, "maya")
            ))
        },
        shape: "transitions[]{from_state,to_state,trigger,reason,created_at}",
        refused: &[refused(
            NotFound,
            "own_data",
            ask!(|s| Ask::get(format!(
                "/membership/v1/memberships/{}/history",
                membership_of(s, "priya")
            ))),
        )],
    },
    Row {
        operation: "memberships_conversion_eligibility",
        good: |s| {
            Ask::get(format!(
                "/membership/v1/memberships/{}/conversion-eligibility",
                maya(s)
            ))
        },
        shape: "user_id,eligible,pending_locks,locks[]{lock_id,subscription_id,status,locked_at,expires_at}",
        refused: &[refused(
            NotFound,
            "own_data",
            ask!(|s| Ask::get(format!(
                "/membership/v1/memberships/{}/conversion-eligibility",
                s.id("jonas")
            ))),
        )],
    },
    Row {
        operation: "payments_get",
        good: |s| Ask::get(format!("/payments/v1/payments/{}", payment_of(s, "maya"))),
        shape: "id,customer_id,order_id,amount_cents,currency,status,stripe_payment_intent_id,mode,subscription_id,\
created_at,updated_at",
        refused: &[refused(
            NotFound,
            "own_data",
            ask!(|s| Ask::get(format!("/payments/v1/payments/{}", payment_of(s, "jonas")))),
        )],
    },
    Row {
        operation: "subscriptions_get",
        good: |s| {
            Ask::get(format!(
                "/payments/v1/subscriptions/{}",
                subscription_of(s, "maya")
            ))
        },
        shape: "id,customer_id,stripe_subscription_id,plan_id,status,current_period_start,current_period_end,cancelled_at,\
created_at,updated_at",
        refused: &[refused(
            NotFound,
            "own_data",
            ask!(|s| Ask::get(format!(
                "/payments/v1/subscriptions/{}",
                subscription_of(s, "jonas")
            ))),
        )],
    },
    Row {
        operation: "subscriptions_pause",
        good: |s| {
            Ask::post(
                format!(
                    "/payments/v1/subscriptions/{}/pause",
                    subscription_of(s, "maya")
                ),
                &json!({ "reason": "holiday" }),
            )
        },
        shape: PAUSED,
        refused: &[
            refused(NotFound, "own_data", |s| {
                Box::pin(async move {
                    as_first_party(s).await;
                    Ask::post(
                        format!(
                            "/payments/v1/subscriptions/{}/pause",
                            subscription_of(s, "jonas")
                        ),
                        &json!({}),
                    )
                })
            }),
            refused(Conflict, "subscription_active", |s| {
                Box::pin(async move {
                    as_first_party(s).await;
                    let ask = Ask::post(
                        format!(
                            "/payments/v1/subscriptions/{}/pause",
                            subscription_of(s, "maya")
                        ),
                        &json!({}),
                    );
                    before(s, ask.clone()).await;
                    ask
                })
            }),
        ],
    },
    Row {
        operation: "billing_subscription_pause",
        good: |_| Ask::post("/payments/v1/billing/subscription/pause", &json!({})),
        shape: PAUSED,
        refused: &[
            refused(NotFound, "own_data", |s| {
                Box::pin(async move {
                    as_first_party(s).await;
                    let user = s.id("maya").clone();
                    s.write(move |tx| {
                        Box::pin(
                            async move { connect_store::services::erase::person(tx, &user).await },
                        )
                    })
                    .await;
                    Ask::post("/payments/v1/billing/subscription/pause", &json!({}))
                })
            }),
            refused(Conflict, "subscription_active", |s| {
                Box::pin(async move {
                    as_first_party(s).await;
                    let ask = Ask::post(
                        "/payments/v1/billing/subscription/pause",
                        &json!({ "reason": "holiday" }),
                    );
                    before(s, ask.clone()).await;
                    ask
                })
            }),
        ],
    },
    Row {
        operation: "billing_summary",
        good: |_| Ask::get("/payments/v1/billing/summary"),
        shape: "subscription{id,stripe_subscription_id,stripe_customer_id,plan_id,status,current_period_start,\
current_period_end,cancel_at_period_end,cancel_reason,source},payment_method{brand,last4,exp_month,exp_year}",
        refused: &[],
    },
    Row {
        operation: "billing_portal_session",
        good: |_| {
            Ask::post(
                "/payments/v1/billing/portal-session",
                &json!({ "return_url": "https://app.example/account" }),
            )
        },
        shape: "url",
        refused: &[],
    },
];
