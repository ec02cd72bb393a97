//! A request that can be changed by its parts, and the credentials that are put into it when it is sent.

use base64::Engine as _;
use form_urlencoded::Serializer;
use serde::{Deserialize, Serialize};

use crate::session::{Facts, Setup};

/// A request as it will be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// `GET`, `POST`…
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Headers in order, without `Host` and `Content-Length` unless somebody put them in.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// `Content-Type` of a form.
pub const FORM: &str = "application/x-www-form-urlencoded";

impl Request {
    /// A request without body.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            method: "GET".to_owned(),
            url: url.into(),
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// A form.
    #[must_use]
    pub fn form_post(url: impl Into<String>, fields: &[(&str, &str)]) -> Self {
        let mut request = Self {
            method: "POST".to_owned(),
            ..Self::get(url)
        };
        request.set_header("Content-Type", FORM);
        let fields: Vec<(String, String)> = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        request.set_form(&fields);
        request
    }

    /// The same with a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set_header(name, value);
        self
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Gives a header this value, once.
    pub fn set_header(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        let mut headers = self.headers.iter_mut();
        match headers.find(|(it, _)| it.eq_ignore_ascii_case(name)) {
            Some((_, old)) => *old = value,
            None => self.headers.push((name.to_owned(), value)),
        }
    }

    /// Takes a header away.
    pub fn remove_header(&mut self, name: &str) {
        self.headers
            .retain(|(it, _)| !it.eq_ignore_ascii_case(name));
    }

    /// Fields of the body, decoded.
    #[must_use]
    pub fn form(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.body.as_bytes())
            .into_owned()
            .collect()
    }

    /// Makes the body of these fields.
    pub fn set_form(&mut self, fields: &[(String, String)]) {
        self.body = encoded(fields);
    }

    /// The value of a field of the body.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<String> {
        value_of(&self.form(), name)
    }

    /// Gives a field of the body this value; none takes it away.
    pub fn set_field(&mut self, name: &str, value: Option<&str>) {
        let mut fields = self.form();
        set(&mut fields, name, value);
        self.set_form(&fields);
    }

    /// Parameters behind the `?`, decoded.
    #[must_use]
    pub fn query(&self) -> Vec<(String, String)> {
        let query = self.url.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    /// Makes what is behind the `?` of these parameters.
    pub fn set_query(&mut self, parameters: &[(String, String)]) {
        let base = self.url.split(['?', '#']).next().unwrap_or_default();
        self.url = if parameters.is_empty() {
            base.to_owned()
        } else {
            format!("{base}?{}", encoded(parameters))
        };
    }

    /// The value of a parameter behind the `?`.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        value_of(&self.query(), name)
    }

    /// Gives a parameter behind the `?` this value; none takes it away.
    pub fn set_parameter(&mut self, name: &str, value: Option<&str>) {
        let mut parameters = self.query();
        set(&mut parameters, name, value);
        self.set_query(&parameters);
    }

    /// The path of the URL, decoded nowhere.
    #[must_use]
    pub fn path(&self) -> &str {
        let rest = self.url.split_once("://").map_or(&*self.url, |(_, it)| it);
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        rest.find('/').map_or("/", |at| &rest[at..])
    }

    /// The same with every `{{name}}` replaced by what the app knows under that name. One that is not known stays.
    #[must_use]
    pub fn filled(&self, facts: &Facts, setup: &Setup) -> Self {
        let mut values: Vec<(&str, String)> = Vec::new();
        let mut add = |name, value: &Option<String>| {
            values.extend(value.clone().map(|value| (name, value)));
        };
        add("client_secret", &setup.client_secret);
        add("code", &facts.code);
        add("access_token", &facts.access_token);
        add("refresh_token", &facts.refresh_token);
        add("old_refresh_token", &facts.old_refresh_token);
        add("id_token", &facts.id_token);
        let basic = setup.client_secret.as_deref().map(|secret| {
            let pair = format!("{}:{}", www(&setup.client_id), www(secret));
            base64::engine::general_purpose::STANDARD.encode(pair)
        });
        add("client_credentials", &basic);
        let plain = |text: &str| replaced(text, &values, str::to_owned);
        let coded = |text: &str| replaced(text, &values, www);
        let is_form = self
            .header("content-type")
            .is_some_and(|it| it.starts_with(FORM));
        Self {
            method: self.method.clone(),
            url: coded(&self.url),
            headers: self
                .headers
                .iter()
                .map(|(name, value)| (name.clone(), plain(value)))
                .collect(),
            body: if is_form {
                coded(&self.body)
            } else {
                plain(&self.body)
            },
        }
    }

    /// The same for people: `{{name}}` readable, however it was encoded.
    #[must_use]
    pub fn readable(&self) -> Self {
        let plain = |text: &str| text.replace("%7B%7B", "{{").replace("%7D%7D", "}}");
        Self {
            url: plain(&self.url),
            body: plain(&self.body),
            ..self.clone()
        }
    }
}

fn encoded(pairs: &[(String, String)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn www(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn replaced(text: &str, values: &[(&str, String)], encode: impl Fn(&str) -> String) -> String {
    let mut text = text.replace("%7B%7B", "{{").replace("%7D%7D", "}}");
    for (name, value) in values {
        text = text.replace(&format!("{{{{{name}}}}}"), &encode(value));
    }
    text
}

fn value_of(pairs: &[(String, String)], name: &str) -> Option<String> {
    let mut pairs = pairs.iter();
    let found = pairs.find(|(it, _)| it == name);
    found.map(|(_, value)| value.clone())
}

fn set(pairs: &mut Vec<(String, String)>, name: &str, value: Option<&str>) {
    match value {
        None => pairs.retain(|(it, _)| it != name),
        Some(value) => match pairs.iter_mut().find(|(it, _)| it == name) {
            Some((_, old)) => value.clone_into(old),
            None => pairs.push((name.to_owned(), value.to_owned())),
        },
    }
}
