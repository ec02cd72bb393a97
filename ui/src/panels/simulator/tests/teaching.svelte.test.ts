import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { later, sandbox } from '../../../../tests/sandbox';
import type { WalkSession, WalkSummary } from '../../../rpc';
import { here } from '../here.svelte';
import { CANCELLED, endSign, SIGNS, signOf, standing } from '../words';
import { fakeWalks, type FakeWalks } from './world';

// The reader needs a layout, which the test page has not: the plain block stays.
vi.mock('../../../wire/editor', () => {
  throw new Error('no layout here');
});
const { begin, end, open, sent } = await import('./panel');
const { go, presenter } = await import('../../../shared');
const { default: ConfirmHost } = await import('../../../shared/ui/ConfirmHost.svelte');
const { masked } = await import('../../../shared/state/presenter.svelte');

let fake: FakeWalks;
const user = userEvent.setup();
beforeEach(() => {
  begin();
  fake = fakeWalks();
});
afterEach(() => {
  presenter.set(false);
  end();
});
const begun = async (hash = '#/simulator/new') => {
  open(hash);
  await screen.findByRole('heading', { name: /Configure/ });
};

describe('a step that was taken', () => {
  test('says what was sent, why, and what was checked; and says it aloud', async () => {
    await begun();
    await here.open?.runAll();
    const short = await screen.findByLabelText('The step in short');
    await waitFor(() => expect(short).toHaveTextContent('POST /v1/oauth/token'));
    expect(short).toHaveTextContent('Why there is token.');
    expect(short).toHaveTextContent('RFC 7636 §4.6');
    expect(screen.getByText(/^Token exchange: done\. token was taken Prediction and answer agree\.$/)).toHaveAttribute(
      'role',
      'status',
    );
    // One that sends nothing says so.
    go('#/simulator/walk_1/pkce');
    await waitFor(() => expect(screen.getByLabelText('The step in short')).toHaveTextContent('Nothing: the app did'));
  });

  test('raises an alarm where prediction and answer disagree', async () => {
    await begun();
    await here.open?.runAll();
    go('#/simulator/walk_1/token?view=before');
    await user.click(await screen.findByRole('button', { name: 'Choose a mistake (9)' }));
    await user.click(screen.getByRole('radio', { name: 'Wrong verifier' }));
    await here.open?.next();
    const compared = await screen.findByRole('region', { name: 'Prediction and answer' });
    await waitFor(() => expect(compared).toHaveTextContent('Not as foreseen'));
    expect(compared).toHaveTextContent('200 OK');
    expect(compared).toHaveTextContent('That is a defect');
    expect(screen.getByText(/Prediction and answer disagree\.$/)).toBeInTheDocument();
    // What was chosen is gone with the step before: what goes on has the focus.
    await waitFor(() => expect(screen.getByRole('button', { name: 'Without the mistake' })).toHaveFocus());
  });
});

describe('mistakes', () => {
  test('are found by a word, and chosen by arrows from there', async () => {
    await begun();
    go('#/simulator/walk_1/token?view=before');
    const unfold = await screen.findByRole('button', { name: 'Choose a mistake (9)' });
    unfold.focus();
    await user.keyboard('{Enter}');
    const search = await screen.findByRole('textbox', { name: 'Find a mistake' });
    await waitFor(() => expect(search).toHaveFocus());
    expect(within(screen.getByRole('group', { name: 'Client authentication' })).getAllByRole('radio')).toHaveLength(3);
    expect(screen.getByRole('radio', { name: 'secret of public client' })).toBeDisabled();
    await user.keyboard('code');
    expect(await screen.findByText('2 mistakes')).toBeVisible();
    await user.keyboard('{ArrowDown}');
    await waitFor(() => expect(sent('simulator_plan').at(-1)).toMatchObject({ tamper: 'code_twice' }));
    await user.clear(search);
    await user.type(search, 'nothing like it');
    expect(await screen.findByText(/No mistake of this step/)).toBeVisible();
  });
});

describe('what takes long', () => {
  test('can be cancelled, and what was sent stays', async () => {
    await begun();
    const answer = later<WalkSession>();
    const session = fake.sessions[0] as WalkSession;
    sandbox.current.answers['simulator_run'] = () => answer.promise;
    sandbox.current.answers['simulator_cancel'] = () => session;
    const running = here.open?.next();
    await user.click(await screen.findByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(sent('simulator_cancel')).toEqual([{ session: 'walk_1' }]));
    answer.resolve(session);
    await running;
    expect(await screen.findByRole('button', { name: 'Run all' })).toBeVisible();
  });

  test('is told from what failed', () => {
    expect(signOf('failed', { outcome: { cancelled: true } } as never)).toBe(CANCELLED);
    const ended = { state: 'failed', cancelled: true };
    expect(endSign({ step: 'token', done: 5, ended } as never)).toBe(CANCELLED);
  });
});

describe('walks whose key is gone', () => {
  test('are told, and can be deleted', async () => {
    fake.lost = ['walk_lost_1', 'walk_lost_2'];
    render(ConfirmHost);
    open('#/simulator');
    expect(await screen.findByText('2 walks can’t be read')).toBeVisible();
    // Nobody asks for what can't be had.
    go('#/simulator/walk_lost_1');
    expect(await screen.findByText('This walk can’t be read any more')).toBeVisible();
    expect(sent('simulator_get')).not.toContainEqual({ session: 'walk_lost_1' });
    await user.click(screen.getByRole('button', { name: 'Delete them…' }));
    await user.click(await screen.findByRole('button', { name: 'Delete them' }));
    await waitFor(() =>
      expect(sent('simulator_delete')).toEqual([{ session: 'walk_lost_1' }, { session: 'walk_lost_2' }]),
    );
  });
});

describe('the setup', () => {
  test('keeps the calls that were chosen when the scopes change', async () => {
    await begun();
    await user.click(await screen.findByRole('checkbox', { name: /openid/ }));
    await waitFor(() =>
      expect(sent('simulator_update')).toEqual([
        { session: 'walk_1', setup: { scopes: ['read:biomarkers'], call: '' } },
      ]),
    );
  });
});

describe('presenter mode', () => {
  test('leaves legible what is made to be seen', () => {
    const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
    presenter.set(true);
    const url = `code_challenge=${challenge}&code_challenge_method=S256&code_verifier=${challenge}`;
    expect(masked(url)).toBe(`code_challenge=${challenge}&code_challenge_method=S256&code_verifier=••••`);
    expect(presenter.parameter('code_challenge', challenge)).toBe(challenge);
    expect(presenter.parameter('code_verifier', challenge)).toBe('••••');
  });
});

test('a credential of another target is not looked for in the traffic of this sandbox', async () => {
  await begun();
  const seen = (own: boolean) => {
    fake.sessions = fake.sessions.map((one) => ({
      ...one,
      summary: { ...one.summary, target: { base_url: 'https://staging.example.com', own }, step: null },
      runs: one.runs.map((run) => ({
        ...run,
        shown: [
          { name: 'access_token', value: '[access_token 1a2b3c4d]', how: 'From the answer', source: 'RFC 6749 §5.1' },
        ],
      })),
    }));
    fake.change();
  };
  await here.open?.runAll();
  seen(true);
  expect(await screen.findByRole('link', { name: /access token/ })).toBeVisible();
  seen(false);
  await waitFor(() => expect(screen.queryByRole('link', { name: /access token/ })).toBeNull());
  expect(screen.getByText('1a2b3c4d')).toBeVisible();
});

test('a walk says in the list how it ended', () => {
  const walk = { step: 'token', done: 5, ended: null, ended_before: null, exchanges: 7 } as unknown as WalkSummary;
  const ended = { step: 'token', title: 'Token exchange', cancelled: false, tamper: null, edited: false } as const;
  expect(standing(walk, { token: 'Token exchange' })).toBe('At Token exchange');
  // The word is the sandbox's, whatever it is.
  const tamper = { name: 'x', title: 'Wrong verifier' };
  const refused = { ...ended, state: 'refused_as_meant', word: 'refused, as meant', tamper } as const;
  expect(standing({ ...walk, ended: refused }, {})).toBe('Refused, as meant, at Token exchange (Wrong verifier)');
  const failed = { ...ended, state: 'failed', word: 'refused, not as foreseen' } as const;
  expect(standing({ ...walk, ended: failed }, {})).toBe('Refused, not as foreseen, at Token exchange');
  const waits = { ...ended, state: 'waiting', word: 'waits for you' } as const;
  expect(standing({ ...walk, ended: waits }, {})).toBe('Waits for you at Token exchange');
  expect(standing({ ...walk, step: null }, {})).toBe('Finished');
  // Begun again, it says how it ended before.
  const again = { ...walk, step: 'configure' as const, done: 0 };
  expect(standing(again, {})).toBe('Begun again');
  expect(standing({ ...again, exchanges: 0 }, {})).toBe('Not begun');
  expect(standing({ ...again, ended_before: refused }, {})).toBe(
    'Begun again; before: refused, as meant, at Token exchange (Wrong verifier)',
  );
  const last = { ...ended, step: 'after_revoke', state: 'done', word: 'refused, as foreseen' } as const;
  expect(standing({ ...again, ended_before: last }, {})).toBe('Begun again; before: finished');
  expect(endSign(again)).toBe(SIGNS.later);
});
