/** One thing at a time in a walk: what is under way, what came of it, what is saved after it. */

import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import {
  asFailure,
  mutate,
  type Failure,
  type Step,
  type WalkConfig,
  type WalkSession,
  type WalkSetup,
} from '../../rpc';
import { notify, notifyFailure } from '../../shared';
import { changed, Unsaved } from './setup/unsaved.svelte';
import { Ways } from './ways.svelte';
import { agreed } from './words';

/** What sends something, and so may take its time. */
const SENDS: readonly string[] = ['run', 'all', 'callback'];
/** Goes by the setup: what was changed in it is saved first. */
const BY_SETUP: readonly string[] = ['run', 'all'];
/** Shorter than this nobody looks for a way to cancel. */
const PATIENCE_MS = 400;

export class Working extends Ways {
  /** What is being done: `start`, `run`, `all`… */
  busy = $state<string | null>(null);
  /** Why the last thing could not be done. */
  failure = $state.raw<Failure | null>(null);
  /** The walk in which it is being done; null where none was open. */
  #within = $state<string | null>(null);
  /** What is being done takes so long that it is worth cancelling. */
  #slow = $state(false);
  /** The walk whose work is being ended. */
  #ending = $state<string | null>(null);
  /** What came of the step that was taken, for those who do not see it. */
  told = $state('');
  /** The session in which all steps are taken, also after a person has signed in. */
  protected going = $state<string | null>(null);
  /** Settled when what is under way has ended. */
  #work: Promise<unknown> | null = null;
  readonly #unsaved = new Unsaved();
  /** Walks whose setup is being saved, each with what tells when that has ended. */
  readonly #saving = new SvelteMap<string, Promise<void>>();

  /** `path` is what follows the panel's name in the address. */
  constructor(path: () => readonly string[]) {
    super(path);
    const at = $derived(this.at);
    $effect(() => {
      void at;
      untrack(() => (this.failure = null));
    });
  }

  /** What is being done in the open walk, and in no other. */
  get busyHere(): string | null {
    return this.#within === this.id ? this.busy : null;
  }

  /** Something is under way that nothing else waits for: a setup that is being saved is waited for. */
  get atWork(): boolean {
    return this.busy !== null && this.busyHere !== 'set';
  }

  /** It takes so long in the open walk that it is worth cancelling. */
  get slow(): boolean {
    return this.#slow && this.busyHere !== null;
  }

  get cancelling(): boolean {
    return this.#ending !== null && this.#ending === this.id;
  }

  /** Something of the open walk can be ended: a step, or the wait for a person. */
  get underWay(): boolean {
    return this.waits || (this.busyHere !== null && SENDS.includes(this.busyHere));
  }

  /** Says what came of the last step that was taken. */
  protected tell(done: WalkSession): void {
    const last = done.runs.findLast(({ set_aside }) => !set_aside);
    const view = done.steps.find(({ step }) => step === last?.step);
    if (!last || !view) return;
    const agrees = agreed(last);
    const agreement =
      agrees === null ? '' : agrees ? 'Prediction and answer agree.' : 'Prediction and answer disagree.';
    this.told = [`${view.title}: ${last.outcome.word}.`, last.outcome.words.replaceAll('`', ''), agreement]
      .filter(Boolean)
      .join(' ');
  }

  /** Ends what is under way, or the wait for a person. What was sent stays in the session. */
  async cancel(): Promise<void> {
    const session = this.id;
    if (!session || this.#ending !== null) return;
    this.#ending = session;
    this.going = null;
    try {
      const done = await mutate('simulator_cancel', { session });
      if (this.id !== session) return;
      this.fresh = done;
      this.open.refresh();
      // What was under way tells itself how it ended.
      if (!this.busyHere) this.tell(done);
    } catch (thrown) {
      notifyFailure('Cancelling', asFailure(thrown));
    } finally {
      this.#ending = null;
    }
  }

  /** Does one thing at a time, and keeps why it could not be done. Whoever has left the walk meanwhile is told of that. */
  async carryOut(what: string, work: () => Promise<WalkSession>): Promise<WalkSession | undefined> {
    const session = this.id;
    const saving = session === null ? undefined : this.#saving.get(session);
    if (saving) await saving;
    if (BY_SETUP.includes(what) && this.#unsaved.of(session)) {
      notify('note', 'What was changed in the setup is not saved yet.');
      return undefined;
    }
    if (this.busy) {
      notify('note', 'It is at work.');
      return undefined;
    }
    return this.#do(what, session, work);
  }

  async #do(what: string, session: string | null, work: () => Promise<WalkSession>): Promise<WalkSession | undefined> {
    this.busy = what;
    this.#within = session;
    this.failure = null;
    this.told = '';
    const patience = setTimeout(() => (this.#slow = SENDS.includes(what)), PATIENCE_MS);
    try {
      const done = work();
      this.#work = done.catch(() => undefined);
      const came = await done;
      if (this.id === session) this.fresh = came;
      return came;
    } catch (thrown) {
      if (this.id === session) this.failure = asFailure(thrown);
      else notifyFailure('The other walk', asFailure(thrown));
      return undefined;
    } finally {
      clearTimeout(patience);
      this.#slow = false;
      this.busy = null;
    }
  }

  /** What the open walk is about, with what was changed and is not saved yet. */
  get setup(): WalkConfig | null {
    return this.session && changed(this.session.setup, this.#unsaved.of(this.id));
  }

  /** What was changed could not be saved: it waits for another try. */
  get unsaved(): boolean {
    return this.id !== null && !this.#saving.has(this.id) && this.#unsaved.of(this.id) !== null;
  }

  /** Changes what the walk is about: at once, or as soon as what is under way has ended. */
  async set(change: WalkSetup): Promise<void> {
    const session = this.id;
    if (!session) return;
    this.#unsaved.add(session, change, this.session?.summary.target.own ?? true);
    await this.saveSetup(session);
  }

  /** Saves what was changed, and what is changed meanwhile after it. */
  saveSetup(session: string | null = this.id): Promise<void> {
    if (session === null || !this.#unsaved.of(session)) return Promise.resolve();
    const saving = this.#saving.get(session) ?? this.#save(session);
    this.#saving.set(session, saving);
    return saving;
  }

  async #save(session: string): Promise<void> {
    try {
      for (;;) {
        while (this.busy) await this.#work;
        const setup = this.#unsaved.send(session);
        if (!setup) return;
        const done = await this.#do('set', session, () => mutate('simulator_update', { session, setup }));
        if (!done) return;
        this.#unsaved.saved(session);
      }
    } finally {
      this.#saving.delete(session);
    }
  }

  /** Lets go of what was changed and could not be saved. */
  forgetSetup(): void {
    if (this.id) this.#unsaved.forget(this.id);
    this.failure = null;
  }

  /** The title of a step; empty for none. */
  titleOf(step: Step | null): string {
    return this.steps.find((one) => one.step === step)?.title ?? step?.replaceAll('_', ' ') ?? '';
  }
}
