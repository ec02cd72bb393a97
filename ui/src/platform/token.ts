/** The per-run token of the control listener: from the URL's fragment into this tab's storage, and out of sight. */

const KEY = 'connect.token';

/** Moves a token out of the address bar, if there is one, and gives the tab's token. */
export function takeToken(
  location: Location = window.location,
  history: History = window.history,
  storage: Storage = window.sessionStorage,
): string | null {
  const fragment = new URLSearchParams(location.hash.replace(/^#/, ''));
  const given = location.hash.startsWith('#/') ? null : fragment.get('token');
  if (given) {
    storage.setItem(KEY, given);
    fragment.delete('token');
    const rest = fragment.toString();
    history.replaceState(history.state, '', location.pathname + location.search + (rest ? `#${rest}` : ''));
  }
  return storage.getItem(KEY);
}

/** Forgets the tab's token: it was of an earlier run. */
export function dropToken(storage: Storage = window.sessionStorage): void {
  storage.removeItem(KEY);
}
