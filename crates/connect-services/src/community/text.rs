//! What a post's text holds, and how long it may change.

use std::time::Duration;

/// How long a post may be edited (assumed; the reference names `edit_window_ends_at` but no length).
pub(crate) const EDIT_WINDOW: Duration = Duration::from_mins(15);

/// The words after `#`, in lower case, each once, in the order written.
pub(crate) fn tags(content: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for word in content
        .split_whitespace()
        .filter_map(|word| word.strip_prefix('#'))
    {
        let tag: String = word
            .chars()
            .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
            .flat_map(char::to_lowercase)
            .collect();
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_the_words_after_a_hash() {
        assert_eq!(
            tags("Down to 92! #Lipids, #lipids and #oats."),
            ["lipids", "oats"]
        );
        assert!(tags("# no, a#b neither").is_empty());
    }
}
