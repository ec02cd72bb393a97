//! Requests changed by hand, at random: whenever something is foreseen, it is what comes.

use serde_json::{Value, json};

use super::dice::{Dice, told};
use super::table::sandbox;
use super::walker::Walk;

/// How many edits are tried at each step, unless `CONNECT_EDITS` says more.
const TRIES: u64 = 5;
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_edited_at_random_is_answered_as_foreseen() {
    let sandbox = sandbox().await;
    let mut wrong = Vec::new();
    let mut foreseen = 0;
    let tries = told("CONNECT_EDITS").unwrap_or(TRIES);
    let mut dice = Dice::thrown();
    for profile in ["loop", "strict"] {
        let settings = json!({ "profile": profile });
        sandbox.rpc("settings_update", settings).await;
        for app in ["Table", "Demo SPA"] {
            let steps = [
                "sign_in",
                "token",
                "api",
                "introspect",
                "refresh",
                "reuse",
                "revoke",
                "after_revoke",
            ];
            for step in steps {
                let mut walk = Walk::start(&sandbox, app).await;
                let mut spent = true;
                for one in 0..tries {
                    // What was spent is sent again as well, now and then.
                    if spent && (one == 0 || dice.below(2) == 0) {
                        walk = Walk::start(&sandbox, app).await;
                        walk.reach(step).await;
                    }
                    let plan = walk.plan(step).await;
                    let edit = edited(&plan, &mut dice);
                    let shown = edit.to_string();
                    let Some(taken) = walk.take(step, None, Some(edit)).await else {
                        continue;
                    };
                    spent = taken.spends(step);
                    if taken.run["prediction"].is_null() || taken.run["main_exchange"].is_null() {
                        continue;
                    }
                    foreseen += 1;
                    if let Some(disagreement) = taken.disagreement(&walk).await {
                        wrong.push(format!("{profile} {app} {step}: {disagreement}\n  {shown}"));
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {foreseen}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(foreseen > 120, "only {foreseen} could be foreseen");
}

/// The main request of a plan with one to three changes.
fn edited(plan: &Value, dice: &mut Dice) -> Value {
    let requests = plan["requests"].as_array().expect("requests");
    let main = requests
        .iter()
        .find(|it| it["main"] == true)
        .expect("a main request");
    let mut edit = json!({
        "method": main["method"], "url": main["url"], "headers": main["headers"], "body": main["body"],
    });
    for _ in 0..=dice.below(3) {
        change(&mut edit, dice);
    }
    edit
}

fn change(edit: &mut Value, dice: &mut Dice) {
    let (url, body) = (of(edit, "url"), of(edit, "body"));
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    match dice.below(12) {
        0 => edit["method"] = dice.one(&["GET", "POST", "PUT", "PATCH", "DELETE"]).into(),
        1 => {
            let end = dice.one(&["/", "x", "/x", "%20"]);
            edit["url"] = joined(&format!("{path}{end}"), query).into();
        }
        2 => {
            let headers = edit["headers"].as_array_mut().expect("headers");
            if !headers.is_empty() {
                let at = dice.below(headers.len());
                headers.remove(at);
            }
        }
        3 => {
            let headers = edit["headers"].as_array_mut().expect("headers");
            let (name, value) = HEADERS[dice.below(HEADERS.len())];
            headers.push(json!({ "name": name, "value": value }));
        }
        // The parameters, where the request has them.
        _ if body.is_empty() => edit["url"] = joined(path, &parameters(query, dice)).into(),
        4 => edit["url"] = joined(path, &parameters(query, dice)).into(),
        _ => edit["body"] = parameters(&body, dice).into(),
    }
}

const HEADERS: [(&str, &str); 11] = [
    ("Authorization", "Bearer {{access_token}}"),
    ("Authorization", "Bearer {{refresh_token}}"),
    ("Authorization", "Basic {{client_credentials}}"),
    ("Authorization", "Basic e30="),
    ("Authorization", "Negotiate x"),
    ("Content-Type", "application/json"),
    (
        "Content-Type",
        "application/x-www-form-urlencoded; charset=utf-8",
    ),
    ("Accept", "application/json"),
    ("Accept", "text/html"),
    ("Idempotency-Key", "one"),
    ("X-Brand-Id", "loopbio"),
];

/// Parameters with one dropped, doubled, altered, added, emptied or two swapped.
fn parameters(text: &str, dice: &mut Dice) -> String {
    let mut pairs: Vec<String> = text
        .split('&')
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect();
    let (one, other) = (dice.below(pairs.len()), dice.below(pairs.len()));
    let kind = if pairs.is_empty() { 0 } else { dice.below(7) };
    let split = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_owned(), value.to_owned())
    };
    match kind {
        0 => {
            let added = [
                "access_token={{access_token}}",
                "token={{refresh_token}}",
                "code={{code}}",
                "refresh_token={{old_refresh_token}}",
                "scope=openid",
                "scope=read%3Amoon",
                "state=x",
                "client_secret=secret_x",
                "client_id=client_x",
                "prompt=none",
                "request=x",
                "a=%FF",
                "limit=1",
                "code_verifier=x",
                "token_type_hint=code",
                "nonce=n",
                "max_age=x",
                "response_mode=form_post",
            ];
            pairs.push(dice.one(&added).to_owned());
        }
        1 => drop(pairs.remove(one)),
        2 => pairs.push(pairs[one].clone()),
        3 => pairs[one].push('x'),
        4 => pairs[one] = format!("{}=", split(&pairs[one]).0),
        5 => {
            let values = [
                "code",
                "openid",
                "token",
                "{{access_token}}",
                "{{refresh_token}}",
                "{{code}}",
                "authorization_code",
                "refresh_token",
                "plain",
                "x%00y",
            ];
            pairs[one] = format!("{}={}", split(&pairs[one]).0, dice.one(&values));
        }
        _ => {
            let (first, second) = (split(&pairs[one]), split(&pairs[other]));
            pairs[one] = format!("{}={}", first.0, second.1);
            if one != other {
                pairs[other] = format!("{}={}", second.0, first.1);
            }
        }
    }
    pairs.join("&")
}

fn joined(path: &str, query: &str) -> String {
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

fn of(edit: &Value, member: &str) -> String {
    edit[member].as_str().unwrap_or_default().to_owned()
}
