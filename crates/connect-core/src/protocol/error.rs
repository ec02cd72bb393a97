//! Every error code of the platform, with its HTTP status and the page that explains it (facts.md §10, ruling 17).

use serde::Serialize;

/// Which documented shape and page an error has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// `{error, error_description, error_uri}`.
    OAuth,
    /// The same three and `message`.
    Service,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $status:literal, $family:ident;)*) => {
        /// An error code on the wire.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$doc])* $variant,)* }

        impl ErrorCode {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The code as sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
            /// The HTTP status it comes with.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }
            /// Its shape and page.
            #[must_use]
            pub const fn family(self) -> Family {
                match self { $(Self::$variant => Family::$family,)* }
            }
        }
    };
}

codes! {
    /// Parameter missing or malformed.
    InvalidRequest = "invalid_request", 400, OAuth;
    /// Unknown client or wrong secret.
    InvalidClient = "invalid_client", 401, OAuth;
    /// Code or refresh token expired, used, revoked, or the verifier does not fit.
    InvalidGrant = "invalid_grant", 400, OAuth;
    /// The client may not use this grant or endpoint.
    UnauthorizedClient = "unauthorized_client", 400, OAuth;
    /// Not a grant of this endpoint.
    UnsupportedGrantType = "unsupported_grant_type", 400, OAuth;
    /// Not `code`.
    UnsupportedResponseType = "unsupported_response_type", 400, OAuth;
    /// Unknown scope, scope not allowed, or BAA missing.
    InvalidScope = "invalid_scope", 400, OAuth;
    /// The person said no.
    AccessDenied = "access_denied", 400, OAuth;
    /// Nobody is signed in and `prompt=none` (OpenID Connect Core §3.1.2.6).
    LoginRequired = "login_required", 400, OAuth;
    /// Consent is needed and `prompt=none` (OpenID Connect Core §3.1.2.6).
    ConsentRequired = "consent_required", 400, OAuth;
    /// `request` is not supported (OpenID Connect Core §6).
    RequestNotSupported = "request_not_supported", 400, OAuth;
    /// `request_uri` is not supported (OpenID Connect Core §6).
    RequestUriNotSupported = "request_uri_not_supported", 400, OAuth;
    /// The client may not do this here (introspection by a public client, ruling 13).
    OAuthForbidden = "forbidden", 403, OAuth;
    /// The scope is not allowed to this machine (/v1/tokens: 403).
    ScopeNotAllowed = "invalid_scope", 403, OAuth;
    /// The audience is not allowed to this machine (/v1/tokens: 403; the code is `invalid_target` of RFC 8707).
    AudienceNotAllowed = "invalid_target", 403, OAuth;
    /// Ours failed.
    ServerError = "server_error", 500, OAuth;
    /// Back off.
    TemporarilyUnavailable = "temporarily_unavailable", 503, OAuth;
    /// The bearer token is expired, revoked or malformed.
    InvalidToken = "invalid_token", 401, Service;
    /// The token lacks a scope (ruling 1).
    InsufficientScope = "insufficient_scope", 403, Service;
    /// No bearer token.
    Unauthenticated = "unauthenticated", 401, Service;
    /// Bearer token in two places (RFC 6750 §3.1).
    MalformedRequest = "invalid_request", 400, Service;
    /// Body or parameters do not fit the schema.
    ValidationError = "validation_error", 400, Service;
    /// Allowed by scope, refused by a business rule.
    Forbidden = "forbidden", 403, Service;
    /// Absent, or not visible to this user.
    NotFound = "not_found", 404, Service;
    /// The path is there, the method is not.
    MethodNotAllowed = "method_not_allowed", 405, Service;
    /// State conflict.
    Conflict = "conflict", 409, Service;
    /// The idempotency key was used with another body.
    IdempotencyKeyPayloadMismatch = "idempotency_key_payload_mismatch", 409, Service;
    /// A precondition of the operation does not hold, such as no biomarkers for the patient.
    PreconditionFailed = "precondition_failed", 412, Service;
    /// Too large.
    PayloadTooLarge = "payload_too_large", 413, Service;
    /// Not a content type this endpoint reads.
    UnsupportedMediaType = "unsupported_media_type", 415, Service;
    /// Addressed by a name this sandbox does not answer to.
    MisdirectedRequest = "misdirected_request", 421, Service;
    /// Well-formed, semantically wrong.
    UnprocessableEntity = "unprocessable_entity", 422, Service;
    /// Too many requests; honour `Retry-After`.
    RateLimited = "rate_limited", 429, Service;
    /// Ours failed, in a service.
    InternalError = "internal_error", 500, Service;
    /// Something behind the service failed.
    UpstreamError = "upstream_error", 502, Service;
}

impl ErrorCode {
    /// `error_uri`: the page that explains the code (ruling 17).
    #[must_use]
    pub fn uri(self) -> String {
        let page = match self.family() {
            Family::OAuth => "https://platform.loop.health/connect/errors#",
            Family::Service => "https://platform.loop.health/reference/errors#",
        };
        format!("{page}{}", self.as_str())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
