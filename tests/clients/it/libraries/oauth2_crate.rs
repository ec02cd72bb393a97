//! The `oauth2` crate: OAuth without OpenID Connect.

use anyhow::Context as _;
use oauth2::basic::BasicClient;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, ConfigurationError, CsrfToken,
    IntrospectionUrl, PkceCodeChallenge, RedirectUrl, RequestTokenError, RevocationUrl, Scope,
    StandardRevocableToken, TokenIntrospectionResponse as _, TokenResponse as _, TokenUrl,
};

use super::{REDIRECT_URI, approved, approving, biomarkers};
use crate::support::http;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_oauth2_crate_walks_the_flow_with_either_client_authentication() -> anyhow::Result<()> {
    let (sandbox, app) = approving().await?;
    let base = sandbox.url();
    for authentication in [AuthType::BasicAuth, AuthType::RequestBody] {
        let client = BasicClient::new(ClientId::new(app.client_id.clone()))
            .set_client_secret(ClientSecret::new(app.client_secret.clone()))
            .set_auth_type(authentication)
            .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned())?)
            .set_auth_uri(AuthUrl::new(format!("{base}/v1/oauth/authorize"))?)
            .set_token_uri(TokenUrl::new(format!("{base}/v1/oauth/token"))?)
            .set_introspection_url(IntrospectionUrl::new(format!(
                "{base}/v1/oauth/introspect"
            ))?)
            .set_revocation_url(RevocationUrl::new(format!("{base}/v1/oauth/revoke"))?);

        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state) = client
            .authorize_url(CsrfToken::new_random)
            .add_scope(Scope::new("read:biomarkers".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let answer = approved(&url).await?;
        assert_eq!(http::query(&answer, "state").as_ref(), Some(state.secret()));
        let code = AuthorizationCode::new(http::query(&answer, "code").context("no code")?);
        let tokens = client
            .exchange_code(code.clone())
            .set_pkce_verifier(verifier)
            .request_async(&http::call)
            .await?;
        assert_eq!(
            tokens.scopes(),
            Some(&vec![Scope::new("read:biomarkers".to_owned())])
        );
        assert_eq!(
            tokens.expires_in(),
            Some(std::time::Duration::from_hours(1))
        );
        assert_eq!(
            biomarkers(&sandbox, tokens.access_token().secret())
                .await?
                .0,
            200
        );

        let old = tokens.refresh_token().context("no refresh token")?;
        let tokens = client
            .exchange_refresh_token(old)
            .request_async(&http::call)
            .await?;
        let new = tokens.refresh_token().context("no refresh token")?;
        assert_ne!(old.secret(), new.secret());
        let known = client
            .introspect(tokens.access_token())
            .request_async(&http::call)
            .await?;
        assert!(known.active());
        assert_eq!(
            known.client_id().map(|id| id.as_str()),
            Some(&*app.client_id)
        );

        // The crate sends tokens to be revoked over TLS only, also on this machine.
        let revocation = client.revoke_token(StandardRevocableToken::from(new.clone()));
        assert!(matches!(
            revocation,
            Err(ConfigurationError::InsecureUrl("revocation"))
        ));
        let form = [
            ("token", new.secret()),
            ("client_id", &app.client_id),
            ("client_secret", &app.client_secret),
        ];
        let revoked = http::client()?
            .post(format!("{base}/v1/oauth/revoke"))
            .form(&form)
            .send()
            .await?;
        assert_eq!(revoked.status(), 200);
        assert_eq!(
            biomarkers(&sandbox, tokens.access_token().secret())
                .await?
                .0,
            401
        );
        let Err(RequestTokenError::ServerResponse(refused)) = client
            .exchange_refresh_token(new)
            .request_async(&http::call)
            .await
        else {
            anyhow::bail!("a revoked refresh token was taken");
        };
        assert_eq!(refused.error().to_string(), "invalid_grant");
    }
    Ok(())
}
