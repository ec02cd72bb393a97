/** Where the console is: `#/apps/client_01…?tab=code`. Links are plain `<a href={href('apps', id)}>`. */

import { pref, type Pref } from './prefs.svelte';

function parse(hash: string): { path: string[]; search: URLSearchParams } {
  const text = hash.startsWith('#/') ? hash.slice(2) : '';
  const [path = '', search = ''] = text.split('?', 2);
  return { path: path.split('/').filter(Boolean).map(decode), search: new URLSearchParams(search) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** What of an address's search is words and ids of ours; anything else is a person's own text, such as a filter. */
const OURS = ['tab', 'view', 'x', 'with'];

/** An address without a person's own text, which may hold a name or a token: what may be written down. */
function plain(hash: string): string {
  const { path, search } = parse(hash);
  const kept: Record<string, string> = {};
  for (const name of OURS) {
    const value = search.get(name);
    if (value !== null) kept[name] = value;
  }
  return href(...path, kept);
}

/** Where each panel was last: its rail entry leads back there. */
const visited = new Map<string, string>();

/** Where the console was left, where that is kept. */
let left: Pref<string> | null = null;

let here = $state.raw(parse(typeof location === 'undefined' ? '' : location.hash));

export const route = {
  /** The panel's name; empty at the start. */
  get panel(): string {
    return here.path[0] ?? '';
  },
  /** What follows the panel's name: ids, tabs. */
  get rest(): readonly string[] {
    return here.path.slice(1);
  },
  get search(): URLSearchParams {
    return here.search;
  },
};

/** Where a panel was last; its beginning when it was nowhere yet, or is open now. */
export function returnTo(panel: string): string {
  return (panel === route.panel ? undefined : visited.get(panel)) ?? href(panel);
}

/** An address of the console for a link: `href('traffic', id)`, `href('apps', id, { tab: 'code' })`. */
export function href(...parts: (string | Record<string, string>)[]): string {
  const path = parts.filter((part) => typeof part === 'string').map(encodeURIComponent);
  const search = new URLSearchParams();
  for (const part of parts) {
    if (typeof part !== 'string') for (const [name, value] of Object.entries(part)) search.set(name, value);
  }
  const query = search.toString();
  return `#/${path.join('/')}${query ? `?${query}` : ''}`;
}

/** Goes there. `replace` leaves no step in the history: for tabs and selections. */
export function go(target: string, { replace = false } = {}): void {
  if (target === location.hash) return;
  if (replace) {
    history.replaceState(history.state, '', target);
    arrive(target);
  } else {
    location.hash = target;
  }
}

function arrive(hash: string): void {
  here = parse(hash);
  const panel = here.path[0];
  if (panel) visited.set(panel, hash);
  if (left) left.value = plain(hash);
}

/**
 * Hears the address bar and the back button; the console does it once. `goesOn`: it begins where it was left the last time,
 * as a window does; a browser has an address for that.
 */
export function startRoute({ goesOn = false } = {}): () => void {
  left = goesOn ? pref('place', '') : null;
  if (left?.value && !location.hash) history.replaceState(history.state, '', plain(left.value));
  const hear = () => arrive(location.hash);
  hear();
  window.addEventListener('hashchange', hear);
  return () => window.removeEventListener('hashchange', hear);
}
