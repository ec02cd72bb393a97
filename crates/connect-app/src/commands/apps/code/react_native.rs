//! React Native with Expo, for apps without a secret.

use askama::Template as _;
use connect_core::domain::app::AppType;
use url::Url;

use super::wanted::{Redirect, Sample, Wanted};
use super::{Code, Made, Template, file, step};

const TITLE: &str = "React Native with Expo";
const PROOF: &str = "Type-checked by the tests of this program, against the types of React Native and Expo's modules; its \
                     calls of Loop (loop.ts) are run under Node. It was not run on a phone.";

#[derive(askama::Template)]
#[template(path = "code/react_native/App.tsx", escape = "none")]
struct Screen<'w> {
    w: &'w Wanted,
}

#[derive(askama::Template)]
#[template(path = "code/react_native/loop.ts", escape = "none")]
struct Calls<'w> {
    w: &'w Wanted,
    redirect: &'w Redirect,
}

#[derive(askama::Template)]
#[template(path = "code/react_native/app.json", escape = "none")]
struct AppJson<'w> {
    w: &'w Wanted,
    redirect: &'w Redirect,
}

impl Calls<'_> {
    fn client_id(&self) -> String {
        quoted(&self.w.client_id)
    }

    fn redirect_uri(&self) -> String {
        quoted(&self.redirect.uri)
    }

    fn identity(&self) -> String {
        quoted(&self.w.platform)
    }

    fn api_url(&self) -> String {
        let Sample { service, path, .. } = &self.w.sample;
        quoted(&format!("{}/{service}{path}", self.w.platform))
    }
}

impl AppJson<'_> {
    fn scheme(&self) -> &str {
        self.redirect.scheme()
    }
}

pub(super) fn person(wanted: &Wanted, app_type: AppType) -> Template {
    if app_type.is_confidential() {
        return Ok(Made::Unsuitable {
            title: TITLE,
            because: format!(
                "A phone can't keep a secret, and a {} app has one. Register a mobile app for the phone.",
                app_type.as_str()
            ),
        });
    }
    let Some(redirect) = &wanted.redirect else {
        return Ok(Made::Unsuitable {
            title: TITLE,
            because: "On a phone the answer comes back through a scheme of the app. Add a redirect URI such as \
                      com.example.app:/callback."
                .to_owned(),
        });
    };
    let screen = Screen { w: wanted };
    let calls = Calls {
        w: wanted,
        redirect,
    };
    let json = AppJson {
        w: wanted,
        redirect,
    };
    let create = format!(
        "npx create-expo-app@latest {} --template blank-typescript",
        wanted.package
    );
    Ok(Made::Code(Code {
        title: TITLE,
        files: vec![
            file("App.tsx", "tsx", &screen.render()?),
            file("loop.ts", "typescript", &calls.render()?),
            file("app.json", "json", &json.render()?),
        ],
        requires: vec!["Node.js 20 or newer", "Android Studio, or Xcode on a Mac"],
        steps: vec![
            step(
                "Make an Expo app, and put these files over its own.",
                &create,
            ),
            step(
                "Install Expo's modules, in its directory.",
                "npx expo install expo-auth-session expo-crypto expo-secure-store expo-web-browser",
            ),
            step(
                "Run it. The scheme of the redirect URI needs a build of its own; Expo Go has another.",
                "npx expo run:android",
            ),
        ],
        notes: reaching(&wanted.platform),
        from_env: false,
        has_page: false,
        proof: PROOF,
    }))
}

/// How a phone reaches a sandbox that listens on this machine alone.
fn reaching(base: &str) -> Vec<String> {
    let port = Url::parse(base)
        .ok()
        .and_then(|url| url.port())
        .unwrap_or(80);
    vec![
        "An iOS simulator shares this machine's network: the addresses in loop.ts work as they are.".to_owned(),
        format!(
            "An Android emulator or phone on a cable: `adb reverse tcp:{port} tcp:{port}` leads its 127.0.0.1:{port} here. \
             An emulator also finds this machine at http://10.0.2.2:{port}, once the sandbox answers to that name: \
             `--allow-host 10.0.2.2`."
        ),
        format!(
            "A phone in the same network: start the sandbox with `--listen 0.0.0.0 --allow-host <this machine's address>`, \
             and put http://<this machine's address>:{port} into loop.ts. Everybody in the network can then use the \
             sandbox: it shows so, and it holds invented people only."
        ),
        "Release builds take no plain http; in production the addresses are https.".to_owned(),
    ]
}

/// Inside double quotes of TypeScript.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
