/** What could be written next in a filter. */

import { partsOf, written, type Part } from './text';

export interface KnownValue {
  readonly value: string;
  /** What it is called, when that says more: the app of an id. */
  readonly label?: string | null | undefined;
  /** How often it is there. */
  readonly count?: number | null | undefined;
}

export interface KnownField {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly operators: readonly string[];
  readonly description: string;
  readonly example: string;
  readonly values: readonly KnownValue[];
}

export interface Suggestion {
  readonly key: string;
  readonly label: string;
  readonly hint: string;
  /** What is put in place of the characters from `start` to `end`. */
  readonly insert: string;
  readonly start: number;
  readonly end: number;
  /** More is to be written behind it: the list stays open. */
  readonly goesOn: boolean;
}

const MOST = 12;

/** The part that the caret is in or right behind; undefined between two. */
export function partAt(parts: readonly Part[], caret: number): Part | undefined {
  return parts.find((part) => caret > part.start && caret <= part.end && part.kind !== 'open' && part.kind !== 'close');
}

export function suggestions(text: string, caret: number, fields: readonly KnownField[]): Suggestion[] {
  const parts = partsOf(text);
  const part = partAt(parts, caret);
  if (part?.kind === 'field' && part.valueStart !== undefined && caret >= part.valueStart) {
    const field = fields.find((one) => one.name === part.field || one.aliases.includes(part.field ?? ''));
    return field ? valuesOf(field, part, text, caret) : [];
  }
  if (part?.kind === 'not' && part.end - part.start === 1) return fieldsFor('', caret, caret, fields);
  if (part?.value === '-') return fieldsFor('', caret, caret, fields);
  if (part && (part.kind === 'text' || part.kind === 'and' || part.kind === 'or' || part.kind === 'not')) {
    if (text[part.start] === '"') return [];
    const typed = text.slice(part.start, caret);
    return fieldsFor(typed, part.start, part.end, fields);
  }
  if (part) return [];
  return [...fieldsFor('', caret, caret, fields), ...joins(parts, caret)].slice(0, MOST + 10);
}

function fieldsFor(typed: string, start: number, end: number, fields: readonly KnownField[]): Suggestion[] {
  const lower = typed.toLowerCase();
  const found = fields.filter(
    ({ name, aliases }) => name.startsWith(lower) || (lower !== '' && aliases.some((alias) => alias.startsWith(lower))),
  );
  const list = found.map(({ name, operators, description }): Suggestion => ({
    key: `field ${name}`,
    label: `${name}${operators[0] ?? ':'}`,
    hint: description,
    insert: `${name}${operators[0] ?? ':'}`,
    start,
    end,
    goesOn: true,
  }));
  // A flag can be written by its own name: `refused` for `is:refused`.
  const flags = fields.find(({ name }) => name === 'is')?.values ?? [];
  if (lower !== '') {
    for (const { value } of flags) {
      if (!value.startsWith(lower)) continue;
      list.push({
        key: `is ${value}`,
        label: `is:${value}`,
        hint: '',
        insert: `is:${value} `,
        start,
        end,
        goesOn: false,
      });
    }
  }
  return list.slice(0, lower === '' ? fields.length : MOST);
}

function valuesOf(field: KnownField, part: Part, text: string, caret: number): Suggestion[] {
  const start = part.valueStart ?? part.end;
  const typed = text.slice(start, caret).replace(/^"/, '').toLowerCase();
  const close = text[part.end] === undefined ? ' ' : '';
  return field.values
    .filter(({ value, label }) => `${value} ${label ?? ''}`.toLowerCase().includes(typed))
    .slice(0, MOST)
    .map(({ value, label, count }) => {
      // An app is written by its name where no other name contains that: its id says nothing.
      const named = label && isId(value) && field.values.filter((one) => contains(one.label, label)).length === 1;
      const text = named ? label : value;
      const beside = named ? shortened(value) : label;
      return {
        key: `value ${value}`,
        label: text,
        hint: [beside, typeof count === 'number' ? count.toLocaleString('en') : ''].filter(Boolean).join(', '),
        insert: `${written(text)}${close}`,
        start,
        end: part.end,
        goesOn: false,
      };
    });
}

const isId = (text: string): boolean => /^[a-z]+_[0-9A-Z]{20,}$/.test(text);
const shortened = (id: string): string => `${id.slice(0, id.indexOf('_') + 1)}…${id.slice(-6)}`;
const contains = (text: string | null | undefined, part: string): boolean =>
  (text ?? '').toLowerCase().includes(part.toLowerCase());

/** Words that join, where a condition stands before the caret. */
function joins(parts: readonly Part[], caret: number): Suggestion[] {
  const before = parts.filter((part) => part.end <= caret).at(-1);
  const complete = before && (before.kind === 'field' || before.kind === 'text' || before.kind === 'close');
  const all: [string, string][] = [['not', 'What follows must not hold.']];
  if (complete) all.unshift(['or', 'Either side may hold.']);
  return all.map(([word, hint]) => ({
    key: `join ${word}`,
    label: word,
    hint,
    insert: `${word} `,
    start: caret,
    end: caret,
    goesOn: true,
  }));
}
