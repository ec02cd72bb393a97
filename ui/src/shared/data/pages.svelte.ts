/**
 * Rows of a long list, fetched a page at a time and kept while they are near. Rows are numbered from the first one there
 * ever was (`dropped` + place), so that retention at the front moves no page.
 */

/** Where a grid's rows come from. Its getters are read reactively. */
export interface RowSource<Row> {
  /** How many rows there are now. */
  readonly total: number;
  /** How many rows have been removed at the front, ever: the rows that are left keep their places on the screen. */
  readonly dropped?: number;
  /** Another value means other rows: another filter, another order. */
  readonly version?: unknown;
  /** Another value means the same rows with changed content: they are read again, and what is chosen stays chosen. */
  readonly revision?: unknown;
  /** `count` rows from `start` (0 is the first there is now), oldest first. Fewer at the end. */
  load(start: number, count: number): Promise<readonly Row[]>;
  /** Rows that came with the total: they are shown at once, and no page is loaded while they are all that is in sight. */
  readonly first?: First<Row> | null;
  /** What tells a row from every other. */
  key(row: Row): string;
  /** The place of a row by its key, when it can be known: lets a link select a row that is not loaded. */
  placeOf?(key: string): Promise<number | null>;
}

/** Rows in one piece that need not be loaded. */
export interface First<Row> {
  /** The place of the first of them, counted as pages are: from the first row there ever was. */
  readonly start: number;
  readonly rows: readonly Row[];
  /** As the source was when they came. */
  readonly version: unknown;
  readonly revision: unknown;
}

export const PAGE = 100;
const KEPT = 40;

interface Page<Row> {
  rows: readonly Row[];
  /** Loaded for this version; older rows stay in sight until theirs come. */
  version: unknown;
  revision: unknown;
  used: number;
  loading: boolean;
  failed: boolean;
}

export class Pages<Row> {
  readonly #source: () => RowSource<Row>;
  readonly #pages = new Map<number, Page<Row>>();
  #tick = $state(0);
  #clock = 0;
  #error = $state.raw<unknown>(null);

  constructor(source: () => RowSource<Row>) {
    this.#source = source;
  }

  /** Why the last load failed; null when it did not. */
  get error(): unknown {
    return this.#error;
  }

  /** The row at a place, if it is here. Reactive: read again when a page arrives. */
  at(place: number): Row | undefined {
    void this.#tick;
    const { dropped = 0, version, first } = this.#source();
    const ordinal = place + dropped;
    const page = this.#pages.get(Math.floor(ordinal / PAGE));
    const row = page?.rows[ordinal % PAGE];
    if (row !== undefined && page?.version === version) return row;
    return (first?.version === version ? first?.rows[ordinal - first.start] : undefined) ?? row;
  }

  /** Fetches what is missing or out of date between two places, both included. */
  need(first: number, last: number): void {
    const { total, dropped = 0, version, revision, first: here } = this.#source();
    if (total === 0) return;
    const start = Math.max(0, first) + dropped;
    const end = Math.min(total - 1, last) + dropped;
    if (here && here.version === version && here.revision === revision) {
      if (start >= here.start && end < here.start + here.rows.length) return;
    }
    const from = Math.floor(start / PAGE);
    const to = Math.floor(end / PAGE);
    this.#clock += 1;
    for (let number = from; number <= to; number += 1) {
      const page = this.#pages.get(number);
      if (page) page.used = this.#clock;
      const wanted = Math.min(PAGE, total + dropped - number * PAGE);
      const present = page && page.version === version && page.revision === revision;
      if (page?.loading || (present && (page.failed || page.rows.length >= wanted))) continue;
      void this.#load(number);
    }
    this.#forget();
  }

  /** Tries again after a failure. */
  retry(): void {
    this.#error = null;
    for (const page of this.#pages.values()) page.failed = false;
    this.#tick += 1;
  }

  async #load(number: number): Promise<void> {
    const { total, dropped = 0, version, revision, load } = this.#source();
    const page: Page<Row> = this.#pages.get(number) ?? {
      rows: [],
      version: undefined,
      revision: undefined,
      used: this.#clock,
      loading: false,
      failed: false,
    };
    page.loading = true;
    this.#pages.set(number, page);
    // The first page may have lost rows at its front.
    const lost = Math.max(0, dropped - number * PAGE);
    const start = number * PAGE + lost - dropped;
    const count = Math.min(PAGE - lost, total - start);
    try {
      const rows = await load.call(this.#source(), start, count);
      const now = this.#source();
      if ((now.dropped ?? 0) === dropped && now.version === version) {
        page.rows = lost > 0 ? [...(Array(lost) as Row[]), ...rows] : rows;
        page.version = version;
        page.revision = revision;
        page.failed = false;
        this.#error = null;
      }
    } catch (thrown) {
      page.failed = true;
      page.version = version;
      page.revision = revision;
      this.#error = thrown;
    } finally {
      page.loading = false;
      // Whoever shows these rows asks again, and gets what was added meanwhile.
      this.#tick += 1;
    }
  }

  #forget(): void {
    if (this.#pages.size <= KEPT) return;
    const old = [...this.#pages].filter(([, page]) => !page.loading).sort(([, a], [, b]) => a.used - b.used);
    for (const [number] of old.slice(0, this.#pages.size - KEPT)) this.#pages.delete(number);
  }

  /** Read it to be told when pages arrive. */
  get tick(): number {
    return this.#tick;
  }
}
