/** What just happened, in plain words for a room: one sentence for a journal entry. */

import type { Entry } from '../rpc';

const SENTENCES: Record<string, string> = {
  'code.issued': 'The person agreed, and the app was handed a short-lived code.',
  'code.redeemed': 'The app exchanged its code for tokens.',
  'code.replayed': 'Someone used a code a second time. It was refused, and the tokens it had given were revoked.',
  'refresh_token.rotated':
    'The app renewed its access: the old refresh token stopped working, a new one took its place.',
  'refresh_token.replaced': 'The app renewed its access a second time within the grace.',
  'refresh_token.reused':
    'An old refresh token came back. That looks like theft, so everything under this consent was revoked.',
  'm2m_token.issued': 'A service signed in as itself, without a person.',
  'credential.revoked': 'A token was revoked and stopped working at once.',
  'credential.expired': 'A credential came to the end of its life.',
  'grant.created': 'A person gave an app access to some of their data.',
  'grant.updated': 'A person changed what an app may see.',
  'grant.revoked': 'A person took an app’s access back. Its tokens stopped working at once.',
  'session.started': 'A person signed in.',
  'session.ended': 'A person signed out.',
  'app.created': 'A new app was registered.',
  'app.updated': 'An app’s registration was changed.',
  'app.secret_rotated': 'An app got a new secret. The old one works for 24 hours more.',
  'app.enabled': 'An app was switched on.',
  'app.disabled': 'An app was switched off. Its tokens stopped working at once.',
  'app.deleted': 'An app was removed with everything it had been given.',
  'app.baa_changed': 'An app’s agreement on health data moved on.',
  'person.created': 'A new persona joined.',
  'person.updated': 'A persona’s details changed.',
  'person.deleted': 'A persona left, with all of their data.',
  'record.created': 'New health data arrived.',
  'record.updated': 'Health data changed.',
  'record.deleted': 'Health data was removed.',
  'alert.raised': 'A person was alerted.',
  'event.occurred': 'Something happened that an app may be told about.',
  'clock.advanced': 'The clock was moved forward.',
  'clock.paused': 'The clock stands still.',
  'clock.resumed': 'The clock runs again.',
  'settings.updated': 'A setting was changed.',
  'settings.profile': 'The rules were changed.',
  'key.created': 'A new signing key was made.',
  'key.retired': 'A signing key was retired.',
  'workspace.cleared': 'The activity was cleared: a clean stage.',
  'workspace.reset': 'The world was made anew.',
  'workspace.seeded': 'The world was set up.',
};

/** A sentence for an entry; null for one that a room need not hear about. */
export function caption(entry: Pick<Entry, 'kind'>): string | null {
  return SENTENCES[entry.kind] ?? null;
}

/** A sentence for a refused request. */
export function refusalCaption(error: string | null): string {
  return error ? `A request was refused: ${error.replaceAll('_', ' ')}.` : 'A request was refused.';
}
