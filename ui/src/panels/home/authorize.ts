/** An address that begins the flow in a browser, as an app would make it. */

import type { App, Status } from '../../rpc';

/**
 * The challenge of RFC 7636 appendix B. Its verifier is printed there, so that what comes of it can be redeemed by hand;
 * an app makes a new one each time.
 */
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** Scopes that show what a consent page is about, as far as the app may ask for them. */
const SHOWN = ['openid', 'profile', 'email', 'read:biomarkers', 'read:protocols', 'read:wearables'];

export function authorizeUrl(
  status: Pick<Status, 'platform'>,
  app: App,
  redirectUri = app.redirect_uris[0] ?? '',
): string {
  const url = new URL('/v1/oauth/authorize', status.platform);
  const scopes = SHOWN.filter((scope) => app.scopes.includes(scope));
  for (const [name, value] of [
    ['response_type', 'code'],
    ['client_id', app.client_id],
    ['redirect_uri', redirectUri],
    ['scope', (scopes.length > 0 ? scopes : app.scopes).join(' ')],
    ['state', 'from-the-console'],
    ['nonce', 'from-the-console'],
    ['code_challenge', CHALLENGE],
    ['code_challenge_method', 'S256'],
  ] as const)
    url.searchParams.set(name, value);
  return url.href;
}

/** The redirect URI with a letter too much: what people get wrong first. */
export const mistaken = (redirectUri: string): string => `${redirectUri.replace(/\/$/, '')}s`;
