//! The community service.

pub(crate) mod communities;
pub(crate) mod feed;
pub(crate) mod posts;
pub(crate) mod reactions;
pub(crate) mod reports;
pub(crate) mod text;

use connect_store::services::Connection;
use connect_store::services::community::posts::{self as rows, Post};

use crate::access::not_visible;
use crate::failure::Failure;

/// A post of the caller's brand, or 404.
async fn post_of(connection: &mut Connection, brand: &str, id: &str) -> Result<Post, Failure> {
    rows::get(connection, brand, id).await?.ok_or_else(|| {
        not_visible(
            "post_known",
            "There is no such post, or not for this brand",
            format!("a post of the brand `{brand}`"),
            id,
            "Use the id of the answer that created the post, or of community.post.created.v1.",
        )
    })
}
