/** The panel's state: what is listed, what is open, and what can be done with it. It draws nothing. */

import { query, type ExchangeSummary } from '../../rpc';
import { go, href, pref, route, type Ranges } from '../../shared';
import type { Doing } from './here.svelte';
import { Opened, revealOne, type Side } from './opened.svelte';
import { Rows } from './rows.svelte';
import { shortId } from './words';

export const TABS = ['overview', 'request', 'response', 'why', 'trace', 'raw'] as const;
export type Tab = (typeof TABS)[number];
const isTab = (value: unknown): value is Tab => TABS.includes(value as Tab);

export class Traffic implements Doing {
  readonly rows = new Rows();
  readonly opened = new Opened();
  readonly #path: () => readonly string[];
  readonly #tab = pref<Tab>('traffic.tab', 'overview', isTab);
  readonly #apps = query('apps_list');
  readonly #people = query('people_list');

  /** The key of the grid's current row. */
  selected = $state<string | null>(null);
  current = $state.raw<ExchangeSummary | null>(null);
  chosen = $state.raw<{ readonly ranges: Ranges; readonly count: number }>({ ranges: [], count: 0 });

  /** `path` is what follows the panel's name in the address. */
  constructor(path: () => readonly string[]) {
    this.#path = path;
    $effect(() => this.rows.start());
    $effect(() => {
      void this.opened.open(this.openId);
    });
    // A link chooses its row; a row that is chosen while the pane is open is opened (see `choose`).
    $effect(() => {
      if (this.openId !== null) this.selected = this.openId;
    });
  }

  /** The exchange whose pane is open. */
  get openId(): string | null {
    return this.#path()[0] ?? null;
  }

  get tab(): Tab {
    const asked = route.search.get('tab');
    return isTab(asked) ? asked : this.#tab.value;
  }

  set tab(next: Tab) {
    this.#tab.value = next;
    if (this.openId && route.search.has('tab')) go(this.#address(this.openId), { replace: true });
  }

  #address(id: string | null): string {
    return href('traffic', ...(id ? [id] : []));
  }

  open(id: string): void {
    if (id !== this.openId) go(this.#address(id), { replace: this.openId !== null });
  }

  close(): void {
    go(this.#address(null), { replace: true });
  }

  /** The grid's current row and chosen rows. */
  choose(row: ExchangeSummary | null, chosen: { readonly ranges: Ranges; readonly count: number }): void {
    this.current = row;
    this.chosen = chosen;
    if (row && this.openId !== null) this.open(row.id);
  }

  get chosenCount(): number {
    return this.chosen.count || (this.openId ? 1 : 0);
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

  personName(id: string): string {
    return this.#people.data?.people.find((person) => person.user_id === id)?.name ?? shortId(id);
  }

  /** The credential behind a marker of the open exchange. */
  async reveal(side: Side, index: number): Promise<string> {
    const read = this.opened.read;
    if (!read) throw { message: 'The exchange is not here any more.' };
    return revealOne(read.detail, side, index);
  }

  async pin(): Promise<void> {}
  async compare(): Promise<void> {}
  async copyAs(_form: 'curl'): Promise<void> {}
  async exportHar(): Promise<void> {}
}
