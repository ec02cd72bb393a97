//! What is wrong with a file, with line and column.

use super::*;
use crate::configuration::{read, schema};

/// What is said of a text that can't be read.
fn refused(text: &str) -> String {
    parse(Path::new("connect.toml"), text.to_owned())
        .unwrap_err()
        .to_string()
}

#[test]
fn a_file_that_cannot_be_read_is_refused_with_line_and_column() {
    for (text, said) in [
        (
            "[[apps]\n",
            "connect.toml:1:8: unclosed array table, expected `]`",
        ),
        (
            "[[apps]]\nname = \"A\"\nredirect_urls = []\n",
            "connect.toml:3:1: unknown key `redirect_urls`, expected one of `name`, `client_id`, `client_secret`, \
             `webhook_signing_secret`, `app_type`, `redirect_uris`, `scopes`, `allowed_origins`, `webhook_url`, \
             `client_uri`, `logo_uri`, `brand_id`, `service`, `is_first_party`, `enabled`, `baa_status`, \
             `access_token_lifetime_seconds`, `id_token_alg`; did you mean `redirect_uris`?",
        ),
        (
            "[app]\nname = \"A\"\n",
            "connect.toml:1:2: unknown key `app`, expected one of `settings`, `personas`, `apps`; did you mean `apps`?",
        ),
        (
            "[[apps]]\nname = \"A\"\napp_type = \"wep\"\n",
            "connect.toml:3:12: unknown variant `wep`, expected one of `web`, `spa`, `mobile`, `native`, `m2m`; did you \
             mean `web`?",
        ),
        (
            "[[apps]]\napp_type = \"web\"\n",
            "connect.toml:1:1: missing key `name`",
        ),
        (
            "[settings]\nkeep_days = -1\n",
            "connect.toml:2:13: invalid value: integer `-1`, expected u32",
        ),
        (
            "[settings]\nuserinfo = true\nuserinfo = false\n",
            "connect.toml:3:1: duplicate key",
        ),
    ] {
        assert_eq!(refused(text), said, "{text}");
    }
}

#[test]
fn everything_that_contradicts_itself_is_listed_at_once_in_the_order_of_the_file() {
    let text = r#"
[[personas]]
email = "ada@example.com"
user_id = "ada"
[[personas]]
email = "ADA@example.com"
[[apps]]
name = "A"
client_secret = "hunter2"
[[apps]]
name = "A"
[[apps]]
name = "B"
client_id = "client_1"
webhook_signing_secret = "whsec_0123456789abcdef"
[[apps]]
name = "C"
client_id = "client_1"
webhook_signing_secret = "whsec_0123456789abcdef"
"#;
    insta::assert_snapshot!(refused(text), @r#"
    connect.toml:4:11: personas[0].user_id: an id is `user_` and 1 to 64 letters, digits, `-` or `_` after it; leave it out to have one made
    connect.toml:6:9: personas[1].email: the persona `ADA@example.com` is in the file already, as personas[0]; remove one of the two
    connect.toml:9:17: apps[0].client_secret: a secret is `secret_` and 16 to 128 letters, digits, `-` or `_` after it; leave it out to have one made
    connect.toml:11:8: apps[1].name: the app `A` is in the file already, as apps[0]; remove one of the two, or tell them apart by client_id
    connect.toml:18:13: apps[3].client_id: the id `client_1` is in the file already, as apps[2]; remove one of the two
    connect.toml:19:26: apps[3].webhook_signing_secret: apps[2] has the same secret; each must be its own
    "#);
}

#[test]
fn no_error_shows_a_secret() {
    for text in [
        "[[apps]]\nname = \"A\"\nclient_secret = \"hunter2-hunter2-hunter2\"\n",
        "[[apps]]\nname = \"A\"\nclient_secrett = \"secret_hunter2-hunter2\"\n",
        "[[apps]]\nname = \"A\"\nclient_secret = [\"secret_hunter2-hunter2\"]\n",
        "[[apps]]\nname = \"A\"\nclient_secret = \"secret_hunter2-hunter2\n",
    ] {
        assert!(!refused(text).contains("hunter2"), "{}", refused(text));
    }
    let shown = format!(
        "{:?}",
        file("[[apps]]\nname = \"A\"\nclient_secret = \"secret_hunter2-hunter2-hunter2\"\n")
    );
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = read(Path::new("/nowhere/connect.toml")).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("/nowhere/connect.toml can't be read: "),
        "{error}"
    );
}

#[test]
fn an_empty_file_says_nothing() {
    assert_eq!(*file("").file(), crate::configuration::File::default());
}

#[test]
fn the_schema_describes_every_key_and_the_example_shows_each() {
    let schema = serde_json::to_value(schema()).unwrap();
    let text = std::fs::read_to_string(example()).unwrap();
    let mut keys = 0;
    for table in ["SettingsTable", "PersonaTable", "AppTable"] {
        let about = &schema["$defs"][table];
        assert_eq!(about["additionalProperties"], false, "{table}");
        for (key, value) in about["properties"].as_object().unwrap() {
            keys += 1;
            assert!(
                value["description"]
                    .as_str()
                    .is_some_and(|text| text.len() > 10),
                "{table}.{key}: {value}"
            );
            assert!(
                text.lines()
                    .any(|line| line.starts_with(&format!("{key} = "))),
                "the example lacks {key}"
            );
        }
    }
    assert_eq!(
        (schema["additionalProperties"].clone(), keys),
        (json!(false), 35)
    );
}
