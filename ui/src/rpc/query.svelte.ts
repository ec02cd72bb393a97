/**
 * Reading and writing with commands.
 *
 * `query` gives an answer that stays true: it is fetched again when a topic that the command reads changes. Queries of
 * the same command and payload share one fetch and one answer. Old data stays in sight while new data is on its way.
 */

import { untrack } from 'svelte';
import { call, type Answer, type Input, type Request } from './call';
import { onChanges, touch } from './changes.svelte';
import { asFailure, type Failure } from './errors';
import { COMMANDS, type CommandName } from './generated/commands';
import type { Topic } from './generated/types';

/** Two fetches of one query are at least this far apart, however fast the world changes. */
const APART_MS = 120;
/** How many answers nobody looks at are kept, so that a panel opens with what it last showed. */
const KEPT = 60;

class Entry {
  data = $state.raw<unknown>();
  error = $state.raw<Failure | null>(null);
  loading = $state(false);
  stale = $state(false);
  has = $state(false);

  readonly reads: ReadonlySet<Topic>;
  users = 0;
  #again = false;
  #startedAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly cmd: CommandName,
    readonly payload: unknown,
  ) {
    this.reads = new Set<Topic>(COMMANDS[cmd].reads);
  }

  /** Out of date: fetch when someone looks, else when someone comes. */
  invalidate(): void {
    this.stale = true;
    if (this.users > 0) this.refresh();
  }

  /** Fetches, or fetches once more after the fetch under way, never closer than {@link APART_MS}. */
  refresh(): void {
    if (this.loading) {
      this.#again = true;
      return;
    }
    if (this.#timer !== undefined) return;
    const wait = this.#startedAt + APART_MS - performance.now();
    if (wait > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        void this.fetch();
      }, wait);
    } else {
      void this.fetch();
    }
  }

  async fetch(): Promise<void> {
    if (this.loading) {
      this.#again = true;
      return;
    }
    this.loading = true;
    this.#again = false;
    this.#startedAt = performance.now();
    try {
      const answer = await call(this.cmd, ...([this.payload] as Input<CommandName>));
      this.data = answer;
      this.has = true;
      this.error = null;
      this.stale = this.#again;
    } catch (thrown) {
      this.error = asFailure(thrown);
      this.stale = true;
    } finally {
      this.loading = false;
      if (this.#again && this.users > 0) this.refresh();
    }
  }
}

const entries = new Map<string, Entry>();

onChanges((topics) => {
  for (const entry of entries.values()) {
    if (topics === null || [...topics].some((topic) => entry.reads.has(topic))) entry.invalidate();
  }
});

/** The same payload gives the same text, whatever the order of its keys. */
export function keyOf(cmd: string, payload: unknown): string {
  return `${cmd} ${JSON.stringify(payload, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )}`;
}

function entryFor(cmd: CommandName, payload: unknown): Entry {
  const key = keyOf(cmd, payload);
  let entry = entries.get(key);
  if (entry) {
    entries.delete(key);
  } else {
    entry = new Entry(cmd, payload);
    for (const [old, { users }] of entries) {
      if (entries.size < KEPT) break;
      if (users === 0) entries.delete(old);
    }
  }
  entries.set(key, entry);
  return entry;
}

export interface Query<T> {
  /** The last answer; undefined until there is one. */
  readonly data: T | undefined;
  /** Why the last fetch failed; null when it did not. Data of an earlier fetch stays. */
  readonly error: Failure | null;
  /** A fetch is under way. */
  readonly loading: boolean;
  /** There is no answer yet and none failed: the only time to show a placeholder. */
  readonly pending: boolean;
  /** What `data` shows may be out of date: changed since, failed since, or of the previous payload. */
  readonly stale: boolean;
  /** Fetches now. */
  refresh(): void;
}

export interface QueryOptions {
  /** When the payload changes, go on showing the previous payload's answer (stale) until the new one is there. */
  readonly keepPrevious?: boolean;
}

/**
 * A live answer. Call it while a component or a controller is made, since it lives and ends with that.
 *
 * `payload` is read again whenever something reactive in it changes; null means "not now".
 */
export function query<C extends CommandName>(
  cmd: C,
  payload: () => Request<C> | null = () => ({}) as Request<C>,
  options: QueryOptions = {},
): Query<Answer<C>> {
  let entry = $state.raw<Entry | null>(null);
  let previous = $state.raw<{ data: unknown } | null>(null);
  const wanted = $derived.by(() => {
    const input = payload();
    return input === null ? null : { key: keyOf(cmd, input), input };
  });
  const key = $derived(wanted?.key ?? null);

  $effect.pre(() => {
    if (key === null) {
      entry = null;
      return;
    }
    return untrack(() => {
      const next = entryFor(cmd, wanted?.input);
      if (options.keepPrevious && entry?.has && !next.has) previous = { data: entry.data };
      entry = next;
      next.users += 1;
      if (!next.has || next.stale) next.refresh();
      return () => {
        next.users -= 1;
      };
    });
  });

  return {
    get data() {
      if (entry?.has) return entry.data as Answer<C>;
      return (options.keepPrevious && entry && !entry.error ? previous?.data : undefined) as Answer<C> | undefined;
    },
    get error() {
      return entry?.error ?? null;
    },
    get loading() {
      return entry?.loading ?? false;
    },
    get pending() {
      return key !== null && !(entry?.has ?? false) && !entry?.error;
    },
    get stale() {
      return entry ? entry.stale || !entry.has : false;
    },
    refresh() {
      entry?.refresh();
    },
  };
}

export interface Mutation<C extends CommandName> {
  readonly busy: boolean;
  /** Why the last run failed; null after a success, at the start, and after `reset`. */
  readonly error: Failure | null;
  /** Runs it; undefined when it failed, and then `error` says why. */
  run(...input: Input<C>): Promise<Answer<C> | undefined>;
  reset(): void;
}

/** A write with its progress and its failure, for a form or a button. */
export function mutation<C extends CommandName>(cmd: C): Mutation<C> {
  let busy = $state(false);
  let error = $state.raw<Failure | null>(null);
  return {
    get busy() {
      return busy;
    },
    get error() {
      return error;
    },
    async run(...input) {
      busy = true;
      error = null;
      try {
        return await mutate(cmd, ...input);
      } catch (thrown) {
        error = asFailure(thrown);
        return undefined;
      } finally {
        busy = false;
      }
    },
    reset() {
      error = null;
    },
  };
}

/** Runs a command that writes; what it writes is fetched again at once. Rejects with a `Failure`. */
export async function mutate<C extends CommandName>(cmd: C, ...input: Input<C>): Promise<Answer<C>> {
  const answer = await call(cmd, ...input);
  touch(COMMANDS[cmd].writes);
  return answer;
}

/** Forgets every answer: for tests. */
export function forgetAnswers(): void {
  entries.clear();
}
