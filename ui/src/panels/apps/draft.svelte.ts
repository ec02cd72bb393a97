/**
 * An app as somebody is writing it: what was changed, what is wrong with it, what is worth knowing, and how it is kept.
 *
 * It outlives the form that shows it, so that nothing typed is lost by looking elsewhere.
 */

import { asFailure, flawsOf, type Failure, type Standing } from '../../rpc';
import { FIELD_NAMES, placesOf, same, secondsOf, type FieldName, type Fields } from './fields';

/** Something said about a field, or about one of its rows. */
export interface Said {
  readonly field: FieldName;
  /** The row as typed; null when it is about the field as a whole. */
  readonly row: number | null;
  readonly message: string;
  /** How sure the rule is and what governs it, when the sandbox said so. */
  readonly standing?: Standing;
  readonly clause?: string;
}

/** What the sandbox says to an app that is not kept yet (`apps_check`). */
export interface Verdict {
  readonly flaws: readonly Told[];
  readonly remarks: readonly Told[];
}

interface Told {
  /** As in a request: `redirect_uris[1]`. */
  readonly field: string;
  readonly message: string;
  readonly standing?: Standing;
  readonly clause?: string;
}

export interface DraftDoings<T> {
  /** Every rule at once, on the app as it stands here; changes nothing. */
  check(fields: Fields, changed: readonly FieldName[]): Promise<Verdict>;
  save(fields: Fields, changed: readonly FieldName[]): Promise<T>;
}

/** From the last key to the question: short enough to answer while one looks, long enough not to ask at every letter. */
const PAUSE_MS = 250;
const LIFETIME = 'access_token_lifetime_seconds';

export class Draft<T = unknown> {
  #base = $state.raw<Fields>({} as Fields);
  #edits = $state.raw<Partial<Fields>>({});
  #touched = $state.raw<ReadonlySet<FieldName>>(new Set());
  #flaws = $state.raw<readonly Said[]>([]);
  #remarks = $state.raw<readonly Said[]>([]);
  #tried = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  /** The rules are being asked about. */
  checking = $state(false);
  /** It is being kept. */
  busy = $state(false);
  /** Why it could not be kept or checked, when that is no field's fault. */
  failure = $state.raw<Failure | null>(null);

  constructor(
    base: Fields,
    readonly doings: DraftDoings<T>,
  ) {
    this.#base = base;
  }

  readonly fields = $derived<Fields>({ ...this.#base, ...this.#edits });
  /** Fields that say something else than what is registered, in the order of the form. */
  readonly changed = $derived<readonly FieldName[]>(
    FIELD_NAMES.filter((name) => name in this.#edits && !same(this.fields[name], this.#base[name])),
  );
  readonly dirty = $derived(this.changed.length > 0);
  /** Everything wrong, seen yet or not. */
  readonly flaws = $derived<readonly Said[]>(
    secondsOf(this.fields[LIFETIME]) === null
      ? [
          ...this.#flaws.filter(({ field }) => field !== LIFETIME),
          { field: LIFETIME, row: null, message: 'A whole number of seconds is needed, 300 to 3600.' },
        ]
      : this.#flaws,
  );

  set<N extends FieldName>(name: N, value: Fields[N]): void {
    this.#edits = { ...this.#edits, [name]: value };
    this.#touched = new Set([...this.#touched, name]);
    this.failure = null;
    this.#soon();
  }

  /** The registered app has changed: what was not edited here follows it. */
  rebase(base: Fields): void {
    this.#base = base;
    this.#edits = Object.fromEntries(
      Object.entries(this.#edits).filter(([name, value]) => !same(value, base[name as FieldName])),
    );
  }

  undo(): void {
    this.#edits = {};
    this.#touched = new Set();
    this.#tried = false;
    this.failure = null;
    void this.check();
  }

  /** What is wrong with a field (or a row of it) that somebody has written in, or tried to keep. */
  flawsOf(name: FieldName, row: number | null = null): readonly Said[] {
    if (!this.#tried && !this.#touched.has(name)) return [];
    return this.flaws.filter((flaw) => flaw.field === name && flaw.row === row);
  }

  remarksOf(name: FieldName, row: number | null = null): readonly Said[] {
    return this.#remarks.filter((remark) => remark.field === name && remark.row === row);
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.checking = true;
    this.#timer = setTimeout(() => void this.check(), PAUSE_MS);
  }

  /** Asks about every rule now. An older answer never overwrites a newer one. */
  async check(): Promise<void> {
    clearTimeout(this.#timer);
    const asked = (this.#asked += 1);
    const { fields } = this;
    this.checking = true;
    try {
      const { flaws, remarks } = await this.doings.check(fields, this.changed);
      if (asked !== this.#asked) return;
      this.#flaws = flaws.flatMap((flaw) => place(flaw, fields));
      this.#remarks = remarks.flatMap((remark) => place(remark, fields));
    } catch (thrown) {
      // The form goes on without: keeping it says what is wrong.
      if (asked === this.#asked) this.failure = asFailure(thrown);
    } finally {
      if (asked === this.#asked) this.checking = false;
    }
  }

  /** Checks and keeps it; undefined when a rule is broken or it failed, and then the fields and `failure` say why. */
  async save(): Promise<T | undefined> {
    if (this.busy) return undefined;
    this.busy = true;
    this.failure = null;
    try {
      await this.check();
      this.#tried = true;
      if (this.flaws.length > 0 || this.failure) return undefined;
      const kept = this.fields;
      const answer = await this.doings.save(kept, this.changed);
      // What was typed while it was being kept stays an edit.
      this.rebase(kept);
      this.#touched = new Set();
      this.#tried = false;
      return answer;
    } catch (thrown) {
      const failure = asFailure(thrown);
      const flaws = Object.entries(flawsOf(failure)).flatMap(([field, message]) =>
        place({ field, message }, this.fields),
      );
      this.#flaws = flaws;
      if (flaws.length === 0) this.failure = failure;
      return undefined;
    } finally {
      this.busy = false;
    }
  }
}

const isField = (name: string): name is FieldName => (FIELD_NAMES as readonly string[]).includes(name);

/** `redirect_uris[1]` is the second said row, which may be the third typed one. */
function place(told: Told, fields: Fields): Said[] {
  const [, name = '', index] = /^(\w+)(?:\[(\d+)\])?$/.exec(told.field) ?? [];
  if (!isField(name)) return [];
  const value = fields[name];
  const row = index === undefined || !Array.isArray(value) ? null : (placesOf(value)[Number(index)] ?? null);
  return [{ ...told, field: name, row }];
}
