/** What to do next, for each kind of person: three things, each with what does it. */

import { host, href } from '../../shared';
import type { Home, Role } from './home.svelte';

export interface Step {
  readonly title: string;
  readonly text: string;
  readonly label: string;
  /** Where it is done, or what does it. */
  readonly to?: string;
  readonly run?: () => void | Promise<void>;
}

export interface RoleSteps {
  readonly role: Role;
  readonly label: string;
  readonly steps: readonly [Step, Step, Step];
}

const act = (id: string) => () => void host.act(id);

export function stepsOf(home: Home): readonly RoleSteps[] {
  const app = home.app;
  const who = home.people.data?.people[0]?.name.split(' ')[0] ?? 'somebody';
  return [
    {
      role: 'developer',
      label: 'Developer',
      steps: [
        {
          title: 'Register your app',
          text: 'As in the developer portal: a type, redirect URIs, scopes. Its credentials are there at once.',
          label: 'New app',
          run: act('apps.new'),
        },
        {
          title: 'Run its code',
          text: 'Node, Python, React Native, curl or Rust, made for an app as it is registered.',
          label: app ? `Code of ${app.name}` : 'See the apps',
          to: app ? href('apps', app.client_id, { tab: 'code' }) : href('apps'),
        },
        {
          title: 'Walk the flow',
          text: `Sign in as ${who}, a step at a time: what is sent and why, what will be answered, what was checked.`,
          label: 'Walk the flow',
          to: href('simulator', 'new'),
        },
      ],
    },
    {
      role: 'qa',
      label: 'QA',
      steps: [
        {
          title: 'Make a mistake on purpose',
          text: 'A redirect URI with one letter too many. It is refused, and told why.',
          label: 'Open a wrong link',
          run: () => home.stumble(),
        },
        {
          title: 'Let tokens die',
          text: 'An hour passes at once: every access token expires, and what fell due is told in order.',
          label: 'Advance an hour',
          run: act('clock.advance_hour'),
        },
        {
          title: 'Hold it to the letter',
          text: 'Profile strict asks for nonces, idempotency keys and reverse-DNS schemes.',
          label: home.strict ? 'Back to profile loop' : 'Turn on strict',
          run: () => home.toggleProfile(),
        },
      ],
    },
    {
      role: 'support',
      label: 'Support',
      steps: [
        {
          title: 'Stand in their shoes',
          text: 'Make a persona like the customer, with data or with none, and sign in as them.',
          label: 'New persona',
          run: act('people.new'),
        },
        {
          title: 'Find what went wrong',
          text: 'Every refused request, newest first, searched by any id the customer sent.',
          label: 'Show refusals',
          to: href('traffic', { q: 'is:refused' }),
        },
        {
          title: 'Say why',
          text: 'The check, what it expected and what it got, the clause, and what mends it.',
          label: 'Explain the last refusal',
          run: () => home.why(),
        },
      ],
    },
    {
      role: 'demo',
      label: 'Demo',
      steps: [
        {
          title: 'Set the stage',
          text: 'Clears traffic, grants and tokens. Apps, secrets and personas stay.',
          label: 'Clear activity',
          run: act('world.clear'),
        },
        {
          title: 'Present',
          text: 'Secrets masked, type enlarged, and every step said in plain words.',
          label: 'Presenter mode',
          run: act('view.presenter'),
        },
        {
          title: 'Let something happen',
          text: 'A lab result comes in: a chart moves, and an event follows.',
          label: 'Add a lab result',
          to: home.addResult,
        },
      ],
    },
  ];
}
