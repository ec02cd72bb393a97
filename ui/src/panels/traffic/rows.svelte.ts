/** The rows of the list: how many there are, and a page of them, as a paused or live source for the grid. */

import { asFailure, call, onChanges, type ExchangeSummary, type Failure } from '../../rpc';
import type { RowSource } from '../../shared';

/** Two looks at the end of the list are at least this far apart, in milliseconds. */
const APART_MS = 120;

interface Head {
  /** How many there are. */
  readonly total: number;
  /** How many retention has taken at the front, ever. */
  readonly dropped: number;
}

const NOTHING: Head = { total: 0, dropped: 0 };

export class Rows implements RowSource<ExchangeSummary> {
  #live = $state.raw<Head>(NOTHING);
  #held = $state.raw<Head | null>(null);
  #known = $state(false);
  #error = $state.raw<Failure | null>(null);
  #version = $state(0);
  #looking = false;
  #again = false;
  #lookedAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Looks at the end of the list now and at every change, until the returned function is called. */
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

  get total(): number {
    return (this.#held ?? this.#live).total;
  }

  get dropped(): number {
    return (this.#held ?? this.#live).dropped;
  }

  get version(): unknown {
    return this.#version;
  }

  /** The first answer is there. */
  get known(): boolean {
    return this.#known;
  }

  get error(): Failure | null {
    return this.#error;
  }

  get paused(): boolean {
    return this.#held !== null;
  }

  /** How many came since the list was paused. */
  get waiting(): number {
    const held = this.#held;
    return held ? Math.max(0, this.#live.total + this.#live.dropped - held.total - held.dropped) : 0;
  }

  pause(): void {
    this.#held ??= this.#live;
  }

  resume(): void {
    this.#held = null;
  }

  /** Looks at the end of the list, or once more after the look under way. */
  look(): void {
    if (this.#looking) {
      this.#again = true;
      return;
    }
    if (this.#timer !== undefined) return;
    const wait = this.#lookedAt + APART_MS - performance.now();
    if (wait <= 0) {
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
    this.#lookedAt = performance.now();
    try {
      const { exchanges, total } = await call('traffic_list', { limit: 1 });
      const newest = exchanges[0]?.seq ?? 0;
      const next = { total, dropped: Math.max(0, newest - total) };
      // Places begin anew after the list was emptied.
      if (next.dropped + next.total < this.#live.dropped + this.#live.total || total < this.#live.total)
        this.#version += 1;
      this.#live = next;
      this.#known = true;
      this.#error = null;
    } catch (thrown) {
      this.#error = asFailure(thrown);
    } finally {
      this.#looking = false;
      if (this.#again) this.look();
    }
  }

  async load(start: number, count: number): Promise<readonly ExchangeSummary[]> {
    const after = this.dropped + start;
    const { exchanges } = await call('traffic_list', { after, before: after + count + 1, limit: count });
    return exchanges.reverse();
  }

  key(row: ExchangeSummary): string {
    return row.id;
  }

  async placeOf(id: string): Promise<number | null> {
    try {
      const { summary } = await call('traffic_get', { exchange: id });
      const place = summary.seq - this.dropped - 1;
      return place >= 0 && place < this.total ? place : null;
    } catch {
      return null;
    }
  }
}
