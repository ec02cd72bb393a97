//! Just enough of HTML to read our own pages: in well-escaped output every `<` begins a tag.

/// A start or end tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) closing: bool,
    /// The raw text between this tag and the next.
    pub(super) text: String,
}

impl Tag {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn is(&self, name: &str) -> bool {
        !self.closing && self.name == name
    }
}

/// Every tag in order. Panics on anything a careless template could produce: an unclosed tag, an unquoted value.
pub(super) fn tags(html: &str) -> Vec<Tag> {
    html.split('<').skip(1).map(tag).collect()
}

fn tag(source: &str) -> Tag {
    let (inside, text) = source
        .split_once('>')
        .unwrap_or_else(|| panic!("a tag without end: {source}"));
    let (closing, inside) = inside
        .strip_prefix('/')
        .map_or((false, inside), |rest| (true, rest));
    let inside = inside.strip_suffix('/').unwrap_or(inside);
    let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    while !rest.trim_start().is_empty() {
        rest = rest.trim_start();
        let key: String = rest
            .chars()
            .take_while(|c| !matches!(c, '=' | ' '))
            .collect();
        rest = &rest[key.len()..];
        let value = match rest.strip_prefix("=\"") {
            Some(quoted) => {
                let (value, after) = quoted.split_once('"').expect("a quoted value");
                assert!(
                    after.is_empty() || after.starts_with(' '),
                    "attributes run together: {source}"
                );
                rest = after;
                value.to_owned()
            }
            None => String::new(),
        };
        assert!(
            !key.is_empty() && !key.contains(['"', '\'']),
            "not an attribute: {source}"
        );
        attributes.push((key, value));
    }
    Tag {
        name: name.to_owned(),
        attributes,
        closing,
        text: text.to_owned(),
    }
}

/// Names of the elements that are never closed: HTML's void ones and those the icons write as empty.
const EMPTY: [&str; 10] = [
    "!doctype", "meta", "link", "img", "input", "br", "rect", "path", "circle", "image",
];

/// Fails unless every element is closed in the order it was opened.
pub(super) fn assert_balanced(tags: &[Tag], page: &str) {
    let mut open: Vec<&str> = Vec::new();
    for tag in tags
        .iter()
        .filter(|tag| !EMPTY.contains(&tag.name.as_str()))
    {
        if tag.closing {
            assert_eq!(open.pop(), Some(tag.name.as_str()), "{page}");
        } else {
            open.push(&tag.name);
        }
    }
    assert!(open.is_empty(), "{page}: {open:?}");
}

/// Landmarks, headings, forms and controls, one a line, each with its text: what a screen reader steps through.
pub(super) fn outline(html: &str) -> String {
    let tags = tags(html);
    let mut lines = Vec::new();
    for (index, tag) in tags.iter().enumerate().filter(|(_, tag)| !tag.closing) {
        let text = || {
            let mut depth = 0_usize;
            let mut text = String::new();
            for inner in &tags[index..] {
                if inner.name == tag.name {
                    depth = if inner.closing { depth - 1 } else { depth + 1 };
                }
                if depth == 0 {
                    break;
                }
                // The initials in a picture are hidden from screen readers.
                text.push_str(if inner.is("text") { "" } else { &inner.text });
                text.push(' ');
            }
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let value = |name: &str| tag.attribute(name).unwrap_or("-").to_owned();
        match tag.name.as_str() {
            "header" | "main" | "footer" => lines.push(tag.name.clone()),
            "h1" | "h2" | "h3" => lines.push(format!("  {} {}", tag.name, text())),
            "form" => lines.push(format!("  form {} {}", value("method"), value("action"))),
            "input" => lines.push(format!(
                "    input {} {} {}",
                value("type"),
                value("name"),
                value("value")
            )),
            "button" => lines.push(format!(
                "    button {}={} {}",
                value("name"),
                value("value"),
                text()
            )),
            "a" => lines.push(format!("    link {}", value("href"))),
            _ => {}
        }
    }
    lines.join("\n")
}
