import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sandbox } from '../../../../tests/sandbox';
import type { Plan, PlanStep, Step, WalkSession } from '../../../rpc';
import { setSandboxTime } from '../../../shared/state/time.svelte';
import { here } from '../here.svelte';
import { openMenu } from '../menu';
import type { Simulator } from '../simulator.svelte';
import { fakeWalks, type FakeWalks } from './world';

// The reader needs a layout, which the test page has not: the plain block stays.
vi.mock('../../../wire/editor', () => {
  throw new Error('no layout here');
});
const { acted, begin, end, open, sent } = await import('./panel');
const { go } = await import('../../../shared');
const { default: ConfirmHost } = await import('../../../shared/ui/ConfirmHost.svelte');

let fake: FakeWalks;
const user = userEvent.setup();
beforeEach(() => {
  begin();
  fake = fakeWalks();
});
afterEach(end);
const begun = async () => {
  open('#/simulator/new');
  await screen.findByRole('heading', { name: /Configure/ });
};
/** The code is worth nothing any more once this holds: the token request without a mistake is foreseen to be refused. */
function spentWhen(spent: () => boolean) {
  const plan = sandbox.current.answers.simulator_plan as (asked: PlanStep) => Plan;
  sandbox.current.answers.simulator_plan = (asked: PlanStep): Plan => {
    const plain = plan(asked);
    if (asked.step !== 'token' || asked.tamper || !plain.prediction || !spent()) return plain;
    const expected = { place: 'body' as const, status: 400, error: 'invalid_grant' };
    return { ...plain, prediction: { ...plain.prediction, expected, because: 'The code was spent before.' } };
  };
}
/** Menus need a layout to open, which the test page has not: their lines are carried out as they stand. */
const menu = () => {
  const simulator = here.open as Simulator;
  return openMenu(simulator, (simulator.session as WalkSession).summary).filter((line) => typeof line === 'object');
};
const choose = (label: string) => {
  const line = menu().find((one) => 'label' in one && one.label === label);
  if (!line || !('run' in line)) throw new Error(`there is no ${label}`);
  line.run();
};
const upTo = async (last: Step) => {
  for (;;) {
    const step = fake.sessions[0]?.summary.step;
    if (!step) return;
    go(`#/simulator/walk_1/${step}?view=before`);
    await screen.findByText(`Why there is ${step}.`);
    await here.open?.next();
    if (step === last) return;
  }
};

describe('a code that is spent', () => {
  test('leads back to where a sign-in begins; trying again keeps the mistake, which can be dropped', async () => {
    spentWhen(() => fake.sessions[0]?.runs.some(({ tamper }) => tamper !== null) ?? false);
    await begun();
    await upTo('callback');
    go('#/simulator/walk_1/token?view=before');
    await user.click(await screen.findByRole('button', { name: 'Choose a mistake (9)' }));
    await user.click(await screen.findByRole('radio', { name: 'Wrong verifier' }));
    await user.click(screen.getByRole('button', { name: 'Send it' }));
    const back = await screen.findAllByRole('button', { name: 'Begin the sign-in anew' });
    expect(back[0]).toHaveClass('primary');
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    const mistakes = await screen.findByRole('region', { name: 'What goes wrong on purpose' });
    expect(mistakes).toHaveTextContent('Wrong verifier');
    expect(sent('simulator_run').filter((one) => (one as { step: Step }).step === 'token')).toHaveLength(1);
    await user.click(within(mistakes).getByRole('button', { name: 'Nothing after all' }));
    // Without the mistake it is foreseen to be refused: what helps comes first.
    expect(await screen.findByText('This leads nowhere any more')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Send it all the same' })).toBeVisible();
    await here.open?.next();
    expect(sent('simulator_go')).toEqual([{ session: 'walk_1', step: 'pkce' }]);
    expect(await screen.findByText('Why there is pkce.')).toBeVisible();
  });

  test('is counted down by the sandbox clock, which can be paused; when it is over, the way back comes first', async () => {
    const given = Date.parse('2026-01-01T00:00:00Z');
    let over = false;
    spentWhen(() => over);
    setSandboxTime({ now: new Date(given + 18_000).toISOString(), paused: true });
    await begun();
    await upTo('callback');
    const ends = new Date(given + 60_000).toISOString();
    fake.sessions = fake.sessions.map((one) => ({ ...one, code_expires_at: ends }));
    fake.change();
    expect(await screen.findByText(/stands still: the code stays good for/)).toHaveTextContent('42 s');
    setSandboxTime({ now: new Date(given + 18_000).toISOString(), paused: false });
    await user.click(await screen.findByRole('button', { name: 'Pause Clock' }));
    expect(acted).toContain('clock.pause');
    go('#/simulator/walk_1/token?view=before');
    await screen.findByText('Why there is token.');
    over = true;
    setSandboxTime({ now: new Date(given + 61_000).toISOString(), paused: true });
    expect(await screen.findByText('The code’s time is over.')).toBeVisible();
    expect((await screen.findAllByRole('button', { name: 'Begin the sign-in anew' }))[0]).toHaveClass('primary');
  });
});

test('a code of another target is not counted down: nobody knows how long it lives there', async () => {
  setSandboxTime({ now: '2026-01-01T00:00:10Z', paused: true });
  await begun();
  await upTo('callback');
  const ends = (code_expires_at: string | null) => {
    fake.sessions = fake.sessions.map((one) => ({ ...one, code_expires_at }));
    fake.change();
  };
  ends('2026-01-01T00:01:00Z');
  expect(await screen.findByText(/the code stays good for/)).toBeVisible();
  ends(null);
  await waitFor(() => expect(screen.queryByText(/the code stays good for/)).toBeNull());
});

test('all steps go on by themselves once the person is back, and one thing is primary meanwhile', async () => {
  await begun();
  const all = sandbox.current.answers.simulator_run_all as (asked: { session: string }) => WalkSession;
  const waiting = {
    open: 'http://127.0.0.1:9400/v1/oauth/authorize',
    listening: 'http://127.0.0.1:3000',
    problem: null,
  };
  sandbox.current.answers.simulator_run_all = (asked: { session: string }) => {
    sandbox.current.answers.simulator_run_all = all;
    const done = all(asked);
    const at = done.runs.find(({ step }) => step === 'sign_in');
    const held: WalkSession = {
      ...done,
      waiting,
      runs: done.runs.filter(({ run }) => run <= (at?.run ?? 0)),
      summary: { ...done.summary, step: 'sign_in', updated_at: '2026-01-01T00:00:01Z' },
    };
    fake.sessions = [held];
    return held;
  };
  await user.click(screen.getByRole('button', { name: 'Run all' }));
  expect(await screen.findByText(/The rest of the walk is then taken by itself/)).toBeVisible();
  expect(document.querySelectorAll('.primary')).toHaveLength(1);
  expect(sent('simulator_run_all')).toHaveLength(1);
  const held = fake.sessions[0] as WalkSession;
  fake.sessions = [
    {
      ...held,
      waiting: null,
      summary: {
        ...held.summary,
        step: 'callback',
        updated_at: '2026-01-01T00:00:02Z',
        ended: {
          step: 'sign_in',
          title: 'Sign-in and consent',
          state: 'done',
          word: 'done',
          cancelled: false,
          tamper: null,
          edited: false,
        },
      },
    },
  ];
  fake.change();
  await waitFor(() => expect(sent('simulator_run_all')).toHaveLength(2));
});

test('a step that the flow can do without is left out by a button, and by the menu', async () => {
  await begun();
  const walk = fake.sessions[0] as WalkSession;
  const more = (['reuse', 'revoke'] as const).map((step) => ({
    step,
    title: step === 'reuse' ? 'Reuse' : 'Revoke',
    state: step === 'reuse' ? ('next' as const) : ('later' as const),
    word: step === 'reuse' ? 'next' : 'later',
    run: null,
    left_out: null,
  }));
  fake.sessions = [
    {
      ...walk,
      steps: [...walk.steps.map((one) => ({ ...one, state: 'done' as const })), ...more],
      summary: { ...walk.summary, step: 'reuse', updated_at: '2026-01-01T00:00:05Z' },
    },
  ];
  fake.change();
  go('#/simulator/walk_1/reuse');
  await screen.findByRole('button', { name: 'Leave this step out' });
  expect(menu()[0]).toMatchObject({ label: 'Leave this step out', hint: 'The walk goes on with Revoke.' });
  await user.click(screen.getByRole('button', { name: 'Leave this step out' }));
  expect(sent('simulator_go')).toEqual([{ session: 'walk_1', step: 'revoke' }]);
});

test('after a walk is deleted there is the next one, then the beginning', async () => {
  await begun();
  await here.open?.next();
  go('#/simulator/new');
  await waitFor(() => expect(location.hash).toBe('#/simulator/walk_2'));
  render(ConfirmHost);
  for (const left of ['#/simulator/walk_1', '#/simulator']) {
    await screen.findByRole('button', { name: 'More for this walk' });
    choose('Delete…');
    await user.click(await screen.findByRole('button', { name: 'Delete the walk' }));
    await waitFor(() => expect(location.hash).toBe(left));
    expect(screen.queryByText('There is no such walk')).toBeNull();
    if (left.endsWith('walk_1')) await waitFor(() => expect(document.activeElement).toHaveAttribute('data-session'));
  }
  await waitFor(() => expect(screen.getByRole('button', { name: 'Start a walk' })).toHaveFocus());
});

test('a walk that is under way is asked about before it starts again', async () => {
  await begun();
  render(ConfirmHost);
  await here.open?.next();
  await screen.findByText('configure was taken');
  const asked = here.open?.restart();
  await user.click(await screen.findByRole('button', { name: 'Cancel' }));
  await asked;
  expect(sent('simulator_restart')).toEqual([]);
  void here.open?.restart();
  await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Start again' }));
  await waitFor(() => expect(sent('simulator_restart')).toEqual([{ session: 'walk_1' }]));
});
