/**
 * Presenter mode: every secret and everything that says who somebody is is masked, wherever it is shown. What is masked
 * is found by its shape (credentials, ids, emails), by its name in JSON (dates of birth, phone numbers), and by who is
 * known (the personas' names, which the frame tells).
 */

let on = $state(false);
let known = $state.raw<readonly string[]>([]);

export const presenter = {
  get on(): boolean {
    return on;
  },
  set(next: boolean): void {
    on = next;
  },
  /** Names of people, to be masked in whatever text they stand. */
  know(names: readonly string[]): void {
    if (names.join('\n') !== known.join('\n')) known = names;
  },
  /** The text as it may be shown now. */
  shown(text: string): string {
    return on ? masked(text, known) : text;
  },
  /** The value of a parameter as it may be shown now: a challenge is made to be seen, whatever it looks like. */
  parameter(name: string, value: string): string {
    return on && name !== 'code_challenge' ? masked(value, known) : value;
  },
  /** The name of somebody as it may be shown now: `M•••• C••••` still tells people apart. */
  name(name: string): string {
    return on ? initials(name) : name;
  },
};

const BULLETS = '••••';

/** What looks like a credential, an id of ours or of a UUID's kind, a JWT, an email, or a long random run. */
const SENSITIVE = new RegExp(
  [
    String.raw`eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?`,
    String.raw`\b[a-z][a-z0-9]*(?:_[a-z0-9]+)*_[A-Za-z0-9-]{16,}\b`,
    String.raw`\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`,
    String.raw`[\w.+-]+(?:@|%40)[\w-]+\.[\w.-]+`,
    String.raw`(?<![\w+-])(?=[\w+-]*\d)(?=[\w+-]*[A-Za-z])[\w+-]{24,}={0,2}`,
  ].join('|'),
  'g',
);

/** Members and parameters that say who somebody is, with their value: `"birthdate": "1988-04-12"`, `dob=1988-04-12`. */
const PERSONAL =
  /("?\b(?:birth_?date|date_of_birth|dob|(?:given|family|first|last|full|middle|nick)_?name|phone(?:_number)?|street(?:_address)?|postal_code)\b"?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|[^\s",;&}]+)/gi;

function initials(name: string): string {
  const parts = name.split(/\s+/).filter(Boolean);
  return parts.map((part) => `${[...part][0] ?? ''}${BULLETS}`).join(' ');
}

let listed: readonly string[] = [];
let named: RegExp | null = null;

/** Finds the names as a whole, and each part of them that is no common short word. */
function namesIn(names: readonly string[]): RegExp | null {
  if (names === listed) return named;
  const words = new Set(names.flatMap((name) => [name, ...name.split(/\s+/)]).filter((word) => [...word].length > 2));
  const escaped = [...words]
    .sort((a, b) => b.length - a.length)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  listed = names;
  named =
    escaped.length > 0 ? new RegExp(`(?<![\\p{L}\\p{N}_])(?:${escaped.join('|')})(?![\\p{L}\\p{N}_])`, 'gu') : null;
  return named;
}

/** What looks random and is no secret: the challenge is made to be seen (RFC 7636 §1.1), only its verifier is not. */
const PUBLIC = /(\bcode_challenge=[\w~.+%-]*)/;

/** The same text with every sensitive part masked; an id keeps its kind: `client_••••`. */
export function masked(text: string, names: readonly string[] = []): string {
  return text
    .split(PUBLIC)
    .map((part, index) => (index % 2 ? part : hidden(part, names)))
    .join('');
}

function hidden(text: string, names: readonly string[]): string {
  const shapes = text
    .replace(PERSONAL, (_, name: string, value: string) => name + (value.startsWith('"') ? `"${BULLETS}"` : BULLETS))
    .replace(SENSITIVE, (part) => {
      if (/@|%40/.test(part)) return `${BULLETS}@${BULLETS}`;
      const kind = /^([a-z][a-z0-9]*(?:_[a-z0-9]+)*)_[A-Za-z0-9-]{16,}$/.exec(part)?.[1];
      return kind && kind.length <= 24 ? `${kind}_${BULLETS}` : BULLETS;
    });
  const people = namesIn(names);
  return people ? shapes.replace(people, initials) : shapes;
}
