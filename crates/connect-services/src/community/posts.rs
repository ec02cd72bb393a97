//! `POST /v1/posts` and `PATCH /v1/posts/{post_id}`.

use std::collections::BTreeMap;

use connect_core::Timestamp;
use connect_core::domain::app::Person;
use connect_core::domain::journal::Kind;
use connect_core::domain::refusal::Refusal;
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_store::services::Connection;
use connect_store::services::community::communities;
use connect_store::services::community::members::{self, MemberRole};
use connect_store::services::community::posts::{self as rows, ModerationStatus, Post};
use connect_store::services::community::reactions::{self, Tally};
use connect_store::services::reading;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::post_of;
use super::text::{EDIT_WINDOW, tags};
use crate::answer::Answer;
use crate::body::misfit;
use crate::call::Call;
use crate::catalogue::{Operation, Parameter, Verb};
use crate::event::{self, Occurrence};
use crate::failure::Failure;
use crate::schema::{Violation, words};
use crate::service::Service;

pub(crate) const CREATE: Operation = Operation::new::<PostView>(
    Service::Community,
    Verb::Post,
    "/v1/posts",
    "posts_create",
    "write:community",
    |call| Box::pin(create(call)),
)
.creates()
.summary("Write a post")
.notes(
    "Causes community.post.created.v1. Assumed: only a coach may broadcast or pin; `tags` are the words after #; a post \
     may be edited for 15 minutes; an unknown `community_slug` is 400.",
)
.source("/reference/api/community/post_v1_posts")
.takes::<PostRequest>()
.refuses(&[ErrorCode::Forbidden, ErrorCode::NotFound]);

pub(crate) const UPDATE: Operation = Operation::new::<PostView>(
    Service::Community,
    Verb::Patch,
    "/v1/posts/{post_id}",
    "posts_update",
    "write:community",
    |call| Box::pin(update(call)),
)
.summary("Change a post's text")
.notes("The author may, until `edit_window_ends_at`; everybody else, and later, is 403 (assumed).")
.source("/reference/api/community/patch_v1_posts__post_id")
.parameters(&[Parameter::path("post_id", "The post.")])
.takes::<EditRequest>()
.refuses(&[ErrorCode::Forbidden, ErrorCode::NotFound]);

/// A post as sent.
#[derive(Debug, Deserialize, JsonSchema)]
struct PostRequest {
    /// The token's person.
    author_id: String,
    /// The token's brand.
    brand_id: String,
    #[schemars(length(min = 1, max = 10_000))]
    content: String,
    /// Where to put it.
    #[serde(default)]
    community_slug: Option<String>,
    #[serde(default)]
    metadata: Option<Map<String, Value>>,
    /// To everybody.
    #[serde(default)]
    is_broadcast: Option<bool>,
    /// How long it stays on top.
    #[serde(default)]
    #[schemars(range(min = 1, max = 168))]
    pinned_for_hours: Option<u16>,
    #[serde(default)]
    #[schemars(length(max = 10), inner(url))]
    media_urls: Option<Vec<String>>,
}

/// A new text.
#[derive(Debug, Deserialize, JsonSchema)]
struct EditRequest {
    #[schemars(length(min = 1, max = 10_000))]
    content: String,
}

/// A post on the wire.
#[derive(Debug, Serialize, JsonSchema)]
struct PostView {
    id: String,
    author_id: String,
    brand_id: String,
    content: String,
    /// Upvotes less downvotes.
    score: i64,
    /// How many of each kind.
    reaction_counts: BTreeMap<&'static str, u32>,
    tags: Vec<String>,
    metadata: Map<String, Value>,
    media_urls: Vec<String>,
    #[schemars(schema_with = "words::word::<ModerationStatus>")]
    moderation_status: ModerationStatus,
    created_at: Timestamp,
    updated_at: Timestamp,
    edited_at: Option<Timestamp>,
    edit_window_ends_at: Timestamp,
    is_broadcast: bool,
    broadcast_role: Option<String>,
    pinned_until: Option<Timestamp>,
    pinned_by_staff_at: Option<Timestamp>,
}

impl PostView {
    fn of(row: &Post, tally: &Tally) -> Self {
        Self {
            id: row.id.to_string(),
            author_id: row.user_id.to_string(),
            brand_id: row.brand_id.clone(),
            content: row.content.clone(),
            score: tally.score(),
            reaction_counts: tally
                .counts
                .iter()
                .map(|(kind, count)| (kind.as_str(), *count))
                .collect(),
            tags: row.tags.clone(),
            metadata: row.metadata.clone(),
            media_urls: row.media_urls.clone(),
            moderation_status: row.moderation_status,
            created_at: row.created_at,
            updated_at: row.updated_at,
            edited_at: row.edited_at,
            edit_window_ends_at: row.edit_window_ends_at,
            is_broadcast: row.is_broadcast,
            broadcast_role: row.broadcast_role.clone(),
            pinned_until: row.pinned_until,
            pinned_by_staff_at: row.pinned_by_staff_at,
        }
    }
}

/// `data` of community.post.created.v1.
#[derive(Serialize)]
struct PostCreated<'p> {
    post_id: &'p str,
    author_id: &'p str,
    brand_id: &'p str,
    content_preview: String,
    moderation_status: ModerationStatus,
    is_broadcast: bool,
    broadcast_role: Option<&'p str>,
    pinned_until: Option<Timestamp>,
    created_at: Timestamp,
}

impl<'p> PostCreated<'p> {
    fn of(row: &'p Post) -> Self {
        /// Longest preview, in characters (assumed).
        const PREVIEW: usize = 140;
        Self {
            post_id: row.id.as_str(),
            author_id: row.user_id.as_str(),
            brand_id: &row.brand_id,
            content_preview: row.content.chars().take(PREVIEW).collect(),
            moderation_status: row.moderation_status,
            is_broadcast: row.is_broadcast,
            broadcast_role: row.broadcast_role.as_deref(),
            pinned_until: row.pinned_until,
            created_at: row.created_at,
        }
    }
}

async fn create(call: &Call) -> Result<Answer, Failure> {
    let request: PostRequest = call.json()?;
    call.same_brand(&request.brand_id)?;
    let person = call.own("author_id", &request.author_id)?;
    let (env, now) = (call.env(), call.now());
    call.write(move |tx, origin| {
        Box::pin(async move {
            let staff = rights(reading(tx), &person, &request).await?;
            let broadcast = request.is_broadcast.unwrap_or(false);
            let pinned = request
                .pinned_for_hours
                .map(|hours| now.plus_millis(i64::from(hours) * 3_600_000));
            let row = Post {
                id: env.id(),
                user_id: person.id.clone(),
                brand_id: person.brand_id.clone(),
                community_slug: request.community_slug,
                tags: tags(&request.content),
                content: request.content,
                metadata: request.metadata.unwrap_or_default(),
                media_urls: request.media_urls.unwrap_or_default(),
                moderation_status: ModerationStatus::Approved,
                is_broadcast: broadcast,
                broadcast_role: broadcast.then(|| staff.as_str().to_owned()),
                pinned_until: pinned,
                pinned_by_staff_at: pinned.map(|_| now),
                created_at: now,
                updated_at: now,
                edited_at: None,
                edit_window_ends_at: now.plus(EDIT_WINDOW),
            };
            rows::insert(tx, std::slice::from_ref(&row)).await?;
            let detail = json!({ "table": "posts", "user_id": person.id });
            let seq = tx.journal(origin, Kind::RecordCreated, row.id.as_str(), &detail);
            let created = Occurrence::new(event::POST_CREATED, &PostCreated::of(&row));
            event::occurred(tx, &env, origin, seq, &person, vec![created]).await?;
            Ok(Answer::created(&PostView::of(&row, &Tally::default())).caused(seq))
        })
    })
    .await
}

/// What the author is, after checking that the author may do what is asked.
async fn rights(
    connection: &mut Connection,
    person: &Person,
    request: &PostRequest,
) -> Result<MemberRole, Failure> {
    if let Some(slug) = &request.community_slug
        && !communities::exists(connection, &person.brand_id, slug).await?
    {
        let violation = Violation {
            path: String::from("community_slug"),
            expected: String::from("the slug of a community of the brand"),
            received: String::from("another one"),
        };
        return Err(misfit("community_known", "request body", vec![violation]));
    }
    let role = members::role(connection, &person.brand_id, &person.id)
        .await?
        .unwrap_or(MemberRole::Member);
    let asks = request.is_broadcast == Some(true) || request.pinned_for_hours.is_some();
    if asks && role != MemberRole::Coach {
        return Err(Refusal::new(
            "author_is_staff",
            ErrorCode::Forbidden,
            "Only staff may broadcast or pin",
            Clause::assumed("/reference/api/community/post_v1_posts 403; who may is not stated"),
        )
        .expected("an author who is a coach")
        .received(format!("an author who is a {}", role.as_str()))
        .fix("Leave out `is_broadcast` and `pinned_for_hours`.")
        .into());
    }
    Ok(role)
}

async fn update(call: &Call) -> Result<Answer, Failure> {
    let request: EditRequest = call.json()?;
    let person = call.person()?;
    let (id, now) = (call.part("post_id").to_owned(), call.now());
    call.write(move |tx, origin| {
        Box::pin(async move {
            let mut row = post_of(reading(tx), &person.brand_id, &id).await?;
            may_edit(&row, &person, now)?;
            row.tags = tags(&request.content);
            row.content = request.content;
            (row.updated_at, row.edited_at) = (now, Some(now));
            rows::edit(tx, &row.id, &row.content, &row.tags, now).await?;
            let detail = json!({ "table": "posts", "user_id": person.id, "changed": ["content"] });
            let seq = tx.journal(origin, Kind::RecordUpdated, row.id.as_str(), &detail);
            let tally = reactions::tally(reading(tx), &row.id, &person.id).await?;
            Ok(Answer::ok(&PostView::of(&row, &tally)).caused(seq))
        })
    })
    .await
}

fn may_edit(row: &Post, person: &Person, now: Timestamp) -> Result<(), Failure> {
    let clause =
        Clause::assumed("/reference/api/community: edit_window_ends_at; the refusal is not stated");
    if row.user_id != person.id {
        return Err(Refusal::new(
            "author_edits",
            ErrorCode::Forbidden,
            "Only its author may change a post",
            clause,
        )
        .expected(format!("a post of {}", person.id))
        .received("somebody else's")
        .fix("Change posts of the token's person only.")
        .into());
    }
    if now > row.edit_window_ends_at {
        return Err(Refusal::new(
            "edit_window",
            ErrorCode::Forbidden,
            "The time to change the post is over",
            clause,
        )
        .expected(format!("until {}", row.edit_window_ends_at))
        .received(now.to_string())
        .fix("Write a new post.")
        .into());
    }
    Ok(())
}
