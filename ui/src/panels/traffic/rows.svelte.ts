/** The rows of the list: how many fit the filter, and a page of them, as a paused or live source for the grid. */

import { asFailure, call, onChanges, type ExchangeSummary, type Failure } from '../../rpc';
import type { First, RowSource } from '../../shared';

/** Two looks at the list are at least this far apart, in milliseconds, and four times as far as a look takes. */
const APART_MS = 120;
/** The newest rows that come with the first look at a filter: as many as most windows show, and drawn at once. */
const FIRST_ROWS = 60;

interface Head {
  readonly query: string;
  /** How many fit the filter. */
  readonly matching: number;
  /** How many there are in all. */
  readonly total: number;
  /** The place of the newest of all. */
  readonly last: number;
  /** How many of those that fit have been removed at the front since the filter was set. */
  readonly dropped: number;
}

const NOTHING: Head = { query: '', matching: 0, total: 0, last: 0, dropped: 0 };

export class Rows implements RowSource<ExchangeSummary> {
  #live = $state.raw<Head>(NOTHING);
  #held = $state.raw<Head | null>(null);
  #known = $state(false);
  #error = $state.raw<Failure | null>(null);
  #version = $state(0);
  #revision = $state(0);
  /** The filter that was asked for last; that of the rows in sight is `#live.query`. */
  #wanted = $state('');
  #looking = false;
  #again = false;
  #next = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The newest rows of the first look. */
  #first = $state.raw<First<ExchangeSummary> | null>(null);
  /** A row that was loaded, and where it was: tells how far the others have moved. */
  #anchor: { readonly id: string; readonly ordinal: number } | null = null;

  /** Looks at the list now and at every change, until the returned function is called. */
  start(): () => void {
    const stop = onChanges((topics) => {
      if (topics === null || topics.has('traffic')) this.look();
    });
    this.look();
    return () => {
      stop();
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  get #shown(): Head {
    return this.#held ?? this.#live;
  }

  /** How many rows there are to scroll through. */
  get total(): number {
    return this.#shown.matching;
  }

  get dropped(): number {
    return this.#shown.dropped;
  }

  get version(): unknown {
    return this.#version;
  }

  get first(): First<ExchangeSummary> | null {
    return this.#first;
  }

  /** How many there are in all, filter aside. */
  get all(): number {
    return this.#shown.total;
  }

  /** The filter of the rows in sight. */
  get query(): string {
    return this.#live.query;
  }

  /** The first answer is there. */
  get known(): boolean {
    return this.#known;
  }

  /** Why the last look failed; a filter that can't be read leaves the rows of the one before. */
  get error(): Failure | null {
    return this.#error;
  }

  get paused(): boolean {
    return this.#held !== null;
  }

  /** How many have been recorded since the list was paused, filter aside. */
  get waiting(): number {
    const held = this.#held;
    return held ? Math.max(0, this.#live.last - held.last) : 0;
  }

  pause(): void {
    this.#held ??= this.#live;
  }

  resume(): void {
    this.#held = null;
  }

  /** Lists what fits a filter. */
  filter(query: string): void {
    if (query === this.#wanted) return;
    this.#wanted = query;
    this.#next = -Infinity;
    this.look();
  }

  get revision(): unknown {
    return this.#revision;
  }

  /** Reads the rows again: what is in them, or which of them fit, has changed. */
  reload(): void {
    this.#revision += 1;
    this.look();
  }

  /** Looks at the list, or once more after the look under way. */
  look(): void {
    if (this.#looking) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    const wait = this.#next - performance.now();
    if (wait <= 0) {
      this.#timer = undefined;
      void this.#look();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#look();
    }, wait);
  }

  async #look(): Promise<void> {
    this.#looking = true;
    this.#again = false;
    const query = this.#wanted;
    const revision = this.#revision;
    const began = performance.now();
    try {
      const anew = query !== this.#live.query || !this.#known;
      const found = await call('traffic_list', { query, order: 'newest', limit: anew ? FIRST_ROWS : 1 });
      const { matching, total, last, exchanges } = found;
      const before = this.#live;
      const other = anew || last < before.last;
      const gone = other ? 0 : await this.#gone(before, total, last, matching);
      if (other || gone === null) {
        const rows = anew && !this.#held ? exchanges.reverse() : [];
        const newest = rows.at(-1);
        this.#anchor = newest ? { id: newest.id, ordinal: matching - 1 } : null;
        this.#version += 1;
        this.#first = { start: matching - rows.length, rows, version: this.#version, revision };
        // Another filter looks at the present, unless the list stands still: then at the same moment.
        if (this.#held) {
          const { matching: then } = await call('traffic_list', { query, up_to: this.#held.last, limit: 1 });
          this.#held = { ...this.#held, query, matching: then, dropped: 0 };
        }
      }
      this.#live = { query, matching, total, last, dropped: other || gone === null ? 0 : before.dropped + gone };
      this.#known = true;
      this.#error = null;
    } catch (thrown) {
      this.#error = asFailure(thrown);
    } finally {
      const now = performance.now();
      this.#next = now + Math.max(APART_MS, (now - began) * 4);
      this.#looking = false;
      if (this.#again || this.#wanted !== query) this.look();
    }
  }

  /** How many rows in front of the others retention has removed; null when that can't be told. */
  async #gone(before: Head, total: number, last: number, matching: number): Promise<number | null> {
    const removed = before.total + (last - before.last) - total;
    if (removed <= 0) return 0;
    if (this.#wanted === '') return removed;
    const anchor = this.#anchor;
    if (!anchor || matching === 0) return null;
    const { position } = await call('traffic_list', {
      query: this.#wanted,
      order: 'oldest',
      limit: 1,
      position_of: anchor.id,
    });
    return position === null ? null : Math.max(0, anchor.ordinal - before.dropped - position);
  }

  async load(start: number, count: number): Promise<readonly ExchangeSummary[]> {
    const { query, dropped } = this.#shown;
    const { exchanges } = await call('traffic_list', {
      query,
      order: 'oldest',
      offset: start,
      limit: count,
      ...(this.#held ? { up_to: this.#held.last } : {}),
    });
    const newest = exchanges.at(-1);
    if (newest) this.#anchor = { id: newest.id, ordinal: dropped + start + exchanges.length - 1 };
    return exchanges;
  }

  key(row: ExchangeSummary): string {
    return row.id;
  }

  async placeOf(id: string): Promise<number | null> {
    try {
      const { position } = await call('traffic_list', {
        query: this.query,
        order: 'oldest',
        limit: 1,
        position_of: id,
        ...(this.#held ? { up_to: this.#held.last } : {}),
      });
      return position !== null && position < this.total ? position : null;
    } catch {
      return null;
    }
  }
}
