/** What the panel calls things, once. */

import type { AppType, BaaStatus, CodeLanguage, IdTokenAlg } from '../../rpc';
import type { Tone } from '../../shared';

export interface TypeWords {
  readonly value: AppType;
  readonly name: string;
  /** In a list. */
  readonly short: string;
  readonly text: string;
}

/** Ruling 10: four types for people, and one for machines. */
export const TYPES: readonly TypeWords[] = [
  {
    value: 'web',
    name: 'Web app',
    short: 'Web',
    text: 'Runs on a server. Confidential: it keeps a client secret, and sends PKCE as well.',
  },
  {
    value: 'spa',
    name: 'Single-page app',
    short: 'SPA',
    text: 'Runs in a browser. Public: no secret, PKCE alone. Its origin has to be listed.',
  },
  {
    value: 'mobile',
    name: 'Mobile app',
    short: 'Mobile',
    text: 'Runs on a phone. Public: no secret, PKCE alone. Comes back by a scheme of its own.',
  },
  {
    value: 'native',
    name: 'Native app',
    short: 'Native',
    text: 'Runs on a desktop. Public: no secret, PKCE alone. Comes back to any loopback port.',
  },
  {
    value: 'm2m',
    name: 'Machine to machine',
    short: 'M2M',
    text: 'Acts for itself, for nobody in particular: client_credentials at /v1/tokens, admin scopes only.',
  },
];

export const typeWords = (type: AppType): TypeWords =>
  TYPES.find(({ value }) => value === type) ?? (TYPES[0] as TypeWords);

const PAGE = 'Where people come back to, compared character for character. https, or http to this machine; no query.';

/** What to write as a redirect URI, by the app's type. */
export const REDIRECT: Record<AppType, { readonly hint: string; readonly example: string }> = {
  web: { hint: PAGE, example: 'http://localhost:3000/callback' },
  spa: { hint: PAGE, example: 'http://localhost:5173/callback' },
  mobile: {
    hint: 'Where people come back to: a scheme of your own, such as com.example.app:/callback, or a loopback address.',
    example: 'com.example.app:/callback',
  },
  native: {
    hint: 'Where people come back to: http://127.0.0.1/callback takes any port; or a scheme of your own.',
    example: 'http://127.0.0.1/callback',
  },
  m2m: { hint: '', example: '' },
};

export const BAA: Record<BaaStatus, { readonly word: string; readonly tone: Exclude<Tone, 'accent' | 'phi'> }> = {
  none: { word: 'none', tone: 'quiet' },
  applied: { word: 'applied', tone: 'warn' },
  signed: { word: 'signed', tone: 'good' },
};

export const ALGORITHMS: readonly { value: IdTokenAlg; label: string; text: string }[] = [
  {
    value: 'EdDSA',
    label: 'EdDSA',
    text: 'Ed25519: what the documented JWKS shows, so what production most likely sends. openid-client and many JWT middlewares expect RS256 until EdDSA is named: better met here than there.',
  },
  {
    value: 'ES256',
    label: 'ES256',
    text: 'P-256. Most libraries take it once it is named. No page of the platform promises it: a switch of the sandbox.',
  },
  {
    value: 'RS256',
    label: 'RS256',
    text: 'RSA: what OpenID Connect libraries expect when they are told nothing. It gets a stubborn library going here and hides a problem that production would show.',
  },
];

/** What ready code is written in, the most asked for first. */
export const LANGUAGES: readonly { value: CodeLanguage; label: string }[] = [
  { value: 'node', label: 'Node' },
  { value: 'python', label: 'Python' },
  { value: 'react_native', label: 'React Native' },
  { value: 'curl', label: 'curl' },
  { value: 'rust', label: 'Rust' },
];

/** A count with its noun: "1 person", "3 people". */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

/** Seconds in words: "1 hour", "5 minutes", "12 min 30 s". */
export function lifetime(seconds: number): string {
  if (seconds % 3600 === 0 && seconds > 0) return count(seconds / 3600, 'hour');
  const minutes = Math.floor(seconds / 60);
  if (seconds % 60 === 0) return count(minutes, 'minute');
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : count(seconds, 'second');
}

/** What is left of a time, to the second: "23:59:07"; "0:00" when it is over. */
export function countdown(ms: number): string {
  const all = Math.max(0, Math.floor(ms / 1000));
  const two = (part: number) => String(part).padStart(2, '0');
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor((all % 3600) / 60), all % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** A sentence begins with a capital, but for a name out of the protocol (`id_token`). */
export const sentence = (text: string): string =>
  /^[a-z]+\b(?!_)/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
