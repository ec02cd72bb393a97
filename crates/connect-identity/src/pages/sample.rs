//! Every page with realistic and with extreme content, for the tests and for looking at them.

use connect_core::domain::refusal::{Refusal, Remedy};
use connect_core::domain::standing::Clause;
use connect_core::protocol::error::ErrorCode;
use connect_core::protocol::scope::{CATALOGUE, ScopeSet};

use super::{
    AppView, Comparison, Consent, FormRefused, FrontPage, InteractionOver, MethodNotAllowed,
    NotFound, Outcome, Page, PersonaView, RefusalPage, ScopeView, ServerFault, SignIn,
    SignInReason, SignedOut, Suggestion,
};

/// Text that breaks out of markup, attributes, lines and directions wherever it is not treated.
pub(crate) const HOSTILE: &str = "</title></code><script>alert(1)</script>\"' onmouseover='alert(2)' style=\"x\" &lt; \u{202E}gnp\u{2066}\u{0}\u{1B}[31m \u{200B}ok";

/// Every sample page with a name for it.
pub(crate) fn pages() -> Vec<(&'static str, Box<dyn Page>)> {
    vec![
        ("sign-in", Box::new(sign_in())),
        (
            "sign-in-hinted",
            Box::new(SignIn {
                login_hint: Some("Priya@Example.com".into()),
                reason: SignInReason::AppAskedAgain,
                signed_in: Some("user_01JZA".into()),
                consent_follows: false,
                cancel_action: None,
                ..sign_in()
            }),
        ),
        (
            "sign-in-empty",
            Box::new(SignIn {
                personas: Vec::new(),
                ..sign_in()
            }),
        ),
        (
            "sign-in-stray-hint",
            Box::new(SignIn {
                login_hint: Some("someone@elsewhere.example".into()),
                ..sign_in()
            }),
        ),
        ("sign-in-extreme", Box::new(extreme_sign_in())),
        ("consent", Box::new(consent())),
        (
            "consent-few",
            Box::new(Consent {
                scopes: asked("openid profile email", ""),
                app: app("Bloom", None),
                redirect_uri: "com.bloom.app:/oauth/callback".into(),
                ..consent()
            }),
        ),
        (
            "consent-none",
            Box::new(Consent {
                scopes: Vec::new(),
                ..consent()
            }),
        ),
        (
            "consent-more",
            Box::new(Consent {
                scopes: asked(
                    "openid profile read:biomarkers write:check_ins read:membership",
                    "openid profile read:biomarkers",
                ),
                ..consent()
            }),
        ),
        (
            "consent-again",
            Box::new(Consent {
                scopes: asked("openid read:biomarkers", "openid read:biomarkers"),
                ..consent()
            }),
        ),
        (
            "consent-first-party",
            Box::new(Consent {
                app: AppView {
                    is_first_party: true,
                    client_uri: None,
                    ..app("Loop Coach", None)
                },
                scopes: asked("openid email read:account read:protocols", ""),
                redirect_uri: "https://coach.loop.example/callback".into(),
                ..consent()
            }),
        ),
        (
            "consent-all",
            Box::new(Consent {
                scopes: all_scopes(),
                ..consent()
            }),
        ),
        ("consent-extreme", Box::new(extreme_consent())),
        ("refusal-redirect", Box::new(redirect_refusal())),
        ("refusal-client", Box::new(client_refusal())),
        (
            "refusal-missing",
            Box::new(RefusalPage {
                comparison: Some(Comparison {
                    parameter: "redirect_uri".into(),
                    accepted: vec![
                        "http://localhost:3000/callback".into(),
                        "http://localhost:5000/callback".into(),
                    ],
                    received: None,
                }),
                title: "The app did not say where to return to".into(),
                note: None,
                refusal: Refusal {
                    remedy: None,
                    ..redirect_refusal().refusal
                },
                ..redirect_refusal()
            }),
        ),
        ("refusal-extreme", Box::new(extreme_refusal())),
        ("over-expired", Box::new(over(Outcome::Expired))),
        ("over-allowed", Box::new(over(Outcome::Allowed))),
        ("over-denied", Box::new(over(Outcome::Denied))),
        (
            "over-unknown",
            Box::new(InteractionOver {
                outcome: Outcome::Unknown,
                app: None,
                redirect_uri: None,
                trace_id: None,
            }),
        ),
        (
            "form-refused",
            Box::new(FormRefused {
                check: "csrf_matches".into(),
                reason: "The form’s csrf value belongs to another browser session.".into(),
                exchange_id: EXCHANGE.into(),
                trace_id: Some(TRACE.into()),
            }),
        ),
        (
            "signed-out",
            Box::new(SignedOut {
                person: Some(maya()),
                trace_id: Some(TRACE.into()),
            }),
        ),
        (
            "front",
            Box::new(FrontPage {
                base_url: "http://localhost:9400".into(),
                services: vec!["clinical", "patient-graph"],
            }),
        ),
        ("not-found", Box::new(not_found())),
        (
            "method",
            Box::new(MethodNotAllowed {
                method: "GET".into(),
                path: "/v1/oauth/token".into(),
                allowed: vec!["POST".into()],
                exchange_id: EXCHANGE.into(),
            }),
        ),
        (
            "fault",
            Box::new(ServerFault {
                exchange_id: EXCHANGE.into(),
                trace_id: Some(TRACE.into()),
            }),
        ),
    ]
}

const EXCHANGE: &str = "exchange_01JZB3W5M2C9R7T4K8D1F6G0HN";
const TRACE: &str = "trace_01JZB3W5KQX8S2V6N4P9A7E1YB";
const CSRF: &str = "csrf-sample";

fn app(name: &str, logo_uri: Option<&str>) -> AppView {
    AppView {
        name: name.into(),
        client_id: "client_01JZB2QH7N4V8K3D9S6T1W5XCA".into(),
        client_uri: Some("https://vitalog.example/about".into()),
        logo_uri: logo_uri.map(str::to_owned),
        is_first_party: false,
    }
}

fn persona(id: &str, name: &str, email: &str, brand: &str, description: &str) -> PersonaView {
    PersonaView {
        user_id: id.into(),
        name: name.into(),
        email: email.into(),
        brand: brand.into(),
        description: description.into(),
    }
}

fn maya() -> PersonaView {
    persona(
        "user_01JZA",
        "Maya Lindqvist",
        "maya@example.com",
        "loop",
        "Two years of labs, testosterone protocol, Oura ring",
    )
}

fn asked(scopes: &str, granted: &str) -> Vec<ScopeView> {
    let set = |text| ScopeSet::parse(text).expect("scopes of the catalogue");
    ScopeView::list(&set(scopes), &set(granted))
}

fn all_scopes() -> Vec<ScopeView> {
    CATALOGUE
        .iter()
        .filter(|scope| !scope.machine_only)
        .map(|scope| ScopeView {
            scope,
            granted_before: false,
        })
        .collect()
}

fn sign_in() -> SignIn {
    SignIn {
        app: app("Vitalog", None),
        personas: vec![
            maya(),
            persona(
                "user_01JZB",
                "Jonas Okafor",
                "jonas@example.com",
                "loop",
                "Raised LDL and hs-CRP, no protocol yet",
            ),
            persona(
                "user_01JZC",
                "Priya Raman",
                "priya@example.com",
                "loopbio",
                "Thyroid follow-up, Libre sensor, brand loopbio",
            ),
        ],
        login_hint: None,
        signed_in: None,
        reason: SignInReason::NobodySignedIn,
        consent_follows: true,
        redirect_uri: "http://localhost:3000/callback".into(),
        csrf: CSRF.into(),
        action: "/v1/oauth/interaction/interaction_01JZB/sign-in".into(),
        cancel_action: Some("/v1/oauth/interaction/interaction_01JZB/consent".into()),
        trace_id: Some(TRACE.into()),
    }
}

fn extreme_sign_in() -> SignIn {
    let mut page = SignIn {
        app: AppView {
            client_id: HOSTILE.into(),
            ..app(
                &"Very long name ".repeat(340),
                Some("http://localhost:3000/none.png"),
            )
        },
        login_hint: Some(HOSTILE.into()),
        reason: SignInReason::SignInTooOld,
        redirect_uri: format!(
            "https://{}.example.com/callback",
            "very-long-subdomain.".repeat(9)
        ),
        trace_id: Some(HOSTILE.into()),
        ..sign_in()
    };
    page.personas = vec![
        persona(
            "user_1",
            HOSTILE,
            &format!("{}@example.com", "a".repeat(240)),
            HOSTILE,
            HOSTILE,
        ),
        persona(
            "\"><script>",
            "\u{202E}\u{200B}",
            "hidden@example.com",
            "loop",
            &"long ".repeat(900),
        ),
        persona(
            "user_3",
            "محمد عبد الرحمن",
            "mohamed@example.com",
            "loop",
            "فحوصات سنتين",
        ),
        persona("user_4", "山田 太郎", "taro@example.jp", "loopbio", ""),
        persona(
            "user_5",
            &"W".repeat(5_000),
            "w@example.com",
            "loop",
            "Five thousand letters",
        ),
    ];
    page.personas.extend((6..40).map(|n| {
        persona(
            &format!("user_{n}"),
            &format!("Person {n}"),
            &format!("p{n}@example.com"),
            "loop",
            "One of many",
        )
    }));
    page
}

fn consent() -> Consent {
    Consent {
        app: app(
            "Vitalog",
            Some(
                "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 40'%3E%3Crect width='40' height='40' fill='%23134e4a'/%3E%3Cpath d='M8 21h6l4-9 5 17 4-8h5' fill='none' stroke='%2399f6e4' stroke-width='3' stroke-linejoin='round'/%3E%3C/svg%3E",
            ),
        ),
        person: maya(),
        scopes: asked(
            "openid profile email read:biomarkers read:protocols write:check_ins read:membership",
            "",
        ),
        redirect_uri: "http://localhost:3000/callback".into(),
        csrf: CSRF.into(),
        action: "/v1/oauth/interaction/interaction_01JZB/consent".into(),
        switch_action: "/v1/oauth/interaction/interaction_01JZB/switch".into(),
        trace_id: Some(TRACE.into()),
    }
}

fn extreme_consent() -> Consent {
    Consent {
        app: AppView {
            client_uri: Some("javascript:alert(1)".into()),
            client_id: HOSTILE.into(),
            ..app(HOSTILE, Some("https://cdn.example.com/logo.png"))
        },
        person: persona(
            "user_1",
            &"W".repeat(5_000),
            &format!("{}@example.com", "a".repeat(240)),
            HOSTILE,
            HOSTILE,
        ),
        scopes: all_scopes()
            .into_iter()
            .map(|view| ScopeView {
                granted_before: view.scope.name.starts_with("read:"),
                ..view
            })
            .collect(),
        redirect_uri: format!(
            "https://loop.health@{}evil.example/{}",
            "a.".repeat(60),
            HOSTILE
        ),
        ..consent()
    }
}

fn redirect_refusal() -> RefusalPage {
    let refusal = Refusal::new(
        "redirect_uri_registered",
        ErrorCode::InvalidRequest,
        "redirect_uri is not registered for this client",
        Clause::documented("/connect/security"),
    )
    .expected("one of the registered redirect URIs, compared as exact strings")
    .received("http://localhost:3000/callback/")
    .fix("Send the redirect URI exactly as it is registered, or register the one you send.")
    .remedy(Remedy {
        command: "apps_update",
        payload: serde_json::json!({"client_id": "client_01JZB2QH7N4V8K3D9S6T1W5XCA", "redirect_uris": ["http://localhost:3000/callback", "http://localhost:3000/callback/"]}),
        label: "Register it".into(),
    });
    RefusalPage {
        title: "This app asked to return to an address it has not registered".into(),
        refusal,
        comparison: Some(Comparison {
            parameter: "redirect_uri".into(),
            accepted: vec![
                "http://localhost:5000/callback".into(),
                "http://localhost:3000/callback".into(),
            ],
            received: Some("http://localhost:3000/callback/".into()),
        }),
        note: Some("The only difference is a slash at the end.".into()),
        app: Some(app("Vitalog", None)),
        exchange_id: EXCHANGE.into(),
        trace_id: Some(TRACE.into()),
    }
}

fn client_refusal() -> RefusalPage {
    RefusalPage {
        title: "This app is not registered here".into(),
        refusal: Refusal::new("client_known", ErrorCode::InvalidClient, "client_id is not registered", Clause::standard("RFC 6749 §4.1.2.1"))
            .expected("the client_id of a registered app")
            .received("client_01JZZZZZZZZZZZZZZZZZZZZZZZ")
            .fix("Register the app in this sandbox, or use the client_id of one that is: “connect-sandbox rpc apps_list” lists them."),
        comparison: None,
        note: Some("Ids differ from sandbox to sandbox. Was this one made in another workspace?".into()),
        app: None,
        ..redirect_refusal()
    }
}

fn extreme_refusal() -> RefusalPage {
    let long = format!("https://app.example.com/{}", "segment/".repeat(900));
    RefusalPage {
        title: HOSTILE.into(),
        refusal: Refusal::new(
            "redirect_uri_registered",
            ErrorCode::InvalidRequest,
            HOSTILE.to_owned(),
            Clause::assumed("ruling 5"),
        )
        .fix(HOSTILE.to_owned())
        .remedy(Remedy {
            command: "apps_update",
            payload: serde_json::json!({ "name": format!("it's {HOSTILE}") }),
            label: HOSTILE.into(),
        }),
        comparison: Some(Comparison {
            parameter: HOSTILE.into(),
            accepted: (0..60).map(|n| format!("{long}{n}")).collect(),
            received: Some(format!("{long}{HOSTILE}")),
        }),
        note: Some(HOSTILE.into()),
        app: Some(app(HOSTILE, Some("http://127.0.0.1:3000/none.png"))),
        exchange_id: HOSTILE.into(),
        trace_id: Some(HOSTILE.into()),
    }
}

fn over(outcome: Outcome) -> InteractionOver {
    InteractionOver {
        outcome,
        app: Some(app("Vitalog", None)),
        redirect_uri: Some("http://localhost:3000/callback?code=never-shown".into()),
        trace_id: Some(TRACE.into()),
    }
}

fn not_found() -> NotFound {
    let suggestion = |path: &str, what: &str| Suggestion {
        path: path.into(),
        what: what.into(),
    };
    NotFound {
        path: format!("/v1/oauth/authorise?{HOSTILE}"),
        reason: None,
        suggestions: vec![
            suggestion("/.well-known/openid-configuration", "discovery"),
            suggestion("/.well-known/jwks.json", "signing keys"),
            suggestion("/v1/oauth/authorize", "where a flow begins"),
        ],
        exchange_id: EXCHANGE.into(),
    }
}
