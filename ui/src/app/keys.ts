/** Shortcuts as text: `Mod+Shift+C`. `Mod` is Command on a Mac, else Control. */

export type KeyPlatform = 'linux' | 'mac' | 'windows';

/** The kind of desktop this page is on. */
export function keyPlatform(agent: string = navigator.userAgent): KeyPlatform {
  if (/Mac|iPhone|iPad/.test(agent)) return 'mac';
  return /Windows/.test(agent) ? 'windows' : 'linux';
}

const ORDER = ['Ctrl', 'Meta', 'Alt', 'Shift'] as const;

/** Splits `Ctrl++` into its modifiers and its key. */
export function split(keys: string): { modifiers: string[]; key: string } {
  const plus = keys.endsWith('++') || keys === '+';
  const parts = plus ? [...keys.slice(0, -2).split('+').filter(Boolean), '+'] : keys.split('+');
  return { modifiers: parts.slice(0, -1), key: parts.at(-1) ?? '' };
}

/** One spelling for what is the same press: `Mod+K` and `Ctrl+K` on Linux. */
export function canonical(keys: string, platform: KeyPlatform): string {
  const { modifiers, key } = split(keys);
  const real = new Set(
    modifiers.map((modifier) => (modifier === 'Mod' ? (platform === 'mac' ? 'Meta' : 'Ctrl') : modifier)),
  );
  return [...ORDER.filter((modifier) => real.has(modifier)), key.length === 1 ? key.toUpperCase() : key].join('+');
}

/** As people read it: `Ctrl+Shift+C`, `⌘⇧C`. */
export function shown(keys: string, platform: KeyPlatform): string {
  const { modifiers, key } = split(canonical(keys, platform));
  const names: Record<string, string> = {
    ' ': 'Space',
    ArrowUp: '↑',
    ArrowDown: '↓',
    ArrowLeft: '←',
    ArrowRight: '→',
    Escape: 'Esc',
  };
  const name = names[key] ?? key;
  if (platform !== 'mac') return [...modifiers, name].join('+');
  const signs: Record<string, string> = { Ctrl: '⌃', Alt: '⌥', Shift: '⇧', Meta: '⌘' };
  return (
    ['Ctrl', 'Alt', 'Shift', 'Meta']
      .filter((m) => modifiers.includes(m))
      .map((m) => signs[m])
      .join('') + name
  );
}

export interface Press {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/**
 * A press in its canonical spellings, the exact one first. Signs that need Shift (`+`, `?`) are also found without it;
 * letters and digits by their place where the keyboard gives another script or, with Alt, another sign.
 */
export function spellings(press: Press): string[] {
  if (
    ['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'Dead', 'Unidentified'].includes(press.key) &&
    !(press.altKey && press.code)
  )
    return [];
  const place = /^(?:Key([A-Z])|Digit(\d))$/.exec(press.code);
  const byPlace = place?.[1] ?? place?.[2];
  const foreign = press.key.length === 1 && press.key.charCodeAt(0) > 126;
  const keys = new Set<string>();
  if (['Control', 'Shift', 'Alt', 'Meta'].includes(press.key)) return [];
  if (!(foreign || press.key === 'Dead') || !byPlace)
    keys.add(press.key.length === 1 ? press.key.toUpperCase() : press.key);
  if (byPlace && (foreign || press.altKey || (press.shiftKey && place?.[2]))) keys.add(byPlace);
  const modifiers = [press.ctrlKey && 'Ctrl', press.metaKey && 'Meta', press.altKey && 'Alt'].filter(
    Boolean,
  ) as string[];
  const result: string[] = [];
  for (const key of keys) {
    if (press.shiftKey) result.push([...modifiers, 'Shift', key].join('+'));
    const sign = key.length === 1 && !/[A-Z0-9]/.test(key);
    if (!press.shiftKey || sign) result.push([...modifiers, key].join('+'));
  }
  return result;
}

/** What a browser keeps for itself, or editing text needs. */
const TAKEN = new Set(
  ['N', 'T', 'W', 'Shift+N', 'Shift+T', 'Shift+W', 'A', 'C', 'V', 'X', 'Y', 'Z', 'Shift+Z'].flatMap((keys) => [
    `Ctrl+${keys}`,
    `Meta+${keys}`,
  ]),
);

/** Why a press can't be a shortcut; null when it can. */
export function refused(keys: string, platform: KeyPlatform): string | null {
  const spelled = canonical(keys, platform);
  const { modifiers, key } = split(spelled);
  if (TAKEN.has(spelled)) return `${shown(keys, platform)} belongs to the browser or to editing text.`;
  const held = modifiers.some((modifier) => modifier !== 'Shift');
  if (!held && key.length === 1)
    return `${shown(keys, platform)} alone would be typed. Hold ${platform === 'mac' ? '⌘' : 'Ctrl'} or Alt with it.`;
  if (!held && ['Tab', 'Enter', 'Escape', 'Backspace', 'Delete', 'Home', 'End', 'PageUp', 'PageDown'].includes(key))
    return `${shown(keys, platform)} moves about in the console.`;
  if (!held && key.startsWith('Arrow')) return 'Arrow keys move about in the console.';
  return null;
}
