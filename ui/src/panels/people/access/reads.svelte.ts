/** Who read what of a persona's: the newest calls, kept up to date, and older ones on request. */

import {
  asFailure,
  call,
  query,
  type ConnectedApps,
  type Failure,
  type Query,
  type Read,
  type ReadList,
} from '../../../rpc';

export const KINDS = ['all', 'reads', 'changes', 'refused'] as const;
export type Kind = (typeof KINDS)[number];

const PAGE = 100;

export class Reads {
  readonly #user: () => string;
  readonly newest: Query<ReadList>;
  readonly connected: Query<ConnectedApps>;

  kind = $state<Kind>('all');
  #older = $state.raw<readonly Read[]>([]);
  /** Where still older ones begin; undefined until older ones were asked for. */
  #next = $state<number | null | undefined>();
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);

  constructor(user: () => string) {
    this.#user = user;
    this.newest = query('people_reads', () => ({ user_id: user(), limit: PAGE }));
    this.connected = query('people_connected_apps', () => ({ user_id: user(), with_revoked: true }));
  }

  /** Newest first, each once: what is new pushes others from the first page to where the older ones begin. */
  readonly all = $derived.by((): readonly Read[] => {
    const newest = this.newest.data?.reads ?? [];
    const last = newest.at(-1)?.seq ?? Infinity;
    return [...newest, ...this.#older.filter((read) => read.seq < last)];
  });

  readonly shown = $derived(
    this.all.filter((read) => {
      if (this.kind === 'all') return true;
      if (this.kind === 'refused') return read.refused_by !== null;
      return read.refused_by === null && read.is_read === (this.kind === 'reads');
    }),
  );

  readonly more = $derived.by(() => (this.#next === undefined ? this.newest.data?.next : this.#next) ?? null);

  async loadOlder(): Promise<void> {
    const before = this.more;
    if (before === null || this.busy) return;
    this.busy = true;
    this.failure = null;
    try {
      const answer = await call('people_reads', { user_id: this.#user(), limit: PAGE, before });
      this.#older = [...this.#older, ...answer.reads];
      this.#next = answer.next;
    } catch (thrown) {
      this.failure = asFailure(thrown);
    } finally {
      this.busy = false;
    }
  }

  /** The grant that a call stood on, for "under which". */
  grantOf(read: Read) {
    return this.connected.data?.apps.find((app) => app.grant_id === read.grant_id) ?? null;
  }
}
