/** The filter as it is typed, as it is in force, and as it was saved. */

import { pref } from '../../../shared';

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
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === 'string');

export class FilterText {
  readonly #saved = pref<readonly Saved[]>('traffic.filters', [], isSaved);
  readonly #recent = pref<readonly string[]>('traffic.recent', [], isTexts);
  readonly #apply: (text: string) => void;
  #draft = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `apply` is told the text that is to be in force. */
  constructor(apply: (text: string) => void) {
    this.#apply = apply;
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
    return this.#saved.value;
  }

  save(name: string, text: string): void {
    this.#saved.value = [...this.#saved.value.filter((one) => one.name !== name), { name, text }];
  }

  forget(name: string): void {
    this.#saved.value = this.#saved.value.filter((one) => one.name !== name);
  }

  /** Texts that were used before, the last one first. */
  get recent(): readonly string[] {
    return this.#recent.value;
  }

  /** A text was worth keeping: someone pressed Enter, or chose it. */
  remember(text: string): void {
    if (text) this.#recent.value = [text, ...this.#recent.value.filter((one) => one !== text)].slice(0, KEPT);
  }
}
