/** The panel's state: which walk is open, which of its steps is looked at, and what can be done there. It draws nothing. */

import { untrack } from 'svelte';
import {
  asFailure,
  desktop,
  mutate,
  query,
  type Failure,
  type RequestEdit,
  type Step,
  type StepRun,
  type StepView,
  type WalkExchange,
  type WalkSession,
  type WalkSetup,
} from '../../rpc';
import { confirm, go, href, notify, notifyFailure, route } from '../../shared';
import { copyAs } from '../../wire/copy-as';
import type { CopyFormat } from '../../rpc';
import type { Doing } from './here.svelte';

export const VIEWS = ['before', 'after', 'diagram'] as const;
export type View = (typeof VIEWS)[number];
const isView = (value: unknown): value is View => VIEWS.includes(value as View);

export class Simulator implements Doing {
  readonly list = query('simulator_list');
  readonly choices = query('simulator_choices');
  readonly tampers;
  readonly open;
  readonly plan;
  readonly #path: () => readonly string[];

  /** What was chosen for a step, and for which: it is of no other. */
  #chosen = $state.raw<{ at: string; tamper: string | null; edit: RequestEdit | null } | null>(null);
  /** What is being done: `start`, `run`, `all`… */
  busy = $state<string | null>(null);
  /** Why the last thing could not be done. */
  failure = $state.raw<Failure | null>(null);
  /** What the last change of a session answered: true before it is read again. */
  #fresh = $state.raw<WalkSession | null>(null);
  /** A session that is not there: it is asked for once. */
  #gone = $state<string | null>(null);
  /** Dialogs. */
  handing = $state(false);
  targeting = $state(false);
  renaming = $state<string | null>(null);
  /** The session that was just begun. */
  begun = $state<string | null>(null);
  /** A window for sign-in is open. */
  windowed = $state(false);

  /** `path` is what follows the panel's name in the address. */
  constructor(path: () => readonly string[]) {
    this.#path = path;
    this.open = query('simulator_get', () => (this.id && !this.gone ? { session: this.id } : null));
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
              ...(this.edit ? { edit: this.edit } : {}),
            }
          : null,
      { keepPrevious: true },
    );
    const at = $derived(this.#at);
    $effect(() => {
      void at;
      untrack(() => (this.failure = null));
    });
    $effect(() => {
      if (this.#path()[0] === 'new') untrack(() => void this.#startFromAddress());
    });
    $effect(() => {
      if (this.open.error?.code === 'not_found') untrack(() => (this.#gone = this.id));
    });
    // Without an address: the walk that was used last.
    $effect(() => {
      const last = this.list.data?.sessions[0]?.session;
      if (this.#path().length === 0 && last) untrack(() => go(href('simulator', last), { replace: true }));
    });
  }

  get #at(): string {
    return `${this.id} ${this.step}`;
  }

  /** What goes wrong on purpose in the step that is looked at, by name. */
  get tamper(): string | null {
    return this.#chosen?.at === this.#at ? this.#chosen.tamper : null;
  }

  set tamper(tamper: string | null) {
    this.#chosen = { at: this.#at, tamper, edit: this.edit };
  }

  /** The step's request as it was changed by hand. */
  get edit(): RequestEdit | null {
    return this.#chosen?.at === this.#at ? this.#chosen.edit : null;
  }

  set edit(edit: RequestEdit | null) {
    this.#chosen = { at: this.#at, tamper: this.tamper, edit };
  }

  /** The session of the address. */
  get id(): string | null {
    const id = this.#path()[0];
    return id && id !== 'new' ? id : null;
  }

  /** The session of the address is not there: it was deleted, or never was. */
  get gone(): boolean {
    return this.id !== null && this.#gone === this.id;
  }

  /** The open session: as it was read, or as the last thing that was done in it left it. */
  get session(): WalkSession | null {
    if (this.gone) return null;
    const read = this.open.data ?? null;
    const fresh = this.#fresh;
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
    const at = this.#path()[1];
    if (!at || !/^\d+$/.test(at)) return null;
    return this.session?.runs.find(({ run }) => run === Number(at)) ?? null;
  }

  /** The step that is looked at. */
  get step(): Step | null {
    if (!this.session) return null;
    const named = this.#named;
    if (named) return named.step;
    const at = this.#path()[1];
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
    this.#go(this.step, { view: next });
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

  #go(step: Step | number | null, search: Record<string, string> = {}, replace = true): void {
    if (this.id && step !== null) go(this.addressOf(step, search), { replace });
  }

  look(step: Step, view?: View): void {
    this.#go(step, view ? { view } : this.view === 'diagram' ? { view: 'diagram' } : {}, false);
  }

  /** Opens an exchange where it belongs. */
  openExchange(exchange: number): void {
    const found = this.session?.exchanges.find((one) => one.exchange === exchange);
    if (!found) return;
    const counts = this.steps.find(({ step }) => step === found.step)?.run === found.run;
    this.#go(counts ? found.step : found.run, { view: 'after', x: String(exchange) }, false);
  }

  async #do(what: string, work: () => Promise<WalkSession>): Promise<WalkSession | undefined> {
    if (this.busy) return undefined;
    this.busy = what;
    this.failure = null;
    try {
      const done = await work();
      this.#fresh = done;
      return done;
    } catch (thrown) {
      this.failure = asFailure(thrown);
      return undefined;
    } finally {
      this.busy = null;
    }
  }

  async #startFromAddress(): Promise<void> {
    const asked = (name: string) => route.search.get(name) ?? undefined;
    const scopes = asked('scopes')?.split(' ').filter(Boolean);
    const setup: WalkSetup = {
      ...(asked('app') ? { app: asked('app') } : {}),
      ...(asked('persona') ? { persona: asked('persona') } : {}),
      ...(asked('redirect_uri') ? { redirect_uri: asked('redirect_uri') } : {}),
      ...(scopes?.length ? { scopes } : {}),
    };
    await this.start(setup);
    if (this.#path()[0] === 'new') go(href('simulator'), { replace: true });
  }

  /** Begins a walk and opens it. */
  async start(setup: WalkSetup = {}, target?: string): Promise<boolean> {
    const begun = await this.#do('start', () => mutate('simulator_start', { setup, ...(target ? { target } : {}) }));
    if (begun) this.begun = begun.summary.session;
    if (begun) go(href('simulator', begun.summary.session), { replace: this.#path()[0] === 'new' });
    else if (this.failure && !target) notifyFailure('A new walk', this.failure);
    return begun !== undefined;
  }

  /** Whether the looked-at step is where the walk stands, or was taken and may be taken again. */
  get stuck(): string | null {
    if (this.busy) return 'It is at work.';
    if (!this.session) return null;
    if (this.session.waiting && this.step === 'sign_in' && this.view !== 'before')
      return 'The walk waits for the callback.';
    const blocked = this.#runsNext ? this.plan.data?.blocked : null;
    if (blocked && this.plan.data?.step === this.step) return blocked;
    if (!this.#runsNext && this.#after() === null) return 'The walk is finished. Start it again, or look back.';
    if (this.view === 'diagram' && this.finished) return 'The walk is finished. Start it again, or look back.';
    return null;
  }

  /** Whether the next thing is to take the step that is looked at. */
  get #runsNext(): boolean {
    return this.view === 'before' || !this.run;
  }

  /** Where to look after the run that is looked at. */
  #after(): Step | null {
    const session = this.session;
    if (!session) return null;
    const latest = session.runs.findLast(({ set_aside }) => !set_aside);
    if (this.run && latest?.run === this.run.run) return session.summary.step;
    const place = this.steps.findIndex(({ step }) => step === this.step);
    return this.steps.slice(place + 1).find(({ state }) => state !== 'left_out')?.step ?? null;
  }

  /** Whether what comes next is the step that was just taken, once more: it failed, or was refused. */
  get again(): boolean {
    const step = this.view === 'diagram' ? this.session?.summary.step : this.#after();
    const view = this.steps.find((one) => one.step === step);
    return (
      (view?.state === 'failed' || view?.state === 'refused_as_meant') &&
      (this.view === 'diagram' || view.step === this.step)
    );
  }

  /** Whether taking the step that is looked at sends something; an authorization URL is only made. */
  get sends(): boolean {
    const plan = this.plan.data;
    return plan?.step === this.step && this.step !== 'authorization_url' && plan.requests.length > 0;
  }

  /** One key for the whole walk: takes the step, shows what came of it, shows what comes next. */
  async next(): Promise<void> {
    if (!this.session) {
      if (!this.id) await this.start();
      return;
    }
    if (this.view === 'diagram') {
      const standing = this.session.summary.step;
      if (standing) await this.take(standing);
      return;
    }
    if (this.#runsNext) {
      await this.take();
      return;
    }
    const step = this.#after();
    if (step) this.#go(step, step === this.step ? { view: 'before' } : {}, false);
  }

  back(): void {
    const place = this.steps.findIndex(({ step }) => step === this.step);
    const before = this.steps.slice(0, Math.max(0, place)).findLast(({ state }) => state !== 'left_out');
    if (before) this.look(before.step);
  }

  get atStart(): boolean {
    return this.steps[0]?.step === this.step;
  }

  /** Takes a step, as it is planned. */
  async take(step: Step | null = this.step): Promise<void> {
    const session = this.id;
    if (!session || !step) return;
    const own = step === this.step;
    const diagram = this.view === 'diagram';
    const done = await this.#do('run', () =>
      mutate('simulator_run', {
        session,
        step,
        ...(own && this.tamper ? { tamper: this.tamper } : {}),
        ...(own && this.edit ? { edit: this.edit } : {}),
      }),
    );
    if (!done) return;
    this.#chosen = null;
    this.open.refresh();
    this.#go(step, { view: diagram ? 'diagram' : 'after' });
  }

  async runAll(): Promise<void> {
    const session = this.id;
    if (!session) return;
    const diagram = this.view === 'diagram';
    const done = await this.#do('all', () => mutate('simulator_run_all', { session }));
    if (!done) return;
    this.open.refresh();
    const last = done.runs.findLast(({ set_aside }) => !set_aside);
    if (last) this.#go(last.step, { view: diagram ? 'diagram' : 'after' });
  }

  async restart(): Promise<void> {
    const session = this.id;
    if (!session) return;
    const done = await this.#do('restart', () => mutate('simulator_restart', { session }));
    if (done) {
      notify('good', 'Back at the first step. What was done stays in the session.');
      this.#go(done.summary.step ?? 'configure', { view: 'before' });
    }
  }

  /** Stands at a step: what came after it is set aside, what is passed over is skipped. */
  async stand(step: Step): Promise<void> {
    const session = this.id;
    if (!session) return;
    const done = await this.#do('go', () => mutate('simulator_go', { session, step }));
    if (done) this.#go(step, { view: 'before' });
  }

  /** Changes what the walk is about. */
  async set(setup: WalkSetup): Promise<void> {
    const session = this.id;
    if (session) await this.#do('set', () => mutate('simulator_update', { session, setup }));
  }

  async rename(session: string, name: string): Promise<boolean> {
    return (await this.#do('rename', () => mutate('simulator_update', { session, name }))) !== undefined;
  }

  async keep(session: string, kept: boolean): Promise<void> {
    const done = await this.#do('keep', () => mutate('simulator_update', { session, kept }));
    if (done) notify('good', kept ? 'Kept until it is deleted.' : 'Deleted after 7 days.');
  }

  async duplicate(session: string): Promise<void> {
    const copy = await this.#do('duplicate', () => mutate('simulator_duplicate', { session }));
    if (copy) go(href('simulator', copy.summary.session));
    else if (this.failure) notifyFailure('Duplicating', this.failure);
  }

  async remove(session: string, name: string): Promise<void> {
    await confirm({
      title: `Delete ${name}?`,
      happens: ['Its steps, requests and answers are removed'],
      stays: ['What it did in the sandbox: traffic, grants, journal'],
      confirmLabel: 'Delete the walk',
      run: async () => {
        const before = this.#gone;
        this.#gone = session;
        try {
          await mutate('simulator_delete', { session });
        } catch (thrown) {
          this.#gone = before;
          throw thrown;
        }
        if (session === this.id) go(href('simulator'), { replace: true });
        notify('good', `${name} is deleted.`);
      },
    });
  }

  /** Hands the walk the address that the browser was sent to. */
  async paste(url: string): Promise<boolean> {
    const session = this.id;
    if (!session) return false;
    const done = await this.#do('callback', () => mutate('simulator_callback', { session, url }));
    if (done) {
      this.open.refresh();
      const last = done.runs.findLast(({ set_aside }) => !set_aside);
      if (last) this.#go(last.step, { view: 'after' });
    }
    return done !== undefined;
  }

  /** Opens sign-in and consent in a window without access to the console, and waits for its end. */
  async openWindow(url: string, redirect_uri: string): Promise<void> {
    const session = this.id;
    if (!session || this.windowed) return;
    this.windowed = true;
    try {
      const { ended } = await desktop.call('host_open_walk', { session, url, redirect_uri });
      if (ended === 'closed')
        notify('note', 'The window was closed before the flow came back. The walk goes on waiting.');
      if (ended === 'came_back') this.open.refresh();
    } catch (thrown) {
      notifyFailure('The window', asFailure(thrown));
    } finally {
      this.windowed = false;
    }
  }

  copyExchange(exchange: number, format: CopyFormat): Promise<void> {
    const session = this.id ?? '';
    return copyAs(
      (form, all) => mutate('simulator_copy_as', { session, exchange, format: form, with_credentials: all }),
      format,
    );
  }

  showDiagram(): void {
    this.view = 'diagram';
  }

  handOver(): void {
    this.handing = true;
  }
}
