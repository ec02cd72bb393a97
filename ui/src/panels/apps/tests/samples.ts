/** An app for tests of this panel. */

import type { App } from '../../../rpc';

export const app = (more: Partial<App> = {}): App => ({
  client_id: 'client_01M7Z9RCKMQMCBK2NNFA1WQHHS',
  name: 'Demo Web App',
  app_type: 'web',
  client_type: 'confidential',
  redirect_uris: ['http://localhost:3000/callback'],
  scopes: ['openid', 'read:biomarkers'],
  allowed_origins: [],
  client_uri: null,
  logo_uri: null,
  webhook_url: null,
  brand_id: 'loop',
  service: null,
  is_first_party: false,
  enabled: true,
  baa_status: 'none',
  access_token_lifetime_seconds: 3600,
  id_token_alg: 'EdDSA',
  seeded: false,
  secrets: [{ issued_at: '2026-05-22T12:00:00Z', expires_at: null }],
  old_secret_works_until: null,
  phi_scopes: ['read:biomarkers'],
  usage: { grants: 0, live_tokens: 0, last_used_at: null },
  created_at: '2026-05-22T12:00:00Z',
  updated_at: '2026-05-22T12:00:00Z',
  ...more,
});
