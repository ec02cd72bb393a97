/** Words and signs of a walk. */

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
  skipped: { word: 'passed over', icon: SkipForward, tone: 'quiet' },
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

/** What is answered, with the values between back quotes: ``400 Bad Request with `invalid_grant` ``. */
export function answerWords({ place, status, error }: ExpectedAnswer): string {
  if (place === 'app') return error ? `The app stops: its check \`${error}\` fails` : 'The app’s own checks pass';
  if (place === 'redirect') return error ? `Redirect to the app with \`${error}\`` : 'Redirect to the app with a code';
  const number = status === null ? 'No answer' : `${status} ${statusWord(status)}`.trim();
  const where = place === 'page' ? `${number}, a page for the person` : number;
  return error ? `${where} with \`${error}\`` : where;
}

/** How a run ended: a refusal is told apart from a success, also where the walk goes on after it as foreseen. */
export function stateOf(step: Pick<StepView, 'step' | 'state'>, run: StepRun | null | undefined): StateWords {
  const refused = step.state === 'done' && run?.agreement?.agrees === true && run.agreement.answered.error !== null;
  if (step.state === 'refused_as_meant' || refused)
    return run && run.tamper === null && !run.edited ? REFUSED_AS_FORESEEN : STATES.refused_as_meant;
  return STATES[step.state];
}

/** The server refused what was not spoiled, as was said before. */
export const REFUSED_AS_FORESEEN: StateWords = { word: 'refused, as foreseen', icon: ShieldCheck, tone: 'note' };

/** One sentence for someone who has never seen the flow: what the step is. */
export const ABOUT: Record<Step, string> = {
  configure: 'Who asks, for whom, for what; and where the server says its endpoints are.',
  pkce: 'The app makes up a secret for this one sign-in, and its hash.',
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
