//! Sign-in and consent pages, as far as a browser without a screen must understand them: their forms and buttons.

use html5gum::{Token, Tokenizer};

/// A form of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// Where it is sent; empty for the page's own address.
    pub action: String,
    /// `GET` or `POST`.
    pub method: String,
    /// Its fields with their values, buttons not among them.
    pub fields: Vec<(String, String)>,
    /// Its buttons.
    pub buttons: Vec<Button>,
}

/// A button of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Button {
    /// Its name; empty for none.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What stands on it.
    pub text: String,
}

/// Every form of a page, in order.
#[must_use]
pub fn forms(html: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut in_form = false;
    let mut in_button = false;
    for token in Tokenizer::new(html) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let attribute = |name: &str| -> String {
                    let value = tag.attributes.get(name.as_bytes());
                    value.map_or_else(String::new, |value| {
                        String::from_utf8_lossy(value).into_owned()
                    })
                };
                match &**tag.name {
                    b"form" => {
                        in_form = true;
                        let method = attribute("method").to_ascii_uppercase();
                        forms.push(Form {
                            action: attribute("action"),
                            method: if method == "POST" {
                                method
                            } else {
                                "GET".to_owned()
                            },
                            ..Form::default()
                        });
                    }
                    b"input" if in_form => {
                        let has = |name: &[u8]| tag.attributes.contains_key(name);
                        let kind = attribute("type").to_ascii_lowercase();
                        let form = forms.last_mut().filter(|_| !has(b"disabled"));
                        match (form, &*kind) {
                            (Some(form), "submit" | "image") => form.buttons.push(Button {
                                name: attribute("name"),
                                value: attribute("value"),
                                text: attribute("value"),
                            }),
                            (_, "button" | "reset") => {}
                            // What is not ticked is not sent; what is ticked without a value says `on`.
                            (_, "checkbox" | "radio") if !has(b"checked") => {}
                            (Some(form), "checkbox" | "radio") if !has(b"value") => {
                                form.fields.push((attribute("name"), "on".to_owned()));
                            }
                            (Some(form), _) if has(b"name") => {
                                form.fields.push((attribute("name"), attribute("value")));
                            }
                            _ => {}
                        }
                    }
                    b"button" if in_form => {
                        in_button = true;
                        if let Some(form) = forms.last_mut() {
                            form.buttons.push(Button {
                                name: attribute("name"),
                                value: attribute("value"),
                                text: String::new(),
                            });
                        }
                    }
                    _ => {}
                }
            }
            Token::EndTag(tag) => match &**tag.name {
                b"form" => in_form = false,
                b"button" => in_button = false,
                _ => {}
            },
            Token::String(text) if in_button => {
                let button = forms.last_mut().and_then(|form| form.buttons.last_mut());
                if let Some(button) = button {
                    button.text.push_str(&String::from_utf8_lossy(&text));
                }
            }
            _ => {}
        }
    }
    forms
}

/// The text of the page's main heading.
#[must_use]
pub fn heading(html: &str) -> Option<String> {
    let mut heading: Option<String> = None;
    for token in Tokenizer::new(html) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) if &**tag.name == b"h1" => heading = Some(String::new()),
            Token::EndTag(tag) if &**tag.name == b"h1" => break,
            Token::String(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&String::from_utf8_lossy(&text));
                }
            }
            _ => {}
        }
    }
    heading.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The error code of a page that says no: the one that its link to the error reference names.
#[must_use]
pub fn error(html: &str) -> Option<String> {
    Tokenizer::new(html).find_map(|token| {
        let Ok(token) = token;
        let Token::StartTag(tag) = token else {
            return None;
        };
        let link = String::from_utf8_lossy(tag.attributes.get(&b"href"[..])?).into_owned();
        let (page, code) = link.split_once('#')?;
        page.ends_with("/errors").then(|| code.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_with_their_fields_and_buttons() {
        let html = r#"<h1>Choose <b>a</b>
            person</h1><form method="post" action="/i/1?a=1&amp;b=2"><input type=hidden name=csrf value="x&quot;y">
            <button name="user_id" value="user_1"><span>Maya</span> <b>maya@example.com</b></button>
            <button name=user_id value=user_2>Jonas jonas@example.com</button></form>
            <form action=/cancel><button>Cancel</button></form><button name=stray>no form</button>"#;
        assert_eq!(heading(html).as_deref(), Some("Choose a person"));
        let forms = forms(html);
        assert_eq!(forms.len(), 2);
        assert_eq!(
            (&*forms[0].method, &*forms[0].action),
            ("POST", "/i/1?a=1&b=2")
        );
        assert_eq!(forms[0].fields, [("csrf".to_owned(), "x\"y".to_owned())]);
        let buttons: Vec<(&str, &str)> = forms[0]
            .buttons
            .iter()
            .map(|it| (&*it.value, it.text.trim()))
            .collect();
        assert_eq!(
            buttons,
            [
                ("user_1", "Maya maya@example.com"),
                ("user_2", "Jonas jonas@example.com")
            ]
        );
        assert_eq!((&*forms[1].method, forms[1].buttons.len()), ("GET", 1));
    }

    #[test]
    fn fields_are_those_that_a_browser_would_send() {
        let html = "<form><input name=a value=1><input type=checkbox name=b checked>\
            <input type=checkbox name=c><input type=radio name=d value=1><input type=radio name=d value=2 checked>\
            <input name=e disabled value=1><input type=reset name=f><input value=2>\
            <input type=submit name=decision value=allow></form>";
        let form = &forms(html)[0];
        let fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        assert_eq!(fields, [("a", "1"), ("b", "on"), ("d", "2")]);
        let button = &form.buttons[0];
        assert_eq!((&*button.name, &*button.text), ("decision", "allow"));
    }
}
