/** Changes of setups that are not saved yet, by walk: what was chosen or written stays until the sandbox has it. */

import type { WalkConfig, WalkSetup } from '../../../rpc';

/** Chosen anew by the sandbox when another of its apps is. */
const OF_APP = ['scopes', 'redirect_uri', 'client_authentication', 'call', 'outside_call'] as const;
/** Chosen anew with other scopes. */
const OF_SCOPES = ['call', 'outside_call'] as const;

/** Two changes as one: what the sandbox would choose anew for the later one is not held to the earlier. */
export function merged(earlier: WalkSetup, later: WalkSetup, own: boolean): WalkSetup {
  const anew: readonly string[] = later.app && own ? OF_APP : later.scopes ? OF_SCOPES : [];
  const kept = Object.fromEntries(Object.entries(earlier).filter(([name]) => !anew.includes(name)));
  return { ...kept, ...later };
}

/** A setup as it will be. */
export function changed(setup: WalkConfig, change: WalkSetup | null): WalkConfig {
  if (!change) return setup;
  const { app, client_secret, persona, prompt, call, outside_call, ...rest } = change;
  const plain = Object.fromEntries(Object.entries(rest).filter(([, value]) => value != null));
  return {
    ...setup,
    ...plain,
    ...(app ? { client_id: app } : {}),
    ...(client_secret != null ? { has_secret: client_secret !== '' } : {}),
    // An empty text stands for none.
    ...(persona != null ? { persona: persona || null } : {}),
    ...(prompt != null ? { prompt: prompt || null } : {}),
    ...(call != null ? { call: call || null } : {}),
    ...(outside_call != null ? { outside_call: outside_call || null } : {}),
  };
}

interface Waiting {
  /** On its way to the sandbox. */
  readonly sent: WalkSetup | null;
  /** Changed since. */
  readonly later: WalkSetup | null;
  /** The target is this sandbox. */
  readonly own: boolean;
}

const both = ({ sent, later, own }: Waiting): WalkSetup | null =>
  sent && later ? merged(sent, later, own) : (later ?? sent);

export class Unsaved {
  #waiting = $state.raw<Readonly<Record<string, Waiting>>>({});

  #put(session: string, next: Waiting | null): void {
    const { [session]: _, ...others } = this.#waiting;
    this.#waiting = next?.sent || next?.later ? { ...others, [session]: next } : others;
  }

  /** All of it as one change; null when everything is saved. */
  of(session: string | null): WalkSetup | null {
    const waiting = session === null ? undefined : this.#waiting[session];
    return waiting ? both(waiting) : null;
  }

  add(session: string, change: WalkSetup, own: boolean): void {
    const { sent = null, later = null } = this.#waiting[session] ?? {};
    this.#put(session, { sent, later: later ? merged(later, change, own) : change, own });
  }

  /** What is to be sent now; null when there is nothing. */
  send(session: string): WalkSetup | null {
    const waiting = this.#waiting[session];
    if (!waiting) return null;
    const sent = both(waiting);
    this.#put(session, { sent, later: null, own: waiting.own });
    return sent;
  }

  /** What was sent is saved; what was changed since then is not. */
  saved(session: string): void {
    const waiting = this.#waiting[session];
    if (waiting) this.#put(session, { ...waiting, sent: null });
  }

  forget(session: string): void {
    this.#put(session, null);
  }
}
