/** What a filter means, and what there is to filter by: the sandbox's words. */

import { call, type FilterFlaw, type Filters } from '../../../rpc';

/** What was offered is asked for again after so long, in milliseconds. */
const FRESH_MS = 5_000;

export class Meaning {
  #filters = $state.raw<Filters | null>(null);
  #text = $state('');
  #askedAt = -Infinity;
  #wanted = '';

  get fields(): Filters['fields'] {
    return this.#filters?.fields ?? [];
  }

  /** What the text shows, in words; null while it is not known, or when it can't be read. */
  sentence(text: string): string | null {
    return text === this.#text ? (this.#filters?.query?.sentence ?? null) : null;
  }

  /** What is wrong with the text, and where. */
  flaw(text: string): FilterFlaw | null {
    return text === this.#text ? (this.#filters?.query?.error ?? null) : null;
  }

  /** Reads a text; what there is to filter by comes with it. */
  async read(text: string): Promise<void> {
    if (text === this.#text && performance.now() - this.#askedAt < FRESH_MS) return;
    this.#wanted = text;
    this.#askedAt = performance.now();
    try {
      const filters = await call('traffic_filters', { query: text });
      if (this.#wanted !== text) return;
      this.#text = text;
      this.#filters = filters;
    } catch {
      // The list says what is wrong; suggestions can wait.
      this.#askedAt = -Infinity;
    }
  }
}
