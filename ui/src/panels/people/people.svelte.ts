/** The People panel: who there is, who is chosen, which part of theirs is shown, and what is being added to it. */

import { tick } from 'svelte';
import { call, COMMANDS, query, touch, type Person, type PersonCounts } from '../../rpc';
import { confirm, go, href, notify, presenter, route } from '../../shared';

export const TABS = ['health', 'apps', 'reads', 'alerts', 'details'] as const;
export type Tab = (typeof TABS)[number];

/** What is being added to the chosen persona. */
export type Adding = { readonly what: 'result'; readonly code?: string } | { readonly what: 'protocol' | 'check_in' };

const ADDINGS = ['result', 'protocol', 'check_in'] as const;
const isAdding = (text: string | null): text is (typeof ADDINGS)[number] =>
  ADDINGS.includes(text as (typeof ADDINGS)[number]);
const isTab = (text: string | null): text is Tab => TABS.includes(text as Tab);

/** Made once by the panel's component: its queries live as long as that. */
export class People {
  readonly #path: () => readonly string[];
  readonly all = query('people_list');
  readonly #counts = query('people_counts');

  /** The words that the list is searched for. */
  find = $state('');
  adding = $state.raw<Adding | null>(null);

  constructor(path: () => readonly string[]) {
    this.#path = path;
    // A link may ask for something to be added: once, so that going back does not ask again.
    const asked = route.search.get('add');
    if (isAdding(asked)) {
      this.adding = { what: asked };
      if (path()[0]) go(href('people', path()[0] ?? ''), { replace: true });
    }
  }

  readonly #byId = $derived(new Map(this.#counts.data?.counts.map((counts) => [counts.user_id, counts])));

  /** Those who match the words, in the order of the sandbox. */
  readonly listed = $derived.by((): readonly Person[] => {
    const words = this.find.toLowerCase().split(/\s+/).filter(Boolean);
    return (this.all.data?.people ?? []).filter((person) => {
      const text = `${person.name} ${person.email} ${person.brand_id} ${person.user_id}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  });

  /** The chosen persona's id (or email, as a link may have it): of the address, else the first; null when there is none. */
  readonly chosen = $derived.by((): string | null => this.#path()[0] ?? this.all.data?.people[0]?.user_id ?? null);

  /** The part that is shown. */
  readonly tab = $derived.by((): Tab => {
    const asked = route.search.get('tab');
    return isTab(asked) ? asked : 'health';
  });

  /** How much there is of a persona; undefined until it is known. */
  countsOf(person: Person): PersonCounts | undefined {
    return this.#byId.get(person.user_id);
  }

  isChosen(person: Person): boolean {
    return this.chosen === person.user_id || this.chosen === person.email;
  }

  /** Where a persona is in the console, with the same part of theirs in sight. */
  addressOf(person: Person): string {
    return this.tab === 'health' ? href('people', person.user_id) : href('people', person.user_id, { tab: this.tab });
  }

  show(tab: Tab): void {
    if (!this.chosen) return;
    go(tab === 'health' ? href('people', this.chosen) : href('people', this.chosen, { tab }), { replace: true });
  }

  /** Goes to the persona so many lines down (or up) the list, and says who it is. */
  step(by: number): Person | null {
    const here = this.listed.findIndex((person) => this.isChosen(person));
    const next = this.listed[Math.min(this.listed.length - 1, Math.max(0, here + by))] ?? null;
    if (next) go(this.addressOf(next), { replace: true });
    return next;
  }

  /** Asks, deletes, and goes back to the list. */
  async delete(person: Person): Promise<void> {
    const deleted = await confirm({
      title: `Delete ${person.name}?`,
      description: 'There is no way back.',
      happens: [
        'Their health data, protocols, check-ins and membership',
        'Every grant they gave: the tokens of those apps stop working at once',
        'Their sign-in sessions',
      ],
      stays: ['The apps themselves', 'What was recorded of past requests'],
      confirmLabel: 'Delete persona',
      danger: true,
      typed: presenter.on ? 'delete' : person.name,
      run: async () => {
        await call('people_delete', { user_id: person.user_id });
        // Away from here first: what is shown of them would be read again, and is no longer there.
        go(href('people'), { replace: true });
        await tick();
        touch(COMMANDS.people_delete.writes);
      },
    });
    if (!deleted) return;
    notify('good', `${person.name} was deleted with everything that was theirs.`);
  }
}
