/** How the walk can go on from where it stands: whether that is barred, what helps then, and how long a code is good. */

import { query, type Plan, type Step } from '../../rpc';
import { sandboxTime } from '../../shared';
import { Looking } from './looking.svelte';

/** Where the code is good for something. */
const HOLDS_A_CODE: readonly (Step | null)[] = ['callback', 'token'];
/** A spent or expired credential bars these: nothing that is sent again helps. */
const SPENT: Partial<Record<Step, string>> = { token: 'invalid_grant', refresh: 'invalid_grant', api: 'invalid_token' };
/** What a walk can do without, and where it goes on then: without Refresh nothing was replaced that could be reused. */
const WITHOUT: Partial<Record<Step, Step>> = {
  api: 'introspect',
  introspect: 'refresh',
  refresh: 'revoke',
  reuse: 'revoke',
  revoke: 'after_revoke',
};

/**
 * The step to go back to when a plan, taken as it is, leads nowhere; null when it leads on. A new code takes a new sign-in,
 * and each of those has a verifier, a state and a nonce of its own.
 */
export function wayBack({ step, blocked, prediction }: Plan, allows: boolean): Step | null {
  const error = prediction?.expected.error ?? null;
  if (error === 'invalid_client') return 'configure';
  if (error !== null && SPENT[step] === error) return 'pkce';
  if (step === 'callback' && error !== null) return allows ? 'pkce' : 'configure';
  return step === 'token' && blocked ? 'pkce' : null;
}

export class Ways extends Looking {
  /** The step where the walk stands as it would be taken with nothing wrong on purpose. */
  readonly plain;

  constructor(path: () => readonly string[]) {
    super(path);
    this.plain = query('simulator_plan', () => {
      const { session, step } = this.session?.summary ?? {};
      return session && step && !this.session?.waiting ? { session, step } : null;
    });
  }

  /** Where the walk stands. */
  get standing(): Step | null {
    return this.session?.summary.step ?? null;
  }

  /** Whether a person signs in meanwhile. */
  get waits(): boolean {
    return Boolean(this.session?.waiting);
  }

  get #plainly(): Plan | null {
    const plan = this.plain.data;
    return plan?.step === this.standing ? plan : null;
  }

  /** Where to go back to: the way on from where the walk stands leads nowhere. */
  get barred(): Step | null {
    const session = this.session;
    if (!session || session.waiting || !this.#plainly) return null;
    return wayBack(this.#plainly, session.setup.allow);
  }

  /** Whether what bars the way is there before anything is sent: the code is spent, or its time is over. */
  get spent(): boolean {
    const plan = this.#plainly;
    if (!plan || this.barred === null) return false;
    return plan.blocked !== null || plan.prediction?.expected.error === SPENT[plan.step];
  }

  /** Where the walk goes on without the step that is looked at; null where it needs it, or does not stand there. */
  get without(): Step | null {
    const step = this.step;
    if (!step || step !== this.standing || this.waits) return null;
    let next = WITHOUT[step];
    while (next && this.steps.find((one) => one.step === next)?.state === 'left_out') next = WITHOUT[next];
    return next ?? null;
  }

  /** For how many seconds the code is good, by the sandbox clock; null when there is none, or nobody knows. */
  get codeSeconds(): number | null {
    const ends = this.session?.code_expires_at;
    const looks = HOLDS_A_CODE.includes(this.step) || this.step === 'sign_in';
    if (!ends || !looks || !HOLDS_A_CODE.includes(this.standing)) return null;
    // Refused already: what became of it is told with the answer.
    if (this.barred !== null && this.steps.find(({ step }) => step === 'token')?.run != null) return null;
    return Math.max(0, Math.ceil((Date.parse(ends) - sandboxTime.now) / 1000));
  }
}
