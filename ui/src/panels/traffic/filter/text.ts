/**
 * The text of a filter in parts, for painting, suggesting and changing it. What it means is the sandbox's to say: this
 * only knows where words begin and end (crates/connect-core, `domain/filter`).
 */

export type PartKind = 'open' | 'close' | 'and' | 'or' | 'not' | 'field' | 'text';

export interface Part {
  /** First character. */
  readonly start: number;
  /** One past the last. */
  readonly end: number;
  readonly kind: PartKind;
  /** Of a condition with a field: the field's name as written, in lower case. */
  readonly field?: string;
  /** Where its value begins. */
  readonly valueStart?: number;
  /** Its value without quotes. */
  readonly value?: string;
}

const FIELD = /^([A-Za-z_]+)(:>=|:<=|:>|:<|:|>=|<=|>|<|=)(?!\/\/)/;

/** The parts of a text; of an unfinished one, too. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const letter = rest[0] as string;
    if (/\s/.test(letter)) {
      at += 1;
      continue;
    }
    let part: Part;
    if (letter === '(' || letter === ')') {
      part = { start: at, end: at + 1, kind: letter === '(' ? 'open' : 'close' };
    } else if (letter === '-' && /^-[^\s)]/.test(rest)) {
      part = { start: at, end: at + 1, kind: 'not' };
    } else if (letter === '"') {
      const value = quoted(rest);
      part = { start: at, end: at + value.length, kind: 'text', value: unquoted(value) };
    } else {
      const field = FIELD.exec(rest);
      const name = field ? field[0] : '';
      const after = rest.slice(name.length);
      const value = after.startsWith('"') && field ? quoted(after) : (/^[^\s()"]*/.exec(after)?.[0] ?? '');
      const end = at + Math.max(1, name.length + value.length);
      if (field) {
        part = {
          start: at,
          end,
          kind: 'field',
          field: (field[1] ?? '').toLowerCase(),
          valueStart: at + name.length,
          value: unquoted(value),
        };
      } else {
        const word = value.toLowerCase();
        part =
          word === 'and' || word === 'or' || word === 'not'
            ? { start: at, end, kind: word }
            : { start: at, end, kind: 'text', value };
      }
    }
    parts.push(part);
    at = part.end;
  }
  return parts;
}

/** A quoted text with its quotes; without the last one when it does not end. */
function quoted(text: string): string {
  return /^"(?:[^"\\]|\\[\s\S]?)*"?/.exec(text)?.[0] ?? '"';
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  return text
    .replace(/^"/, '')
    .replace(/(?<!\\)"$/, '')
    .replace(/\\(["\\])/g, '$1');
}

/** The value as it must be written behind a field, or as text to be looked for. */
export function written(value: string): string {
  const plain = /^[\p{L}\p{N}_./@+][\p{L}\p{N}_\-./@+]*$/u.test(value) && !/^(and|or|not)$/i.test(value);
  return plain ? value : `"${value.replace(/(["\\])/g, '\\$1')}"`;
}

export function condition(field: string, value: string): string {
  return `${field}:${written(value)}`;
}

const same = (text: string, part: Part, term: Part): boolean =>
  part.kind === 'field' &&
  part.field === term.field &&
  part.value?.toLowerCase() === term.value?.toLowerCase() &&
  text.length > 0;

/** Where a condition stands in a text, outside any parentheses and not turned round; null when it does not. */
function find(text: string, term: string): Part | null {
  const wanted = partsOf(term)[0];
  if (!wanted) return null;
  let depth = 0;
  let before: Part | undefined;
  const parts = partsOf(text);
  if (parts.some((part) => part.kind === 'or')) return null;
  for (const part of parts) {
    if (part.kind === 'open') depth += 1;
    if (part.kind === 'close') depth -= 1;
    if (depth === 0 && before?.kind !== 'not' && same(text, part, wanted)) return part;
    before = part;
  }
  return null;
}

/** Whether a condition must hold for everything that the text asks for. */
export function asks(text: string, term: string): boolean {
  return find(text, term) !== null;
}

/** The text with the condition, or without it when it was there. */
export function toggled(text: string, term: string): string {
  const there = find(text, term);
  if (there) {
    const before = text.slice(0, there.start).replace(/(\s+and)?\s+$/i, '');
    const after = text.slice(there.end).replace(before ? /^$/ : /^\s*and\s/i, '');
    return `${before} ${after.trim()}`.trim();
  }
  const trimmed = text.trim();
  if (trimmed === '') return term;
  const either = partsOf(trimmed).some((part) => part.kind === 'or');
  return `${either ? `(${trimmed})` : trimmed} ${term}`;
}
