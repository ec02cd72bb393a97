//! Variables as a `.env` file, as shell commands and as JSON, quoted as each of these needs it.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::arguments::EnvFormat;

/// A variable: name and value.
pub(crate) type Variable = (String, String);

/// The variables in `format`; `about` is said in a comment where there are comments.
pub(crate) fn variables(format: EnvFormat, about: &str, variables: &[Variable]) -> String {
    let about: String = about
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match format {
        EnvFormat::Dotenv => lines(&about, variables, "", dotenv_value),
        EnvFormat::Shell => lines(&about, variables, "export ", shell_word),
        EnvFormat::Json => {
            let object: Map<String, Value> = variables
                .iter()
                .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
                .collect();
            format!("{:#}", Value::Object(object))
        }
    }
}

fn lines(about: &str, variables: &[Variable], before: &str, quote: fn(&str) -> String) -> String {
    let mut text = format!("# {about}\n");
    for (name, value) in variables {
        let _ = writeln!(text, "{before}{name}={}", quote(value));
    }
    text
}

/// Characters that neither a shell nor a reader of `.env` files gives a meaning to.
fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c))
}

/// One word of a POSIX shell: as it is where that is safe, else in single quotes, which give nothing a meaning.
pub(crate) fn shell_word(value: &str) -> String {
    if is_plain(value) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', r"'\''"))
    }
}

/// A value of a `.env` file. Without quotes every reader takes it alike; single quotes are taken literally by all that
/// know quotes; a value that holds one is put in double quotes, with what has a meaning there escaped.
fn dotenv_value(value: &str) -> String {
    if is_plain(value) {
        value.to_owned()
    } else if value.contains('\'') {
        let mut text = String::from("\"");
        for c in value.chars() {
            if matches!(c, '"' | '\\' | '$' | '`') {
                text.push('\\');
            }
            text.push(c);
        }
        text.push('"');
        text
    } else {
        format!("'{value}'")
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const TRICKY: [&str; 9] = [
        "plain",
        "http://localhost:3000/callback",
        "com.example.demo:/call back",
        "a'b",
        "a\"b$HOME`id`\\n",
        "it's $HOME \"now\" `id` \\",
        "#no comment",
        "a;b&&c|d>e",
        "http://localhost/~user/(x)*?!",
    ];

    /// What a real shell makes of the text.
    #[cfg(unix)]
    fn evaluated(text: &str, name: &str) -> String {
        let script = format!("set -a\n{text}\nexec env -0");
        let out = Command::new("sh")
            .arg("-c")
            .arg(script)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .output()
            .unwrap();
        assert!(
            out.status.success(),
            "{text}\n{}",
            String::from_utf8_lossy(&out.stderr)
        );
        let out = String::from_utf8(out.stdout).unwrap();
        let prefix = format!("{name}=");
        out.split('\0')
            .find_map(|line| line.strip_prefix(&prefix))
            .unwrap()
            .to_owned()
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_reads_back_what_was_written() {
        for value in TRICKY {
            for format in [EnvFormat::Dotenv, EnvFormat::Shell] {
                let text = variables(format, "x\ny", &[("V".to_owned(), value.to_owned())]);
                assert_eq!(evaluated(&text, "V"), value, "{text}");
            }
        }
    }

    #[test]
    fn json_reads_back_what_was_written() {
        for value in TRICKY {
            let text = variables(EnvFormat::Json, "", &[("V".to_owned(), value.to_owned())]);
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["V"], value);
        }
    }

    #[test]
    fn what_needs_no_quotes_has_none() {
        let text = variables(
            EnvFormat::Dotenv,
            "about",
            &[("U".to_owned(), "http://127.0.0.1:9400".to_owned())],
        );
        assert_eq!(text, "# about\nU=http://127.0.0.1:9400\n");
        assert_eq!(shell_word(""), "''");
    }
}
