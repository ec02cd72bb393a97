//! What a persona wrote, who reacted, and who follows whom.

use connect_core::id::UserId;
use connect_store::services::community::members::{Member, MemberRole};
use connect_store::services::community::posts::{ModerationStatus, Post};
use connect_store::services::community::reactions::{Reaction, ReactionKind};
use connect_store::services::follows::Follow;
use serde_json::Map;

use super::{Who, catalogue};
use crate::community::text::{EDIT_WINDOW, tags};

pub(super) fn member(who: &Who<'_>) -> Member {
    Member {
        user_id: who.person.id.clone(),
        brand_id: who.person.brand_id.clone(),
        display_name: who
            .person
            .name
            .split(' ')
            .next()
            .unwrap_or(&who.person.name)
            .to_owned(),
        role: MemberRole::Member,
        created_at: who.ago(super::DAYS - 1, 9, 12),
    }
}

pub(super) fn posts(who: &Who<'_>) -> Vec<Post> {
    who.story
        .posts
        .iter()
        .map(|(days, content)| {
            let mut stream = who.stream(&format!("post {days}"));
            let created_at = who.ago(*days, 18, stream.whole(0, 59));
            let heart = content.contains("#lipids");
            Post {
                id: stream.id(created_at),
                user_id: who.person.id.clone(),
                brand_id: who.person.brand_id.clone(),
                community_slug: Some(String::from(if heart {
                    "heart"
                } else {
                    "sleep-and-energy"
                })),
                content: (*content).to_owned(),
                tags: tags(content),
                metadata: Map::new(),
                media_urls: Vec::new(),
                moderation_status: ModerationStatus::Approved,
                is_broadcast: false,
                broadcast_role: None,
                pinned_until: None,
                pinned_by_staff_at: None,
                created_at,
                updated_at: created_at,
                edited_at: None,
                edit_window_ends_at: created_at.plus(EDIT_WINDOW),
            }
        })
        .collect()
}

/// The coach applauds, the regular votes.
pub(super) fn reactions(who: &Who<'_>, posts: &[Post]) -> Vec<Reaction> {
    let brand = &who.person.brand_id;
    let mut stream = who.stream("reactions");
    let mut all = Vec::new();
    for post in posts {
        let mut react = |user: UserId, kind: ReactionKind, minutes: i64| {
            all.push(Reaction {
                post_id: post.id.clone(),
                user_id: user,
                kind,
                brand_id: brand.clone(),
                created_at: post.created_at.plus_millis(minutes * 60_000),
            });
        };
        react(catalogue::regular(brand), ReactionKind::Upvote, 12);
        let applause =
            *stream.pick(&[ReactionKind::Heart, ReactionKind::Fire, ReactionKind::Hands]);
        react(catalogue::coach(brand), applause, 45);
    }
    all
}

/// Everybody follows the coach; the regular follows everybody.
pub(super) fn follows(who: &Who<'_>) -> Vec<Follow> {
    let brand = &who.person.brand_id;
    let mut stream = who.stream("follows");
    let mut follow = |from: UserId, to: UserId, days: i64| {
        let created_at = who.ago(days, 20, 15);
        Follow {
            id: stream.id(created_at),
            user_id: from,
            followee_id: to,
            brand_id: brand.clone(),
            created_at,
        }
    };
    vec![
        follow(who.person.id.clone(), catalogue::coach(brand), 700),
        follow(catalogue::regular(brand), who.person.id.clone(), 340),
    ]
}
