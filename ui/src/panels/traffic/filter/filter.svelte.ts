/** The filter as it is typed, as it is in force, and as it was saved. */

import { forgetPref, pref } from '../../../shared';

/** How long after the last key a text is tried, in milliseconds. */
const PAUSE_MS = 180;
const KEPT = 8;

export interface Saved {
  readonly name: string;
  readonly text: string;
}

const isSaved = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every(
    (one) => typeof one === 'object' && one !== null && typeof one.name === 'string' && typeof one.text === 'string',
  );

/**
 * Texts that were used before, the last one first. They may hold a name or a token, so they last as long as the page:
 * written down is only what a person saves under a name.
 */
let recent = $state.raw<readonly string[]>([]);

/** A credential, by its looks. */
const SECRET = /(?:lph_(?:at|rt|ac|ss|cs)|secret|whsec)_[\w-]{12}|eyJ[\w-]{12}/;

/** Saved ones with a credential in them: they last as long as the page, too. */
let passing = $state.raw<readonly Saved[]>([]);

/** Forgets both: for tests. */
export function forgetPassing(): void {
  recent = [];
  passing = [];
}

export class FilterText {
  readonly #saved = pref<readonly Saved[]>('traffic.filters', [], isSaved);
  readonly #apply: (text: string) => void;
  #draft = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `apply` is told the text that is to be in force. */
  constructor(apply: (text: string) => void) {
    this.#apply = apply;
    forgetPref('traffic.recent');
  }

  /** As it is typed. */
  get draft(): string {
    return this.#draft;
  }

  /** A key was pressed: the text is tried after a pause. */
  type(text: string): void {
    this.#draft = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.apply(), PAUSE_MS);
  }

  /** Puts a text in force now; the typed one unless told. */
  apply(text: string = this.#draft): void {
    clearTimeout(this.#timer);
    this.#draft = text;
    this.#apply(text.trim());
  }

  /** A link or the back button brought another text. */
  show(text: string): void {
    if (text === this.#draft.trim()) return;
    clearTimeout(this.#timer);
    this.#draft = text;
  }

  get saved(): readonly Saved[] {
    return [...this.#saved.value, ...passing];
  }

  /** Whether it is found again the next time: a text with a credential in it is not written down. */
  save(name: string, text: string): boolean {
    this.forget(name);
    const kept = !SECRET.test(text);
    if (kept) this.#saved.value = [...this.#saved.value, { name, text }];
    else passing = [...passing, { name, text }];
    return kept;
  }

  forget(name: string): void {
    if (passing.some((one) => one.name === name)) passing = passing.filter((one) => one.name !== name);
    this.#saved.value = this.#saved.value.filter((one) => one.name !== name);
  }

  /** Texts that were used before, the last one first. */
  get recent(): readonly string[] {
    return recent;
  }

  /** A text was worth keeping: someone pressed Enter, or chose it. */
  remember(text: string): void {
    if (text) recent = [text, ...recent.filter((one) => one !== text)].slice(0, KEPT);
  }
}
