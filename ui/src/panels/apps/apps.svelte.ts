/**
 * The apps and what can be done with them. One for the whole console, so that drafts and fresh credentials outlive a look
 * at another panel.
 */

import { SvelteMap } from 'svelte/reactivity';
import { asFailure, call, mutate, type App, type BaaStatus, type Registered, type Rotated } from '../../rpc';
import { confirm, go, href, notify, notifyFailure } from '../../shared';
import { Draft } from './draft.svelte';
import { focusApp } from './focus';
import { emptyFields, fieldsOf, toCheck, toCreate, toUpdate } from './fields';
import { count } from './words';

/** Credentials that were just made: shown until somebody says that they have them. */
export interface Issued {
  readonly client_id: string;
  readonly name: string;
  readonly client_secret: string | null;
  readonly webhook_signing_secret: string | null;
  /** Until when the secret before this one works, when this one replaces it. */
  readonly old_works_until: string | null;
}

let issued = $state.raw<Issued | null>(null);

export const credentials = {
  get issued(): Issued | null {
    return issued;
  },
  taken(): void {
    issued = null;
  },
};

function issueOf(registered: Registered): Issued {
  const { client_id, client_secret, webhook_signing_secret, app } = registered;
  return { client_id, name: app.name, client_secret, webhook_signing_secret, old_works_until: null };
}

/** The registration under way. */
let fresh = newDraft();

function newDraft(): Draft<Registered> {
  return new Draft<Registered>(emptyFields(), {
    check: (fields) => call('apps_check', toCheck(fields)),
    save: (fields) => mutate('apps_create', toCreate(fields)),
  });
}

/** Changes that are not kept yet, by app. */
const edits = new SvelteMap<string, Draft<App>>();

export const drafts = {
  get registration(): Draft<Registered> {
    return fresh;
  },
  discardRegistration(): void {
    fresh = newDraft();
  },
  /** The draft of an app; made when it is first asked for. Call it where state may be made, not in a `$derived`. */
  of(app: App): Draft<App> {
    const known = edits.get(app.client_id);
    if (known) return known;
    const draft = new Draft<App>(fieldsOf(app), {
      check: (fields, changed) => call('apps_check', toUpdate(app.client_id, fields, changed)),
      save: (fields, changed) => mutate('apps_update', toUpdate(app.client_id, fields, changed)),
    });
    edits.set(app.client_id, draft);
    return draft;
  },
  unsaved(client_id: string): boolean {
    return edits.get(client_id)?.dirty ?? false;
  },
  forget(client_id: string): void {
    edits.delete(client_id);
  },
};

/** Registers the app of the draft; its credentials are then shown over its page. */
export async function register(): Promise<boolean> {
  const registered = await fresh.save();
  if (!registered) return false;
  issued = issueOf(registered);
  drafts.discardRegistration();
  go(href('apps', registered.client_id));
  return true;
}

/** What the developer portal calls rotation: a new secret at once, the old one for 24 hours more. */
export async function rotate(app: App): Promise<void> {
  let rotated: Rotated | undefined;
  const alreadyTwo = app.secrets.length > 1;
  const sure = await confirm({
    title: `Rotate the secret of ${app.name}?`,
    description:
      'A new secret works at once. The one in use now works for 24 hours of sandbox time, and then never again.',
    happens: [
      'Servers that still send the old secret get invalid_client after 24 hours',
      ...(alreadyTwo ? ['The secret before that one stops when its own 24 hours are over'] : []),
    ],
    stays: ['The client id, tokens and grants', 'The webhook signing secret'],
    confirmLabel: 'Rotate the secret',
    run: async () => {
      rotated = await mutate('apps_rotate_secret', { client_id: app.client_id });
    },
  });
  if (!sure || !rotated) return;
  issued = {
    client_id: app.client_id,
    name: app.name,
    client_secret: rotated.client_secret,
    webhook_signing_secret: null,
    old_works_until: rotated.old_secret_works_until,
  };
}

async function doing<T>(what: string, work: () => Promise<T>, done: string): Promise<void> {
  try {
    await work();
    notify('good', done);
  } catch (thrown) {
    notifyFailure(what, asFailure(thrown));
  }
}

const SET: Record<BaaStatus, string> = {
  none: 'has no BAA: its PHI scopes are refused',
  applied: 'has applied for a BAA: its PHI scopes are refused until it is approved',
  signed: 'has a signed BAA: its PHI scopes can be asked for',
};

export async function setBaa(app: App, baa_status: BaaStatus): Promise<void> {
  await doing(
    `The BAA of ${app.name} did not change`,
    () => mutate('apps_set_baa', { client_id: app.client_id, baa_status }),
    `${app.name} ${SET[baa_status]}.`,
  );
}

export async function enable(app: App): Promise<void> {
  await doing(
    `${app.name} could not be enabled`,
    () => mutate('apps_enable', { client_id: app.client_id }),
    `${app.name} is enabled. Its tokens that have not expired work again.`,
  );
}

/** What is alive of an app, in words for a question. */
function alive({ usage }: App): string {
  if (usage.grants === 0 && usage.live_tokens === 0) return 'nothing of it is in use now';
  return `${count(usage.grants, 'person has', 'people have')} connected it, ${count(usage.live_tokens, 'token is', 'tokens are')} alive`;
}

export async function disable(app: App): Promise<void> {
  await confirm({
    title: `Disable ${app.name}?`,
    description: `Its tokens stop at once: the next request with one is refused. Now ${alive(app)}.`,
    happens: [
      'Access tokens become inactive; refreshing is refused',
      'Authorization requests end on an error page, without a redirect',
    ],
    stays: ['Its ids, secrets and settings', 'Grants: what is still valid works again when it is enabled'],
    confirmLabel: 'Disable the app',
    danger: true,
    run: () => mutate('apps_disable', { client_id: app.client_id }),
  });
}

export async function remove(app: App): Promise<void> {
  const gone = await confirm({
    title: `Delete ${app.name}?`,
    description: 'There is no way back: another app gets another client id.',
    happens: [
      `Its client id and its secrets: a .env that holds them stops working`,
      `Its grants, codes and tokens: ${alive(app)}`,
      ...(app.webhook_url ? [`Webhooks to ${app.webhook_url}`] : []),
    ],
    stays: ['What it did: its exchanges and journal entries', 'The health data of the people who used it'],
    confirmLabel: 'Delete the app',
    danger: true,
    ...(app.seeded ? { typed: app.name } : {}),
    run: () => mutate('apps_delete', { client_id: app.client_id }),
  });
  if (!gone) return;
  drafts.forget(app.client_id);
  notify('good', `${app.name} is deleted.`);
  go(href('apps'), { replace: true });
  await focusApp();
}

/** Fetched when it is asked for and not before. */
export async function secretOf(client_id: string, which: 'client_secret' | 'webhook_signing_secret'): Promise<string> {
  const secret = (await call('apps_reveal', { client_id }))[which];
  if (secret === null) throw asFailure(new Error('This app has none.'));
  return secret;
}
