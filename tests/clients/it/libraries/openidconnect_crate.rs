//! The `openidconnect` crate: discovery, JWKS, and an id_token that it verifies.

use anyhow::Context as _;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, IntrospectionUrl, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, RedirectUrl, Scope,
    TokenIntrospectionResponse as _, TokenResponse as _,
};

use super::{ALGORITHMS, REDIRECT_URI, approved, approving, biomarkers};
use crate::support::http;
use crate::support::sandbox::{MAYA, MAYA_EMAIL};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_openidconnect_crate_verifies_the_id_token_with_every_algorithm() -> anyhow::Result<()>
{
    let (sandbox, app) = approving().await?;
    for algorithm in ALGORITHMS {
        sandbox.sign_with(&app.client_id, algorithm).await?;
        let provider = CoreProviderMetadata::discover_async(
            IssuerUrl::new(sandbox.url().to_owned())?,
            &http::call,
        )
        .await?;
        let client = CoreClient::from_provider_metadata(
            provider,
            ClientId::new(app.client_id.clone()),
            Some(ClientSecret::new(app.client_secret.clone())),
        )
        .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned())?)
        .set_introspection_url(IntrospectionUrl::new(format!(
            "{}/v1/oauth/introspect",
            sandbox.url()
        ))?);

        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(
                ["profile", "email", "read:biomarkers"].map(|scope| Scope::new(scope.to_owned())),
            )
            .set_pkce_challenge(challenge)
            .url();
        let answer = approved(&url).await?;
        assert_eq!(http::query(&answer, "state").as_ref(), Some(state.secret()));
        let code = AuthorizationCode::new(http::query(&answer, "code").context("no code")?);
        let tokens = client
            .exchange_code(code)?
            .set_pkce_verifier(verifier)
            .request_async(&http::call)
            .await?;
        let id_token = tokens.id_token().context("no id_token")?;
        let verifier = client.id_token_verifier();
        let claims = id_token
            .claims(&verifier, &nonce)
            .with_context(|| format!("{algorithm} is refused"))?;
        assert_eq!(claims.email().map(|email| email.as_str()), Some(MAYA_EMAIL));
        assert_eq!(
            claims
                .name()
                .and_then(|name| name.get(None))
                .map(|name| name.as_str()),
            Some(MAYA)
        );
        assert!(
            id_token.claims(&verifier, &Nonce::new_random()).is_err(),
            "another nonce is refused"
        );
        assert_eq!(
            format!("{:?}", id_token.signing_alg()?),
            in_the_crates_words(algorithm)
        );
        assert_eq!(
            biomarkers(&sandbox, tokens.access_token().secret())
                .await?
                .0,
            200
        );

        let refresh_token = tokens.refresh_token().context("no refresh token")?;
        let tokens = client
            .exchange_refresh_token(refresh_token)?
            .request_async(&http::call)
            .await?;
        let known = client
            .introspect(tokens.access_token())
            .request_async(&http::call)
            .await?;
        assert!(known.active());
    }
    Ok(())
}

fn in_the_crates_words(algorithm: &str) -> &'static str {
    match algorithm {
        "EdDSA" => "EdDsa",
        "RS256" => "RsaSsaPkcs1V15Sha256",
        _ => "EcdsaP256Sha256",
    }
}
