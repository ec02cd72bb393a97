/** Words and signs of a walk. */

import Ban from '@lucide/svelte/icons/ban';
import Check from '@lucide/svelte/icons/check';
import Circle from '@lucide/svelte/icons/circle';
import CircleDot from '@lucide/svelte/icons/circle-dot';
import Hourglass from '@lucide/svelte/icons/hourglass';
import Minus from '@lucide/svelte/icons/minus';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import SkipForward from '@lucide/svelte/icons/skip-forward';
import X from '@lucide/svelte/icons/x';
import type {
  AppType,
  ClientAuthentication,
  Consent,
  ExpectedAnswer,
  Party,
  Step,
  StepRun,
  StepState,
  StepView,
  WalkSummary,
} from '../../rpc';
import { presenter, type Icon } from '../../shared';
import { statusWord } from '../../wire/message/words';

export interface StateWords {
  readonly word: string;
  readonly icon: Icon;
  readonly tone: 'good' | 'note' | 'warn' | 'bad' | 'quiet';
}

export const STATES: Record<StepState, StateWords> = {
  later: { word: 'later', icon: Circle, tone: 'quiet' },
  next: { word: 'next', icon: CircleDot, tone: 'note' },
  waiting: { word: 'waits for you', icon: Hourglass, tone: 'warn' },
  done: { word: 'done', icon: Check, tone: 'good' },
  refused_as_meant: { word: 'refused, as meant', icon: ShieldCheck, tone: 'note' },
  failed: { word: 'went wrong', icon: X, tone: 'bad' },
  skipped: { word: 'left out', icon: SkipForward, tone: 'quiet' },
  left_out: { word: 'not in this walk', icon: Minus, tone: 'quiet' },
};

export const CONSENTS: readonly { readonly value: Consent; readonly label: string; readonly about: string }[] = [
  {
    value: 'automatic',
    label: 'Automatic',
    about: 'The simulator reads the pages and presses their buttons, as the persona. Nobody has to click.',
  },
  {
    value: 'window',
    label: 'A window',
    about: 'A window of the console shows the pages. It has no access to the console, and catches any redirect URI.',
  },
  {
    value: 'browser',
    label: 'Your browser',
    about: 'Your own browser shows the pages. The simulator listens at the redirect URI for the way back.',
  },
  {
    value: 'paste',
    label: 'Paste',
    about: 'Open the pages anywhere, then paste the address that the browser was sent to.',
  },
];

export const AUTHENTICATIONS: readonly {
  readonly value: ClientAuthentication;
  readonly label: string;
  readonly about: string;
}[] = [
  { value: 'body', label: 'In the body', about: 'client_id and client_secret as form fields (client_secret_post).' },
  { value: 'basic', label: 'HTTP Basic', about: 'In the Authorization header (client_secret_basic, RFC 6749 §2.3.1).' },
  { value: 'none', label: 'None', about: 'client_id alone: a public client. PKCE is what protects the code.' },
];

export const APP_TYPES: readonly { readonly value: AppType; readonly label: string }[] = [
  { value: 'web', label: 'Web app' },
  { value: 'spa', label: 'Single-page app' },
  { value: 'native', label: 'Native app' },
];

export const PARTIES: Record<Party, string> = {
  browser: 'Browser',
  app: 'App',
  identity: 'Identity',
  service: 'Service',
};

/** A title within a sentence: `the authorization URL`'s first letter is small, `API call` stays as it is. */
export function inSentence(title: string): string {
  return `${/^\p{Lu}\p{Lu}/u.test(title) ? '' : 'the '}${small(title)}`;
}

/** A label without its capital, unless its first word is an abbreviation. */
export function small(label: string): string {
  return /^\p{Lu}\p{Lu}/u.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);
}

/** What is answered, with the values between back quotes: ``400 Bad Request with `invalid_grant` ``. */
export function answerWords({ place, status, error }: ExpectedAnswer): string {
  if (place === 'app') return error ? `The app stops: its check \`${error}\` fails` : 'The app’s own checks pass';
  if (place === 'redirect') return error ? `Redirect to the app with \`${error}\`` : 'Redirect to the app with a code';
  const number = status === null ? 'No answer' : `${status} ${statusWord(status)}`.trim();
  const where = place === 'page' ? `${number}, a page for the person` : number;
  return error ? `${where} with \`${error}\`` : where;
}

/** Whether all that was foreseen of a run came so; null when nothing was foreseen, or nothing came. */
export function agreed(run: Pick<StepRun, 'agreement' | 'also'>): boolean | null {
  const all = [run.agreement, ...(run.also ?? []).map(({ agreement }) => agreement)].filter((one) => one !== null);
  return all.length > 0 ? all.every(({ agrees }) => agrees) : null;
}

/** How a run ended: a refusal is told apart from a success, also where the walk goes on after it as foreseen. */
export function stateOf(step: Pick<StepView, 'step' | 'state'>, run: StepRun | null | undefined): StateWords {
  if (step.state === 'failed' && run?.outcome.cancelled) return CANCELLED;
  const refused = step.state === 'done' && run?.agreement?.agrees === true && run.agreement.answered.error !== null;
  if (step.state === 'refused_as_meant' || refused)
    return run && run.tamper === null && !run.edited ? REFUSED_AS_FORESEEN : STATES.refused_as_meant;
  return STATES[step.state];
}

/** It was stopped on its way. */
export const CANCELLED: StateWords = { word: 'cancelled', icon: Ban, tone: 'warn' };

/** The server refused what was not spoiled, as was said before. */
const REFUSED_AS_FORESEEN: StateWords = { word: 'refused, as foreseen', icon: ShieldCheck, tone: 'note' };

/** How a walk stands, as the list says it: `Refused, as meant, at Token exchange (Wrong verifier)`. */
export function standing({ step, done, ended, exchanges }: WalkSummary, titles: Partial<Record<Step, string>>): string {
  if (ended && (ended.state === 'refused_as_meant' || ended.state === 'failed')) {
    const meant = ended.tamper !== null || ended.edited;
    const { word } = ended.state === 'failed' || meant ? STATES[ended.state] : REFUSED_AS_FORESEEN;
    const slip = ended.tamper?.title ?? (ended.edited ? 'changed by hand' : null);
    const comma = word.includes(',') ? ',' : '';
    return `${word.charAt(0).toUpperCase()}${word.slice(1)}${comma} at ${ended.title}${slip ? ` (${slip})` : ''}`;
  }
  if (ended?.state === 'waiting') return `Waits for you at ${ended.title}`;
  if (step === null) return ended?.tamper ? `Finished (${ended.tamper.title})` : 'Finished';
  if (done === 0) return exchanges > 0 ? 'Begun again' : 'Not begun';
  return `At ${titles[step] ?? step.replaceAll('_', ' ')}`;
}

/** The sign of how a walk stands, as its steps have it. */
export function endSign({ step, done, ended }: WalkSummary): StateWords {
  const state = ended?.state;
  if (state === 'refused_as_meant' || state === 'failed' || state === 'waiting') return STATES[state];
  if (step === null) return STATES.done;
  return done === 0 ? STATES.later : STATES.next;
}

/** One sentence for someone who has never seen the flow: what the step is. */
export const ABOUT: Record<Step, string> = {
  configure: 'Which app asks, for which person, for what; and where the platform’s endpoints are.',
  pkce: 'PKCE: the app makes up a secret for this one sign-in, and a hash of it that it may show.',
  authorization_url: 'The request, as an address that the person’s browser will open.',
  sign_in: 'The person signs in and agrees, at the platform. The app sees none of it.',
  callback: 'The browser comes back to the app with a code.',
  token: 'The code becomes tokens. The verifier shows that the same app asks.',
  id_token: 'Who signed in, and how the app knows that it is true.',
  api: 'What the access token opens, and what it does not.',
  introspect: 'What the platform says of the token.',
  refresh: 'New tokens without the person, and a new refresh token.',
  reuse: 'What happens when the replaced one is used again.',
  revoke: 'The tokens are given up.',
  after_revoke: 'Proof: the call that worked does not any more.',
};

/** What is looked at in the step, whatever comes of it: by the server, or by the app. */
export const CHECKED: Record<Step, string> = {
  configure:
    'Nothing of the app yet: the metadata is a page that is there for everybody (OpenID Connect Discovery 1.0 §4).',
  pkce: 'Nothing yet. In step 6 the server computes the hash of the verifier, and compares it with the challenge (RFC 7636 §4.6).',
  authorization_url: 'Nothing yet. The server checks the request once the browser has opened it.',
  sign_in:
    'By the server: which app asks, that the redirect URI is registered, the scopes, and that there is a challenge. Then who the person is, and that they agree.',
  callback:
    'By the app: that `state` is the one it sent (RFC 6749 §10.12), and that `iss` is the server it asked (RFC 9207 §2.4).',
  token:
    'By the server: that the app is who it says, that the code is fresh, unused and this app’s, and that the SHA-256 of the verifier is the challenge (RFC 7636 §4.6).',
  id_token:
    'By the app: the signature, with the key that the server publishes; then who made the token, for whom, until when, and the nonce (OpenID Connect Core 1.0 §3.1.3.7).',
  api: 'By the service: that the access token is alive (RFC 6750 §3.1), and that one of its scopes opens the call.',
  introspect: 'By the server: that the app may ask, then how the token stands (RFC 7662 §2.1).',
  refresh:
    'By the server: that the app is who it says, and that the refresh token is its own, alive, and not used before (RFC 6749 §6).',
  reuse:
    'By the server: whether the refresh token was used before. It was, so somebody has a copy: everything that came of it is revoked (RFC 9700 §4.14.2).',
  revoke: 'By the server: that the app is who it says, and that the token is its own (RFC 7009 §2.1).',
  after_revoke: 'By the service: that the access token is alive. It is not any more (RFC 6750 §3.1).',
};

/** What the word beside a rule means. */
export const STANDINGS: Record<'documented' | 'standard' | 'assumed', string> = {
  documented: 'Documented: a page of the platform’s documentation says so. The place is beside it.',
  standard: 'Standard: a public standard (an RFC) requires it, and no page of the platform contradicts it.',
  assumed:
    'Assumed: no page says it, so this sandbox had to choose. The platform may do otherwise: do not build on it. What is not stated is beside it.',
};

/** A walk's name as it may be shown now: the persona it is called after is masked with the rest. */
export function walkName({ name, persona }: Pick<WalkSummary, 'name' | 'persona'>): string {
  if (!presenter.on) return name;
  const who = persona?.split('@')[0]?.toLowerCase();
  // Whoever stands behind “as”, and the persona however it is written.
  const masked = name
    .replace(/\bas (?!•)[^\s,;]+/giu, 'as ••••')
    .split(/(\s+)/)
    .map((word) => (who && word.toLowerCase().includes(who) ? '••••' : word))
    .join('');
  return presenter.shown(masked);
}
