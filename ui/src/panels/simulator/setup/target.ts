/** What is written about another target, before a walk begins there. */

import type { UnlockTarget, UnlockedTarget, WalkSetup } from '../../../rpc';

interface Written {
  readonly baseUrl: string;
  /** The host once more. */
  readonly typed: string;
  readonly clientId: string;
  readonly secret: string;
  readonly redirectUri: string;
  readonly persona: string;
}

export const BLANK: Written = {
  baseUrl: '',
  typed: '',
  clientId: '',
  secret: '',
  redirectUri: 'http://localhost:3000/callback',
  persona: '',
};

export function urlOf({ baseUrl }: Pick<Written, 'baseUrl'>): URL | null {
  const text = baseUrl.trim();
  return URL.canParse(text) ? new URL(text) : null;
}

/** Whether it is this machine: that needs no unlocking. */
export const isLoopback = (url: URL | null): boolean =>
  url !== null && /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/.test(url.hostname);

/** What is remembered for the target, if it was unlocked before. */
export function rememberedOf(url: URL | null, unlocked: readonly UnlockedTarget[]): UnlockedTarget | undefined {
  return unlocked.find(({ base_url }) => url && URL.canParse(base_url) && new URL(base_url).origin === url.origin);
}

/** Why there is no going there; null when there is. */
export function impossible(written: Written): string | null {
  if (written.baseUrl.trim() === '') return null;
  const url = urlOf(written);
  if (!url) return 'This is not a URL. Begin with https:// or http://.';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'Only https and http are spoken.';
  if (url.protocol === 'http:' && !isLoopback(url)) return 'http goes to this machine only. Elsewhere https is needed.';
  if (url.username || url.password) return 'No user name and no password in the URL.';
  if (!/^\/?$/.test(url.pathname) || url.search || url.hash) return 'Name and port alone: nothing may follow them.';
  return null;
}

/** What is still needed, in a sentence; null when a walk can begin. */
export function missing(written: Written, remembered: UnlockedTarget | undefined): string | null {
  if (written.baseUrl.trim() === '') return 'A base URL is needed.';
  const not = impossible(written);
  if (not) return not;
  const url = urlOf(written);
  const confirmed =
    remembered || isLoopback(url) || [url?.hostname, url?.host].includes(written.typed.trim().toLowerCase());
  if (!confirmed) return `Write ${url?.host} once more.`;
  if (written.clientId.trim() === '' && !remembered?.client_id) return 'A client id is needed.';
  if (written.redirectUri.trim() === '') return 'A redirect URI is needed.';
  return null;
}

/** What is to be unlocked and remembered; null where nothing is. */
export function unlocking(written: Written, remembered: UnlockedTarget | undefined): UnlockTarget | null {
  const url = urlOf(written);
  const id = written.clientId.trim();
  const other = id !== '' && id !== remembered?.client_id;
  if (!other && written.secret === '' && (remembered || isLoopback(url))) return null;
  return {
    base_url: written.baseUrl.trim().replace(/\/$/, ''),
    confirm: remembered || isLoopback(url) ? (url?.hostname ?? '') : written.typed.trim().toLowerCase(),
    ...(id ? { client_id: id } : {}),
    // The secret of one client is never sent with the id of another.
    ...(written.secret
      ? { client_secret: written.secret }
      : other && remembered?.has_secret
        ? { client_secret: '' }
        : {}),
  };
}

/** What the walk begins with; the rest is chosen at its first step. */
export function beginning(written: Written): WalkSetup {
  return {
    ...(written.clientId.trim() ? { app: written.clientId.trim() } : {}),
    redirect_uri: written.redirectUri.trim(),
    ...(written.persona.trim() ? { persona: written.persona.trim() } : {}),
  };
}
