/** Words for what the journal and the wire name with points and underscores. */

import { href } from '../shared';

/** `Refresh token rotated` for `refresh_token.rotated`. */
export function kindWords(kind: string): string {
  const words = kind.replace('.', ' ').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `challenge computed` for `challenge_computed`. */
export function nameWords(name: string): string {
  return name.replaceAll('_', ' ');
}

/** Where an id opens; undefined for one that has no panel of its own. */
export function linkOf(id: string): string | undefined {
  if (id.startsWith('client_')) return href('apps', id);
  if (id.startsWith('user_')) return href('people', id);
  if (id.startsWith('exchange_')) return href('traffic', id);
  return undefined;
}

/** `Demo Web App` or its id's end: an app or a persona that may be gone. */
export function shortId(id: string): string {
  const at = id.indexOf('_');
  return id.length > at + 9 ? `${id.slice(0, at + 1)}…${id.slice(-6)}` : id;
}

/** `1,204 exchanges`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
