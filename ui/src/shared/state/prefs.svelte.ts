/** What a person chose and expects to find again: theme, zoom, shortcuts, panel ratios. Kept in this browser or window. */

const PREFIX = 'connect.pref.';

/** Storage that may be missing or full: choices then last as long as the page. */
function read(key: string): unknown {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function write(key: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Nothing to be done: the choice holds until the page is closed.
  }
}

export interface Pref<T> {
  value: T;
  /** Back to what it was before anyone chose. */
  reset(): void;
}

const made = new Map<string, Pref<unknown>>();

/**
 * The choice kept under `key`, the same object for everyone who asks.
 *
 * `accepts` refuses what an older or newer version left behind.
 */
export function pref<T>(key: string, initial: T, accepts: (value: unknown) => boolean = sameKind(initial)): Pref<T> {
  const known = made.get(key);
  if (known) return known as Pref<T>;
  const kept = read(key);
  let value = $state.raw<T>(kept !== undefined && accepts(kept) ? (kept as T) : initial);
  const made_: Pref<T> = {
    get value() {
      return value;
    },
    set value(next) {
      value = next;
      write(key, next);
    },
    reset() {
      value = initial;
      write(key, undefined);
    },
  };
  made.set(key, made_);
  return made_;
}

/** Takes back what an older version kept under `key`. */
export function forgetPref(key: string): void {
  write(key, undefined);
}

function sameKind<T>(initial: T): (value: unknown) => boolean {
  return (value) =>
    typeof value === typeof initial && Array.isArray(value) === Array.isArray(initial) && value !== null;
}

/** Forgets what was read: for tests. */
export function forgetPrefs(): void {
  made.clear();
}
