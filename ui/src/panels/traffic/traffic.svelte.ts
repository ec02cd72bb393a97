/** The panel's state: what is listed, what is open, and what can be done with it. It draws nothing. */

import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { asFailure, mutate, onChanges, query, type CopyFormat, type ExchangeSummary, type FilterFlaw } from '../../rpc';
import { afterPaint, go, host, href, notify, notifyFailure, pref, route, type Ranges } from '../../shared';
import { FilterText } from './filter/filter.svelte';
import { Meaning } from './filter/meaning.svelte';
import { plausible } from './filter/plausible';
import type { Doing } from './here.svelte';
import { Opened, revealOne } from './opened.svelte';
import { Rows } from './rows.svelte';
import { copyRequest } from './take';
import type { Side } from '../../wire/message/http';
import { shortId } from '../../wire/words';

export const TABS = ['overview', 'request', 'response', 'why', 'trace', 'raw'] as const;
export type Tab = (typeof TABS)[number];
const isTab = (value: unknown): value is Tab => TABS.includes(value as Tab);

/** What the panel asks of its grid. */
export interface GridHandle {
  chosenRows(most?: number): Promise<ExchangeSummary[]>;
  focus(): void;
}

type Chosen = { readonly ranges: Ranges; readonly count: number };

export class Traffic implements Doing {
  readonly rows = new Rows();
  readonly opened = new Opened();
  readonly filter: FilterText;
  readonly meaning = new Meaning();
  readonly #path: () => readonly string[];
  readonly #tab = pref<Tab>('traffic.tab', 'overview', isTab);
  readonly #apps = query('apps_list');
  readonly #people = query('people_list');
  /** Pins of this panel, over what the rows said when they were read. */
  readonly #pins = new SvelteMap<string, boolean>();

  /** The key of the grid's current row. */
  selected = $state<string | null>(null);
  current = $state.raw<ExchangeSummary | null>(null);
  chosen = $state.raw<Chosen>({ ranges: [], count: 0 });
  /** The exchange that waits for another one to be compared with. */
  base = $state.raw<ExchangeSummary | null>(null);
  /** The dialog that asks what goes into a file is open. */
  exporting = $state(false);
  #grid: GridHandle | null = null;

  /** `path` is what follows the panel's name in the address. */
  constructor(path: () => readonly string[]) {
    this.#path = path;
    this.filter = new FilterText((text) => {
      this.#list(text);
      this.#go({ query: text });
    });
    $effect(() => this.rows.start());
    $effect(() => {
      const text = this.query;
      untrack(() => {
        this.filter.show(text);
        this.#list(text);
      });
    });
    // What the text means is asked once its rows are there: they are waited for. What is wrong has no rows. What there is
    // to filter by comes with it, and is there before the first filter: it tells what is likely right.
    $effect(() => {
      const text = this.query;
      if (this.rows.known && this.rows.query === text) {
        if (!text && untrack(() => this.meaning.fields.length > 0)) return;
        return afterPaint(() => void this.#read(text));
      }
      if (!text) return;
      if (this.rows.error || !plausible(text, this.meaning.fields)) untrack(() => void this.#read(text));
      return;
    });
    $effect(() => {
      void this.opened.open(this.openId);
    });
    // A link chooses its row; a row that is chosen while the pane is open is opened (see `choose`).
    $effect(() => {
      void this.rows.version;
      if (this.openId !== null) this.selected = this.openId;
    });
    $effect(() =>
      onChanges((topics) => {
        if (topics === null) this.opened.forget();
      }),
    );
  }

  /** Lists what a text asks for, when it is likely right: the sandbox need not say so first. */
  #list(text: string): void {
    if (!text || plausible(text, this.meaning.fields)) this.rows.filter(text);
  }

  /** Reads what a text means, and lists what it asks for unless something is wrong with it. */
  async #read(text: string): Promise<void> {
    await this.meaning.read(text);
    if (text === this.query && !this.flaw) this.rows.filter(text);
  }

  /** The exchange whose pane is open. */
  get openId(): string | null {
    return this.#path()[0] ?? null;
  }

  /** The exchange that the open one is compared with. */
  get otherId(): string | null {
    return route.search.get('with');
  }

  /** The filter in force, as the address has it. */
  get query(): string {
    return route.search.get('q') ?? '';
  }

  /** What the filter shows, in words; null for none. */
  get sentence(): string | null {
    return this.query ? this.meaning.sentence(this.query) : null;
  }

  /** What is wrong with the filter in force. */
  get flaw(): FilterFlaw | null {
    return this.query ? this.meaning.flaw(this.query) : null;
  }

  /** Where the text that is shown is wrong; nowhere while it is typed on. */
  get wrong(): FilterFlaw | null {
    return this.filter.draft.trim() === this.query ? this.flaw : null;
  }

  get tab(): Tab {
    const asked = route.search.get('tab');
    return isTab(asked) ? asked : this.#tab.value;
  }

  set tab(next: Tab) {
    this.#tab.value = next;
    if (route.search.has('tab')) this.#go({});
  }

  /** Goes to another part of the panel. What is left out stays, but for the tab and the second exchange. */
  #go(to: { open?: string | null; query?: string; other?: string }, replace = true): void {
    const open = to.open === undefined ? this.openId : to.open;
    const text = to.query ?? this.query;
    const search = { ...(text ? { q: text } : {}), ...(to.other ? { with: to.other } : {}) };
    go(href('traffic', ...(open ? [open] : []), search), { replace });
  }

  open(id: string): void {
    if (id !== this.openId || this.otherId) this.#go({ open: id }, this.openId !== null);
  }

  close(): void {
    this.#go({ open: null });
  }

  /** Opens an exchange at one of its tabs. */
  show(row: ExchangeSummary, tab: Tab): void {
    this.#tab.value = tab;
    this.#go({ open: row.id }, this.openId !== null);
  }

  why(row: ExchangeSummary): void {
    this.show(row, 'why');
  }

  showsGrid(grid: GridHandle): void {
    this.#grid = grid;
  }

  focusList(): void {
    this.#grid?.focus();
  }

  focusFilter(): void {
    void host.act('go.find');
  }

  /** The grid's current row and chosen rows. */
  choose(row: ExchangeSummary | null, chosen: Chosen): void {
    this.current = row;
    this.chosen = chosen;
    if (row && this.openId !== null && row.id !== this.openId && chosen.count <= 1 && !this.otherId) this.open(row.id);
  }

  /** What actions and chips are about: the open exchange, else the current row. */
  get about(): ExchangeSummary | null {
    const read = this.opened.read?.detail.summary;
    return this.openId !== null && read?.id === this.openId ? read : this.current;
  }

  get chosenCount(): number {
    return Math.max(this.chosen.count, this.about ? 1 : 0);
  }

  get paused(): boolean {
    return this.rows.paused;
  }

  pause(): void {
    this.rows.pause();
  }

  resume(): void {
    this.rows.resume();
  }

  appName(id: string): string {
    return this.#apps.data?.apps.find((app) => app.client_id === id)?.name ?? shortId(id);
  }

  /** The app as a filter names it: by its name when no other app's name contains that. */
  appTerm(id: string): string {
    const apps = this.#apps.data?.apps ?? [];
    const name = apps.find((app) => app.client_id === id)?.name;
    const alike = apps.filter((app) => name && app.name.toLowerCase().includes(name.toLowerCase()));
    return name && alike.length === 1 ? name : id;
  }

  personName(id: string): string {
    return this.#people.data?.people.find((person) => person.user_id === id)?.name ?? shortId(id);
  }

  /** The credential behind a marker of the open exchange. */
  async reveal(side: Side, index: number): Promise<string> {
    const read = this.opened.read;
    if (!read) throw { message: 'The exchange is not here any more.' };
    return revealOne(read.detail, side, index);
  }

  isPinned(row: ExchangeSummary): boolean {
    return this.#pins.get(row.id) ?? row.pinned;
  }

  /** Pins what the actions are about, or lets it go. */
  async pin(row: ExchangeSummary | null = this.about): Promise<void> {
    if (!row) return;
    const pinned = !this.isPinned(row);
    this.#pins.set(row.id, pinned);
    try {
      await mutate('traffic_pin', { exchange: row.id, pinned });
      notify('good', pinned ? 'Pinned: retention keeps it.' : 'No longer pinned.');
      this.rows.reload();
    } catch (thrown) {
      this.#pins.delete(row.id);
      notifyFailure('The pin', asFailure(thrown));
    }
  }

  /** Two chosen rows are compared; one waits for the other. */
  async compare(row: ExchangeSummary | null = this.about): Promise<void> {
    if (this.chosen.count === 2) {
      const [first, second] = (await this.#grid?.chosenRows(2)) ?? [];
      if (first && second) this.compareWith(first.id, second.id);
      return;
    }
    if (!row) return;
    if (this.base && this.base.id !== row.id) this.compareWith(this.base.id, row.id);
    else this.base = row;
  }

  compareWith(first: string, second: string | null): void {
    this.base = null;
    if (second) this.#go({ open: first, other: second }, false);
  }

  stopComparing(): void {
    this.base = null;
    this.#go({});
  }

  async copyAs(format: CopyFormat, row: ExchangeSummary | null = this.about): Promise<void> {
    if (row) await copyRequest(row.id, format);
  }

  /** Asks what is to be written. */
  exportHar(): void {
    this.exporting = true;
  }

  /** One more than a file takes: the sandbox then says so. */
  async chosenIds(): Promise<string[]> {
    return ((await this.#grid?.chosenRows(1001)) ?? []).map(({ id }) => id);
  }
}
