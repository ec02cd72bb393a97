/** A lab result as somebody is writing it: what is known of the biomarker, how it would be judged, what follows. */

import {
  flawsOf,
  mutation,
  query,
  type Biomarker,
  type BiomarkerSeries,
  type ConnectedApps,
  type Health,
  type LabResult,
  type Person,
  type Query,
} from '../../../rpc';
import { placeOf, range, type Place } from '../health/labs';
import { number } from '../words';

/** A biomarker that can be chosen: of the catalogue, or of their own. */
export type Known = Pick<
  Biomarker | BiomarkerSeries,
  'code' | 'name' | 'unit' | 'category' | 'about' | 'reference_low' | 'reference_high'
>;
/** What an app must hold to be told (ruling 24). */
export const SCOPE = 'read:biomarkers';

export class ResultDraft {
  readonly #person: () => Person;
  readonly #own: Query<Health>;
  readonly catalogue = query('people_biomarkers');
  readonly connected: Query<ConnectedApps>;
  readonly saving = mutation('people_add_lab_result');

  code = $state('');
  value = $state('');
  unit = $state('');
  low = $state('');
  high = $state('');
  /** `2026-05-22T12:34`, in UTC; empty for now. */
  drawn = $state('');
  tried = $state(false);

  constructor(person: () => Person, code = '') {
    this.#person = person;
    this.code = code;
    this.#own = query('people_health', () => ({ user_id: person().user_id }));
    this.connected = query('people_connected_apps', () => ({ user_id: person().user_id }));
  }

  /** What can be chosen: the catalogue, and what else was measured of them, each once. */
  readonly known = $derived.by((): readonly Known[] => {
    const catalogue = this.catalogue.data?.biomarkers ?? [];
    const listed = new Set(catalogue.map((marker) => marker.code));
    const own = this.#own.data?.biomarkers.filter((series) => !listed.has(series.code)) ?? [];
    return [...catalogue, ...own];
  });

  readonly chosen = $derived(this.known.find((series) => series.code === this.code) ?? null);
  /** Their own results of it. */
  readonly theirs = $derived.by(() => this.#own.data?.biomarkers.find((series) => series.code === this.code) ?? null);
  /** The sandbox knows its unit and range: they may be left out. */
  readonly catalogued = $derived.by(() => {
    const code = this.code.trim();
    return this.catalogue.data?.biomarkers.some((marker) => marker.code === code) ?? false;
  });

  /** The value asks for action at once; only the catalogue says so, in its own unit. */
  readonly critical = $derived.by(() => {
    const marker = this.catalogue.data?.biomarkers.find((marker) => marker.code === this.code.trim());
    const value = number(this.value);
    if (!marker || value === null || this.theUnit !== marker.unit) return false;
    return value < (marker.critical_below ?? -Infinity) || value >= (marker.critical_from ?? Infinity);
  });

  readonly theUnit = $derived(this.unit.trim() || this.chosen?.unit || '');
  readonly theLow = $derived(this.low.trim() ? number(this.low) : (this.chosen?.reference_low ?? null));
  readonly theHigh = $derived(this.high.trim() ? number(this.high) : (this.chosen?.reference_high ?? null));
  readonly theRange = $derived(range(this.theLow, this.theHigh, this.theUnit));

  /** Where the value lies, once there is one and a range. */
  readonly place = $derived.by((): Place | null => {
    const value = number(this.value);
    return value === null || this.theRange === null ? null : placeOf(value, this.theLow, this.theHigh);
  });

  /** Apps that are told of it. */
  readonly told = $derived.by(() =>
    (this.connected.data?.apps ?? []).filter(
      (app) => app.state === 'active' && app.scopes.some((scope) => scope.name === SCOPE),
    ),
  );

  readonly flaws = $derived.by((): Record<string, string> => {
    const found: Record<string, string> = { ...flawsOf(this.saving.error) };
    const say = (field: string, wrong: boolean, message: string) => {
      if (wrong) found[field] ??= message;
    };
    const wanted = this.tried;
    say('code', wanted && !this.code.trim(), 'Choose a biomarker, or write the code of your own.');
    say('value', wanted && !this.value.trim(), 'A number is needed.');
    say('value', this.value.trim() !== '' && number(this.value) === null, 'A number is needed, such as 4.6.');
    say('reference_low', this.low.trim() !== '' && number(this.low) === null, 'A number is needed.');
    say('reference_high', this.high.trim() !== '' && number(this.high) === null, 'A number is needed.');
    say(
      'reference_high',
      this.theLow !== null && this.theHigh !== null && this.theLow > this.theHigh,
      'The upper end is below the lower one.',
    );
    return found;
  });

  /** Why it was not added, when that is no field's fault. */
  readonly failure = $derived(
    this.saving.error && Object.keys(flawsOf(this.saving.error)).length === 0 ? this.saving.error : null,
  );

  async save(): Promise<LabResult | undefined> {
    this.tried = true;
    this.saving.reset();
    const value = number(this.value);
    if (Object.keys(this.flaws).length > 0 || value === null) return undefined;
    return this.saving.run({
      user_id: this.#person().user_id,
      code: this.code.trim(),
      value,
      ...(this.unit.trim()
        ? { unit: this.unit.trim() }
        : this.chosen && !this.catalogued
          ? { unit: this.chosen.unit }
          : {}),
      ...(this.low.trim() ? { reference_low: number(this.low) } : {}),
      ...(this.high.trim() ? { reference_high: number(this.high) } : {}),
      ...(this.drawn ? { collected_at: `${this.drawn}:00Z` } : {}),
    });
  }
}
