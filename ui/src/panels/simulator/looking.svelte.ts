/** What is looked at: which walk is open, which of its steps, runs and exchanges. The address says it; nothing is done here. */

import { untrack } from 'svelte';
import {
  query,
  type RequestEdit,
  type Step,
  type StepRun,
  type StepView,
  type WalkExchange,
  type WalkSession,
  type WalkSummary,
} from '../../rpc';
import { go, href, route } from '../../shared';

const VIEWS = ['before', 'after', 'diagram'] as const;
type View = (typeof VIEWS)[number];
/** Waits so long after the last key. */
const PAUSE_MS = 250;
const isView = (value: unknown): value is View => VIEWS.includes(value as View);

/** The authorization request: what the browser opens first in the step of the person. */
const isAuthorization = ({ step, url, hidden }: WalkExchange) =>
  step === 'sign_in' && !hidden && URL.canParse(url) && new URL(url).pathname.endsWith('/authorize');

export class Looking {
  readonly list = query('simulator_list');
  readonly choices = query('simulator_choices');
  readonly tampers;
  readonly open;
  readonly plan;
  /** The step as it would be without mistake and edit; asked for only while there is one. */
  readonly unspoiled;
  /** What follows the panel's name in the address. */
  protected readonly path: () => readonly string[];

  /** What was chosen for a step, and for which: it is of no other. */
  #chosen = $state.raw<{ at: string; tamper: string | null; edit: RequestEdit | null } | null>(null);
  /** The edit as it is planned: behind the one that is being written by a pause. */
  #planned = $state.raw<RequestEdit | null>(null);
  #pause: ReturnType<typeof setTimeout> | undefined;
  /** What the last change of a session answered: true before it is read again. */
  protected fresh = $state.raw<WalkSession | null>(null);
  /** A session that is not there: it is asked for once. */
  #gone = $state<string | null>(null);

  constructor(path: () => readonly string[]) {
    this.path = path;
    this.open = query('simulator_get', () => (this.id && !this.gone && !this.isLost ? { session: this.id } : null));
    this.tampers = query(
      'simulator_tampers',
      () => (this.session ? { session: this.session.summary.session } : this.id ? null : {}),
      { keepPrevious: true },
    );
    this.plan = query(
      'simulator_plan',
      () =>
        this.session && this.step
          ? {
              session: this.session.summary.session,
              step: this.step,
              ...(this.tamper ? { tamper: this.tamper } : {}),
              ...(this.edit && this.#planned ? { edit: this.#planned } : {}),
            }
          : null,
      { keepPrevious: true },
    );
    this.unspoiled = query('simulator_plan', () =>
      this.session && this.step && (this.tamper !== null || this.edit !== null)
        ? { session: this.session.summary.session, step: this.step }
        : null,
    );
    $effect(() => {
      if (this.open.error?.code === 'not_found') untrack(() => (this.#gone = this.id));
    });
    // Without an address: the walk that was used last.
    $effect(() => {
      const last = this.sessions[0]?.session;
      if (this.path().length === 0 && last) untrack(() => go(href('simulator', last), { replace: true }));
    });
  }

  /** Which step of which walk. */
  get at(): string {
    return `${this.id} ${this.step}`;
  }

  /** What goes wrong on purpose in the step that is looked at, by name. */
  get tamper(): string | null {
    return this.#chosen?.at === this.at ? this.#chosen.tamper : null;
  }

  set tamper(tamper: string | null) {
    this.#chosen = { at: this.at, tamper, edit: this.edit };
  }

  /** The step's request as it was changed by hand. */
  get edit(): RequestEdit | null {
    return this.#chosen?.at === this.at ? this.#chosen.edit : null;
  }

  set edit(edit: RequestEdit | null) {
    clearTimeout(this.#pause);
    this.#chosen = { at: this.at, tamper: this.tamper, edit };
    this.#planned = edit;
  }

  /** Changes the request while it is being written: that is what will be sent; it is planned after the last key. */
  write(edit: RequestEdit): void {
    if (this.edit === null) this.#planned = null;
    clearTimeout(this.#pause);
    this.#chosen = { at: this.at, tamper: this.tamper, edit };
    this.#pause = setTimeout(() => (this.#planned = this.edit), PAUSE_MS);
  }

  /** Chooses what goes wrong in a step that is about to be looked at. */
  spoil(step: Step, tamper: string | null, edit: RequestEdit | null = null): void {
    clearTimeout(this.#pause);
    this.#chosen = { at: `${this.id} ${step}`, tamper, edit };
    this.#planned = edit;
  }

  /** What was chosen is done. */
  protected forgetChosen(): void {
    this.#chosen = null;
  }

  /** The session of the address. */
  get id(): string | null {
    const id = this.path()[0];
    return id && id !== 'new' ? id : null;
  }

  /** The session of the address is not there: it was deleted, or never was. */
  get gone(): boolean {
    return this.id !== null && this.#gone === this.id;
  }

  /** The walks, the last used first, without one that was just deleted. */
  get sessions(): readonly WalkSummary[] {
    return (this.list.data?.sessions ?? []).filter(({ session }) => session !== this.#gone);
  }

  /** Says that a session is not there any more, until the returned function takes it back. */
  letGo(session: string): () => void {
    const before = this.#gone;
    this.#gone = session;
    return () => (this.#gone = before);
  }

  /** The session of the address was sealed with a key that is gone. */
  get isLost(): boolean {
    return this.id !== null && (this.list.data?.lost ?? []).includes(this.id);
  }

  /** The open session: as it was read, or as the last thing that was done in it left it. */
  get session(): WalkSession | null {
    if (this.gone) return null;
    const read = this.open.data ?? null;
    const fresh = this.fresh;
    if (fresh?.summary.session !== this.id) return read;
    return read && read.summary.updated_at >= fresh.summary.updated_at ? read : fresh;
  }

  get finished(): boolean {
    return this.session !== null && this.session.summary.step === null;
  }

  get has(): boolean {
    return this.session !== null;
  }

  get steps(): readonly StepView[] {
    return this.session?.steps ?? [];
  }

  /** The run that the address names by its number. */
  get #named(): StepRun | null {
    const at = this.path()[1];
    if (!at || !/^\d+$/.test(at)) return null;
    return this.session?.runs.find(({ run }) => run === Number(at)) ?? null;
  }

  /** The step that is looked at. */
  get step(): Step | null {
    if (!this.session) return null;
    const named = this.#named;
    if (named) return named.step;
    const at = this.path()[1];
    const known = this.steps.find(({ step }) => step === at);
    return known?.step ?? this.session.summary.step ?? this.steps.at(-1)?.step ?? null;
  }

  get stepView(): StepView | null {
    return this.steps.find(({ step }) => step === this.step) ?? null;
  }

  /** The run that is looked at: the one of the address, else the step's that counts, else its last. */
  get run(): StepRun | null {
    if (this.#named) return this.#named;
    const number = this.stepView?.run;
    return this.session?.runs.find(({ run }) => run === number) ?? null;
  }

  /** Runs of the step, oldest first. */
  get runsOfStep(): readonly StepRun[] {
    return this.session?.runs.filter(({ step }) => step === this.step) ?? [];
  }

  get view(): View {
    const asked = route.search.get('view');
    if (isView(asked)) return asked === 'after' && !this.run ? 'before' : asked;
    return this.run ? 'after' : 'before';
  }

  set view(next: View) {
    this.show(this.step, { view: next });
  }

  /** Exchanges of the run that is looked at. */
  get exchanges(): readonly WalkExchange[] {
    const run = this.run;
    return run ? (this.session?.exchanges.filter((one) => one.run === run.run) ?? []) : [];
  }

  /** The exchange whose bytes are open: that of the address, else the one that the prediction is about. */
  get exchange(): WalkExchange | null {
    const asked = Number(route.search.get('x'));
    return (
      this.exchanges.find(({ exchange }) => exchange === asked) ??
      // What was built in the step before is what is looked at first; the pages come after it.
      this.exchanges.find(isAuthorization) ??
      this.exchanges.find(({ exchange }) => exchange === this.run?.main_exchange) ??
      this.exchanges.find(({ hidden }) => !hidden) ??
      this.exchanges[0] ??
      null
    );
  }

  /** Things that can go wrong on purpose in the step that is looked at. */
  get tampersHere() {
    return this.tampers.data?.tampers.filter(({ step }) => step === this.step) ?? [];
  }

  addressOf(step: Step | number, search: Record<string, string> = {}): string {
    return href('simulator', this.id ?? '', String(step), search);
  }

  /** Goes to a step or a run of the open walk. */
  show(step: Step | number | null, search: Record<string, string> = {}, replace = true): void {
    if (this.id && step !== null) go(this.addressOf(step, search), { replace });
  }

  look(step: Step, view?: View): void {
    this.show(step, view ? { view } : this.view === 'diagram' ? { view: 'diagram' } : {}, false);
  }

  /** The exchange that was asked for by an arrow, and which part of it: it comes into sight once it is drawn. */
  wanted = $state.raw<{ readonly exchange: number; readonly part: 'request' | 'response' } | null>(null);

  /** Opens an exchange where it belongs. */
  openExchange(exchange: number, part: 'request' | 'response' = 'request'): void {
    const found = this.session?.exchanges.find((one) => one.exchange === exchange);
    if (!found) return;
    this.wanted = { exchange, part };
    const counts = this.steps.find(({ step }) => step === found.step)?.run === found.run;
    this.show(counts ? found.step : found.run, { view: 'after', x: String(exchange) }, false);
  }
}
