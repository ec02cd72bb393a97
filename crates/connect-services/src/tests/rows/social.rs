//! Rows of community, follows and comms.

use connect_core::protocol::error::ErrorCode::{
    Conflict, Forbidden, NotFound, UnprocessableEntity,
};
use serde_json::{Value, json};

use super::super::sandbox::{Ask, Sandbox};
use super::{Row, ask, before, maya, refused, with};
use crate::seed::catalogue;

fn post(sandbox: &Sandbox) -> Value {
    json!({ "author_id": maya(sandbox), "brand_id": "loop", "content": "Hello #labs", "community_slug": "welcome" })
}

fn follow(sandbox: &Sandbox, whom: &str) -> Value {
    json!({ "follower_id": maya(sandbox), "followee_id": whom, "brand_id": "loop" })
}

fn message(sandbox: &Sandbox) -> Value {
    json!({
        "channel": "email", "template_key": "lab_results_ready", "recipient": "maya@example.com", "brand_id": "loop",
        "person_id": maya(sandbox), "variables": { "first_name": "Maya" }, "dedup_key": "results-1",
    })
}

fn scheduled(sandbox: &Sandbox) -> Value {
    with(
        message(sandbox),
        "scheduled_at",
        json!("2026-06-01T09:00:00Z"),
    )
}

fn preference(sandbox: &Sandbox) -> Value {
    json!({ "person_id": maya(sandbox), "brand_id": "loop", "channel": "sms", "category": "protocol", "enabled": true })
}

const POST: &str = "id,author_id,brand_id,content,score,reaction_counts,tags[],metadata,media_urls[],moderation_status,\
created_at,updated_at,edited_at,edit_window_ends_at,is_broadcast,broadcast_role,pinned_until,pinned_by_staff_at";
fn post_of(sandbox: &Sandbox, name: &str) -> String {
    crate::seed::life(sandbox.person(name), sandbox.now()).posts[0]
        .id
        .to_string()
}

pub(super) const ROWS: &[Row] = &[
    Row {
        operation: "posts_create",
        good: |s| Ask::post("/community/v1/posts", &post(s)),
        shape: POST,
        refused: &[
            refused(
                Forbidden,
                "author_is_staff",
                ask!(|s| Ask::post(
                    "/community/v1/posts",
                    &with(post(s), "is_broadcast", json!(true))
                )),
            ),
            refused(
                NotFound,
                "own_data",
                ask!(|s| Ask::post(
                    "/community/v1/posts",
                    &with(post(s), "author_id", json!(s.id("jonas")))
                )),
            ),
        ],
    },
    Row {
        operation: "posts_update",
        good: |s| {
            Ask::new(
                "PATCH",
                format!("/community/v1/posts/{}", post_of(s, "maya")),
            )
            .json(&json!({ "content": "Hello again" }))
        },
        shape: POST,
        refused: &[
            refused(
                Forbidden,
                "edit_window",
                ask!(|s| Ask::new(
                    "PATCH",
                    format!("/community/v1/posts/{}", post_of(s, "maya"))
                )
                .json(&json!({ "content": "Hello" }))),
            ),
            refused(
                NotFound,
                "post_known",
                ask!(|s| Ask::new(
                    "PATCH",
                    format!("/community/v1/posts/{}", post_of(s, "priya"))
                )
                .json(&json!({ "content": "Hello" }))),
            ),
        ],
    },
    Row {
        operation: "post_reactions_toggle",
        good: |s| {
            Ask::post(
                format!("/community/v1/posts/{}/reactions", post_of(s, "jonas")),
                &json!({ "kind": "heart" }),
            )
        },
        shape: "score,reactionCounts,viewerReactions[],active",
        refused: &[
            refused(Forbidden, "post_open", |s| {
                Box::pin(async move {
                    let ask = Ask::post("/community/v1/posts", &post(s));
                    let mut row = crate::seed::life(s.person("maya"), s.now()).posts.remove(0);
                    row.id = s.env.id();
                    row.moderation_status =
                        connect_store::services::community::posts::ModerationStatus::Removed;
                    let id = row.id.clone();
                    s.write(move |tx| {
                        Box::pin(async move {
                            connect_store::services::community::posts::insert(tx, &[row]).await
                        })
                    })
                    .await;
                    Ask {
                        path: format!("/community/v1/posts/{id}/reactions"),
                        ..ask
                    }
                    .json(&json!({ "kind": "fire" }))
                })
            }),
            refused(
                NotFound,
                "post_known",
                ask!(|_s| Ask::post(
                    "/community/v1/posts/post_x/reactions",
                    &json!({ "kind": "fire" })
                )),
            ),
        ],
    },
    Row {
        operation: "communities_create",
        good: |_| {
            Ask::post(
                "/community/v1/communities",
                &json!({ "slug": "night-shift", "name": "Night shift" }),
            )
        },
        shape: "id,brand_id,slug,name,description,cover_image_url,created_by,created_at,updated_at",
        refused: &[refused(
            Conflict,
            "slug_free",
            ask!(|_s| Ask::post(
                "/community/v1/communities",
                &json!({ "slug": "welcome", "name": "Again" })
            )),
        )],
    },
    Row {
        operation: "reports_create",
        good: |s| {
            Ask::post(
                "/community/v1/reports",
                &json!({ "target_type": "post", "target_id": post_of(s, "jonas"), "reason": "advertising" }),
            )
        },
        shape: "id,target_type,target_id,reason,notes,status,created_at",
        refused: &[
            refused(
                NotFound,
                "target_known",
                ask!(|s| Ask::post(
                    "/community/v1/reports",
                    &json!({ "target_type": "user", "target_id": s.id("priya"), "reason": "spam" })
                )),
            ),
            refused(Conflict, "not_reported_yet", |s| {
                Box::pin(async move {
                    let ask = Ask::post(
                        "/community/v1/reports",
                        &json!({ "target_type": "comment", "target_id": "c1", "reason": "spam" }),
                    );
                    before(s, ask.clone()).await;
                    ask
                })
            }),
        ],
    },
    Row {
        operation: "feed_channels_put",
        good: |_| {
            Ask::post(
                "/community/v1/feed/channels/heart",
                &json!({ "label": "Heart" }),
            )
        },
        shape: "id,channel_key,label,created_at,updated_at",
        refused: &[],
    },
    Row {
        operation: "follows_create",
        good: |s| Ask::post("/follows/v1/follows", &follow(s, s.id("jonas").as_str())),
        shape: "id,follower_id,followee_id,brand_id,created_at",
        refused: &[
            refused(
                Forbidden,
                "not_blocked",
                ask!(|s| Ask::post(
                    "/follows/v1/follows",
                    &follow(s, catalogue::blocker("loop").as_str())
                )),
            ),
            refused(
                NotFound,
                "followee_known",
                ask!(|s| Ask::post("/follows/v1/follows", &follow(s, s.id("priya").as_str()))),
            ),
            refused(
                Conflict,
                "not_following_yet",
                ask!(|s| Ask::post(
                    "/follows/v1/follows",
                    &follow(s, catalogue::coach("loop").as_str())
                )),
            ),
        ],
    },
    Row {
        operation: "messages_send",
        good: |s| Ask::post("/comms/v1/messages/send", &message(s)),
        shape: "message_id,dedup_key,channel,status,provider",
        refused: &[
            refused(
                Forbidden,
                "brand_matches",
                ask!(|s| Ask::post(
                    "/comms/v1/messages/send",
                    &with(message(s), "brand_id", json!("loopbio"))
                )),
            ),
            refused(
                NotFound,
                "own_data",
                ask!(|s| Ask::post(
                    "/comms/v1/messages/send",
                    &with(message(s), "person_id", json!(s.id("jonas")))
                )),
            ),
            refused(Conflict, "dedup_key_fresh", |s| {
                Box::pin(async move {
                    before(s, Ask::post("/comms/v1/messages/send", &message(s))).await;
                    Ask::post("/comms/v1/messages/send", &message(s))
                })
            }),
            refused(
                UnprocessableEntity,
                "template_known",
                ask!(|s| Ask::post(
                    "/comms/v1/messages/send",
                    &with(message(s), "template_key", json!("poem"))
                )),
            ),
        ],
    },
    Row {
        operation: "messages_schedule",
        good: |s| Ask::post("/comms/v1/messages/schedule", &scheduled(s)),
        shape: "message_id,dedup_key,channel,status,provider,scheduled_at",
        refused: &[
            refused(
                Forbidden,
                "brand_matches",
                ask!(|s| Ask::post(
                    "/comms/v1/messages/schedule",
                    &with(scheduled(s), "brand_id", json!("loopbio"))
                )),
            ),
            refused(
                NotFound,
                "own_data",
                ask!(|s| Ask::post(
                    "/comms/v1/messages/schedule",
                    &with(scheduled(s), "person_id", json!(s.id("jonas")))
                )),
            ),
            refused(Conflict, "dedup_key_fresh", |s| {
                Box::pin(async move {
                    before(s, Ask::post("/comms/v1/messages/schedule", &scheduled(s))).await;
                    Ask::post("/comms/v1/messages/schedule", &scheduled(s))
                })
            }),
            refused(
                UnprocessableEntity,
                "scheduled_ahead",
                ask!(|s| Ask::post(
                    "/comms/v1/messages/schedule",
                    &with(scheduled(s), "scheduled_at", json!("2026-01-01T00:00:00Z"))
                )),
            ),
        ],
    },
    Row {
        operation: "messages_recent",
        good: |_| Ask::get("/comms/v1/messages/recent?brand_id=loop&limit=5"),
        shape: "data[]{id,brand_id,person_id,channel,template_key,recipient,dedup_key,status,provider,scheduled_at,sent_at,\
created_at}",
        refused: &[refused(
            Forbidden,
            "brand_matches",
            ask!(|_s| Ask::get("/comms/v1/messages/recent?brand_id=loopbio")),
        )],
    },
    Row {
        operation: "messages_scheduled",
        good: |_| Ask::get("/comms/v1/messages/scheduled?brand_id=loop&status=scheduled"),
        shape: "data[]{id,brand_id,person_id,channel,template_key,recipient,dedup_key,status,provider,scheduled_at,sent_at,\
created_at}",
        refused: &[refused(
            Forbidden,
            "brand_matches",
            ask!(|_s| Ask::get("/comms/v1/messages/scheduled?brand_id=loopbio")),
        )],
    },
    Row {
        operation: "preferences_list",
        good: |s| Ask::get(format!("/comms/v1/preferences/{}?brand_id=loop", maya(s))),
        shape: "data[]{id,brand_id,person_id,channel,category,enabled}",
        refused: &[
            refused(
                Forbidden,
                "brand_matches",
                ask!(|s| Ask::get(format!(
                    "/comms/v1/preferences/{}?brand_id=loopbio",
                    maya(s)
                ))),
            ),
            refused(
                NotFound,
                "own_data",
                ask!(|s| Ask::get(format!(
                    "/comms/v1/preferences/{}?brand_id=loop",
                    s.id("jonas")
                ))),
            ),
        ],
    },
    Row {
        operation: "preferences_put",
        good: |s| Ask::new("PUT", "/comms/v1/preferences").json(&preference(s)),
        shape: "id,brand_id,person_id,channel,category,enabled",
        refused: &[
            refused(
                Forbidden,
                "brand_matches",
                ask!(|s| Ask::new("PUT", "/comms/v1/preferences").json(&with(
                    preference(s),
                    "brand_id",
                    json!("loopbio")
                ))),
            ),
            refused(
                NotFound,
                "own_data",
                ask!(|s| Ask::new("PUT", "/comms/v1/preferences").json(&with(
                    preference(s),
                    "person_id",
                    json!(s.id("jonas"))
                ))),
            ),
        ],
    },
];
