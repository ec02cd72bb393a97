/** Words and signs of a walk. How a step ended is said by the sandbox; here is the sign beside it. */

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
  WalkEnd,
  WalkSummary,
} from '../../rpc';
import { presenter, type Icon } from '../../shared';
import { statusWord } from '../../wire/message/words';

/** How something stands, as a sign; the word beside it comes from the sandbox. */
export interface Sign {
  readonly icon: Icon;
  readonly tone: 'good' | 'note' | 'warn' | 'bad' | 'quiet';
}

export const SIGNS: Record<StepState, Sign> = {
  later: { icon: Circle, tone: 'quiet' },
  next: { icon: CircleDot, tone: 'note' },
  waiting: { icon: Hourglass, tone: 'warn' },
  done: { icon: Check, tone: 'good' },
  refused_as_meant: { icon: ShieldCheck, tone: 'note' },
  failed: { icon: X, tone: 'bad' },
  skipped: { icon: SkipForward, tone: 'quiet' },
  left_out: { icon: Minus, tone: 'quiet' },
};

/** It was stopped on its way: the sandbox says that it failed, and that it was cancelled. */
export const CANCELLED: Sign = { icon: Ban, tone: 'warn' };

/** The sign of a step, with the run that counts in it: a refusal is told apart from a success, also where the walk goes on. */
export function signOf(state: StepState, run: StepRun | null | undefined): Sign {
  if (run?.outcome.cancelled) return CANCELLED;
  if (state !== 'done' || !run?.agreement || run.agreement.answered.error === null) return SIGNS[state];
  return run.agreement.agrees ? SIGNS.refused_as_meant : SIGNS.failed;
}

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

/** What leads to a step that helps: back to the verifier is a sign-in from its beginning. */
export function backTo(step: Step, title: string): string {
  return step === 'pkce' ? 'Begin the sign-in anew' : `Back to ${inSentence(title)}`;
}

/** A label without its capital, unless its first word is an abbreviation. */
export function small(label: string): string {
  return /^\p{Lu}\p{Lu}/u.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** What is told as the end of a line, as a sentence of its own. */
export const sentence = (text: string): string => `${capital(text)}${/[.!?]$/.test(text) ? '' : '.'}`;

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

/** Ended where it was, and not on its way to the next step. */
const HALTS: readonly StepState[] = ['refused_as_meant', 'failed', 'waiting'];
const isOver = ({ step, state, tamper, edited }: WalkEnd) =>
  step === 'after_revoke' && state !== 'failed' && state !== 'waiting' && !tamper && !edited;

/** What was wrong on purpose in the step that was taken last: ` (Wrong verifier)`. */
function slipOf(end: WalkEnd | null): string {
  const slip = end?.tamper?.title ?? (end?.edited ? 'changed by hand' : null);
  return slip ? ` (${slip})` : '';
}

/** How it ended, and where: `refused, as meant, at Token exchange (Wrong verifier)`. */
const endWords = (end: WalkEnd): string =>
  `${end.word}${end.word.includes(',') ? ',' : ''} at ${end.title}${slipOf(end)}`;

/** How a walk stands, as the list says it. */
export function standing(walk: WalkSummary, titles: Partial<Record<Step, string>>): string {
  const { step, done, ended, ended_before: before, exchanges } = walk;
  if (step === null) return `Finished${slipOf(ended)}`;
  if (ended && HALTS.includes(ended.state)) return capital(endWords(ended));
  if (before) return `Begun again; before: ${isOver(before) ? 'finished' : endWords(before)}`;
  if (done === 0) return exchanges > 0 ? 'Begun again' : 'Not begun';
  return `At ${titles[step] ?? step.replaceAll('_', ' ')}`;
}

/** The sign of how a walk stands, as its steps have it. */
export function endSign({ step, done, ended }: WalkSummary): Sign {
  if (step === null) return SIGNS.done;
  if (ended?.cancelled) return CANCELLED;
  if (ended && HALTS.includes(ended.state)) return SIGNS[ended.state];
  return done === 0 ? SIGNS.later : SIGNS.next;
}

/** What the step is, in one sentence: where the sandbox's own words about it do not stand. */
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
  introspect:
    'By the server: that the app may ask. How the token stands is no check: it is the answer (RFC 7662 §2.1).',
  refresh:
    'By the server: that the app is who it says, and that the refresh token is its own, alive, and not used before (RFC 6749 §6).',
  reuse:
    'By the server: that the app is who it says, and whether the refresh token was used before (RFC 9700 §4.14.2).',
  revoke:
    'By the server: that the app is who it says; then whose the token is. Of that its answer says nothing: it is 200 for every token (RFC 7009 §2.1, §2.2).',
  after_revoke: 'By the service: that the access token is alive (RFC 6750 §3.1).',
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
