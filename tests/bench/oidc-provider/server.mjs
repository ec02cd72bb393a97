// oidc-provider as a peer for `cargo xtask bench`: the same grants as the sandbox, everything in memory.
//
// Usage: node server.mjs <port> <file of signing keys> <number of clients>
// The file is made on the first start, so that later starts find their keys on disk, as the sandbox does.
// Clients are `bench-0`, `bench-1`, … with the secret `secret-of-<client id>`; the one user is `maya`, who is signed in
// and consents without being asked.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

const [port, keyFile, clientCount] = process.argv.slice(2);

function signingKeys() {
  if (!existsSync(keyFile)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    const key = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'EdDSA', kid: 'bench' };
    writeFileSync(keyFile, JSON.stringify({ keys: [key] }), { mode: 0o600 });
  }
  return JSON.parse(readFileSync(keyFile, 'utf8'));
}

// The bundled memory adapter looks through all tokens of a grant at each write and forgets beyond 1,000 entries; a peer
// deserves better. This one is plain maps.
const rows = new Map();
const byUid = new Map();
const byGrant = new Map();

class Maps {
  constructor(model) {
    this.model = model;
  }

  key(id) {
    return `${this.model}:${id}`;
  }

  async upsert(id, payload, expiresIn) {
    const key = this.key(id);
    const expiresAt = expiresIn ? Date.now() + expiresIn * 1000 : Infinity;
    rows.set(key, { payload, expiresAt });
    if (this.model === 'Session') byUid.set(payload.uid, id);
    if (payload.grantId) {
      const members = byGrant.get(payload.grantId);
      if (members) members.add(key);
      else byGrant.set(payload.grantId, new Set([key]));
    }
  }

  async find(id) {
    const row = rows.get(this.key(id));
    return row && row.expiresAt > Date.now() ? row.payload : undefined;
  }

  async findByUid(uid) {
    return this.find(byUid.get(uid));
  }

  async findByUserCode() {
    return undefined;
  }

  async consume(id) {
    const payload = await this.find(id);
    if (payload) payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    rows.delete(this.key(id));
  }

  async revokeByGrantId(grantId) {
    for (const key of byGrant.get(grantId) ?? []) rows.delete(key);
    byGrant.delete(grantId);
  }
}

const clients = Array.from({ length: Number(clientCount) }, (_, number) => ({
  client_id: `bench-${number}`,
  client_secret: `secret-of-bench-${number}`,
  redirect_uris: ['https://bench.example/callback'],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_post',
  id_token_signed_response_alg: 'EdDSA',
}));

const provider = new Provider(`http://127.0.0.1:${port}`, {
  adapter: Maps,
  clients,
  jwks: signingKeys(),
  cookies: { keys: ['bench'] },
  scopes: ['openid', 'email', 'profile', 'read:biomarkers'],
  enabledJWA: { idTokenSigningAlgValues: ['EdDSA'] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
  },
  ttl: {
    AccessToken: 3600,
    AuthorizationCode: 60,
    IdToken: 300,
    RefreshToken: 90 * 86400,
    Grant: 90 * 86400,
    Interaction: 600,
    Session: 86400,
  },
  pkce: { required: () => true },
  rotateRefreshToken: () => true,
  issueRefreshToken: async () => true,
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: async (ctx, accountId) => ({
    accountId,
    claims: async () => ({ sub: accountId, email: 'maya@example.com', name: 'Maya' }),
  }),
  // One grant per user and client, as with the sandbox; consent is given without a page.
  loadExistingGrant: async (ctx) => {
    const { client, session, params } = ctx.oidc;
    const known = session.grantIdFor(client.clientId);
    const grant = (known && (await provider.Grant.find(known)))
      || new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
    grant.addOIDCScope(params.scope);
    if (!known) await grant.save();
    return grant;
  },
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: 'maya' } });
  ctx.respond = false;
});

provider.listen(Number(port), '127.0.0.1');
