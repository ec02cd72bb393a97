/** The panel's state: what is looked at, and what can be done there. It draws nothing. */

import { untrack } from 'svelte';
import { asFailure, desktop, mutate, type RequestEdit, type Step, type WalkSession, type WalkSetup } from '../../rpc';
import { confirm, go, host, href, notify, notifyFailure, route } from '../../shared';
import { Working } from './working.svelte';
import { walkName } from './words';

/** What is unfolded for somebody who asked for it by its action. */
type Asked = 'mistake' | 'edit';

export class Simulator extends Working {
  /** How many steps were taken here: each time the focus belongs to what goes on. */
  taken = $state(0);
  /** Dialogs. */
  handing = $state(false);
  targeting = $state(false);
  renaming = $state<string | null>(null);
  /** Whether the diagram has the runs that were set aside, too. */
  withSetAside = $state(false);
  /** Who draws it unfolds it, and gives it the focus. */
  asked = $state<Asked | null>(null);
  /** The session that was just begun. */
  begun = $state<string | null>(null);
  /** A window for sign-in is open. */
  windowed = $state(false);
  /** Changes by hand as they were sent, by walk and run: so that one can be tried once more. */
  readonly #edits = new Map<string, RequestEdit>();
  /** How many walks were deleted here: each time the focus belongs to what took their place. */
  deleted = $state(0);

  /** `path` is what follows the panel's name in the address. */
  constructor(path: () => readonly string[]) {
    super(path);
    $effect(() => {
      if (this.path()[0] === 'new') untrack(() => void this.#startFromAddress());
    });
    // All steps were asked for, and the person is back: on with the rest.
    $effect(() => {
      const session = this.session;
      if (!session || this.going === null || this.busy) return;
      if (session.summary.session !== this.going) this.going = null;
      else if (!session.waiting) untrack(() => void this.#goOn(session));
    });
  }

  /** Whether the rest is taken by itself once the person is back. */
  get goesOn(): boolean {
    return this.going !== null && this.going === this.id;
  }

  async #goOn(session: WalkSession): Promise<void> {
    this.going = null;
    if (session.summary.ended?.state === 'done' && session.summary.step) await this.runAll();
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
    if (this.path()[0] === 'new') go(href('simulator'), { replace: true });
  }

  /** Begins a walk and opens it. */
  async start(setup: WalkSetup = {}, target?: string): Promise<boolean> {
    const begun = await this.carryOut('start', () =>
      mutate('simulator_start', { setup, ...(target ? { target } : {}) }),
    );
    if (begun) this.begun = begun.summary.session;
    if (begun) go(href('simulator', begun.summary.session), { replace: this.path()[0] === 'new' });
    else if (this.failure && !target) notifyFailure('A new walk', this.failure);
    return begun !== undefined;
  }

  /** Whether the looked-at step is where the walk stands, or was taken and may be taken again. */
  get stuck(): string | null {
    if (this.atWork) return 'It is at work.';
    if (!this.session) return null;
    if (this.helps) return null;
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

  /** What was wrong on purpose in the run that counts in what comes next: a mistake, or a change by hand. */
  get spoiledBy(): 'mistake' | 'change' | null {
    if (this.run?.tamper) return 'mistake';
    return this.run?.edited ? 'change' : null;
  }

  /** The step to go back to, where what is looked at leads nowhere: it is what helps. */
  get helps(): Step | null {
    if (this.barred === null || this.busy) return null;
    if (!this.#runsNext || this.view === 'diagram') return this.again || this.spent ? this.#barredHere : null;
    return this.spent && !this.tamper && !this.edit ? this.#barredHere : null;
  }

  /** The way back, where the step that is barred is looked at. */
  get #barredHere(): Step | null {
    return this.view === 'diagram' || this.step === this.standing ? this.barred : null;
  }

  /** Whether taking the step that is looked at sends something; an authorization URL is only made. */
  get sends(): boolean {
    const plan = this.plan.data;
    return plan?.step === this.step && this.step !== 'authorization_url' && plan.requests.length > 0;
  }

  /** Why the step that is looked at can't be taken as it is planned; null when it can. */
  get barsTaking(): string | null {
    if (this.atWork) return 'It is at work.';
    if (this.waits && this.step === 'sign_in') return 'The walk waits for the callback.';
    return this.plan.data?.step === this.step ? this.plan.data.blocked : null;
  }

  /** Why the walk can't be made to stand at the step that is looked at; null when it can. */
  get barsStanding(): string | null {
    if (this.step === this.standing) return 'The walk stands here.';
    return this.stepView?.left_out ?? null;
  }

  /** Whether the step has a request that can be changed by hand. */
  get editable(): boolean {
    return this.plan.data?.step === this.step && this.plan.data.requests.some(({ main }) => main);
  }

  /** Whether a new code can be asked for by going back. */
  get pastAsking(): boolean {
    const places = this.steps.map(({ step }) => step);
    return this.finished || (this.standing !== null && places.indexOf(this.standing) > places.indexOf('pkce'));
  }

  /** One key for the whole walk: takes the step, shows what came of it, shows what comes next. */
  async next(): Promise<void> {
    if (!this.session) {
      if (!this.id) await this.start();
      return;
    }
    if (this.helps) {
      await this.#goOnFrom(this.helps);
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
    if (this.again) {
      // What was wrong on purpose has been seen: on without it.
      this.retry(null, null);
      return;
    }
    const step = this.#after();
    if (step) this.show(step, step === this.step ? { view: 'before' } : {}, false);
  }

  /** Looks at the step once more before it is sent, with what was wrong in it on purpose, or without. */
  retry(tamper: string | null = this.run?.tamper ?? null, edit: RequestEdit | null = this.#editOfRun): void {
    const step = this.view === 'diagram' ? this.standing : this.step;
    if (!step) return;
    this.spoil(step, tamper, edit);
    this.show(step, { view: 'before' }, false);
  }

  /** Goes on without the step that is looked at. */
  async leaveOut(): Promise<void> {
    const next = this.without;
    if (!next) return;
    await this.#goOnFrom(next);
  }

  /** Goes back to where a sign-in begins, for a new code: with values of its own. */
  async askAnew(): Promise<void> {
    await this.#goOnFrom('pkce');
  }

  /** Stands at the step that is looked at. */
  async standHere(): Promise<void> {
    if (this.step) await this.stand(this.step);
  }

  /** Shows something of the step before it is taken, unfolded. */
  ask(what: Asked): void {
    this.asked = what;
    if (this.view !== 'before') this.show(this.step, { view: 'before' }, false);
  }

  async #goOnFrom(step: Step): Promise<void> {
    const session = this.id;
    await this.stand(step);
    if (this.id === session) this.taken += 1;
  }

  back(): void {
    const place = this.steps.findIndex(({ step }) => step === this.step);
    const before = this.steps.slice(0, Math.max(0, place)).findLast(({ state }) => state !== 'left_out');
    if (before) this.look(before.step);
  }

  get atStart(): boolean {
    return this.steps[0]?.step === this.step;
  }

  /** How the request of the run that is looked at was changed by hand, while the panel is open. */
  get #editOfRun(): RequestEdit | null {
    return this.run?.edited ? (this.#edits.get(`${this.id} ${this.run.run}`) ?? null) : null;
  }

  /** Takes a step, as it is planned. */
  async take(step: Step | null = this.step): Promise<void> {
    const session = this.id;
    if (!session || !step) return;
    const own = step === this.step;
    const diagram = this.view === 'diagram';
    const edit = own ? this.edit : null;
    const done = await this.carryOut('run', () =>
      mutate('simulator_run', {
        session,
        step,
        ...(own && this.tamper ? { tamper: this.tamper } : {}),
        ...(edit ? { edit } : {}),
      }),
    );
    if (!done || this.id !== session) return;
    const run = done.runs.findLast((one) => one.step === step && !one.set_aside);
    if (edit && run) this.#edits.set(`${session} ${run.run}`, edit);
    this.tell(done);
    this.forgetChosen();
    this.open.refresh();
    this.show(step, { view: diagram ? 'diagram' : 'after' });
    this.taken += 1;
  }

  async runAll(): Promise<void> {
    const session = this.id;
    if (!session) return;
    const diagram = this.view === 'diagram';
    // What leads nowhere is not sent once more: the walk goes on from where it helps.
    if (this.spent && this.barred) await this.stand(this.barred);
    if (this.id !== session) return;
    const done = await this.carryOut('all', () => mutate('simulator_run_all', { session }));
    if (!done || this.id !== session) return;
    this.tell(done);
    this.open.refresh();
    const last = done.runs.findLast(({ set_aside }) => !set_aside);
    if (last) this.show(last.step, { view: diagram ? 'diagram' : 'after' });
    this.going = done.waiting ? session : null;
    this.taken += 1;
  }

  /** Goes back to the first step; a walk that is under way is asked about. */
  async restart(): Promise<void> {
    const session = this.id;
    if (!session || !this.session) return;
    const { summary } = this.session;
    const sure =
      this.finished ||
      summary.done === 0 ||
      (await confirm({
        title: `Start ${walkName(summary)} again?`,
        happens: ['The walk stands at its first step; its code and tokens are not used any more'],
        stays: ['Every run with its requests and answers, set aside', 'What it did in the sandbox'],
        confirmLabel: 'Start again',
      }));
    if (!sure) return;
    const done = await this.carryOut('restart', () => mutate('simulator_restart', { session }));
    if (done && this.id === session) {
      notify('good', 'Back at the first step. What was done stays in the session.');
      this.show(done.summary.step ?? 'configure', { view: 'before' });
    }
  }

  /** Stands at a step: what came after it is set aside, what is passed over is skipped. */
  async stand(step: Step): Promise<void> {
    const session = this.id;
    if (!session) return;
    const done = await this.carryOut('go', () => mutate('simulator_go', { session, step }));
    if (done && this.id === session) this.show(step, { view: 'before' });
  }

  /** Hands the walk the address that the browser was sent to. */
  async paste(url: string): Promise<boolean> {
    const session = this.id;
    if (!session) return false;
    const done = await this.carryOut('callback', () => mutate('simulator_callback', { session, url }));
    if (done && this.id === session) {
      this.tell(done);
      this.open.refresh();
      const last = done.runs.findLast(({ set_aside }) => !set_aside);
      if (last) this.show(last.step, { view: 'after' });
    }
    return done !== undefined;
  }

  /** Opens the page at which the walk waits for a person, as the walk is set up to. */
  async openSignIn(): Promise<void> {
    const { waiting, setup } = this.session ?? {};
    if (!waiting || !setup) return;
    if (setup.consent === 'window' && desktop.available) await this.openWindow(waiting.open, setup.redirect_uri);
    else await host.openExternal(waiting.open);
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

  showDiagram(): void {
    this.view = 'diagram';
  }

  handOver(): void {
    this.handing = true;
  }
}
