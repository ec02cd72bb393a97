import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { later, sandbox } from '../../../../tests/sandbox';
import { keepFocus } from '../../../app/focus';
import type { StepRun } from '../../../rpc';
import { layout, wrap } from '../diagram/layout';
import { here } from '../here.svelte';
import { answerWords, signOf, SIGNS, walkName } from '../words';
import { fakeWalks, type FakeWalks } from './world';

// The reader needs a layout, which the test page has not: the plain block stays.
vi.mock('../../../wire/editor', () => {
  throw new Error('no layout here');
});
const { begin, end, open, sent, until } = await import('./panel');
const { go, presenter } = await import('../../../shared');

let fake: FakeWalks;
const user = userEvent.setup();

beforeEach(() => {
  begin();
  fake = fakeWalks();
});
afterEach(end);

describe('the simulator', () => {
  test('begins with one key, and is walked by one', async () => {
    await open();
    const begin = await screen.findByRole('button', { name: 'Start a walk' });
    begin.focus();
    await user.keyboard('{Enter}');
    await screen.findByRole('heading', { name: /Configure/ });
    expect(location.hash).toBe('#/simulator/walk_1');
    // Takes it, shows what came of it, goes on.
    await here.open?.next();
    expect(await screen.findByText('configure was taken')).toBeVisible();
    await here.open?.next();
    await screen.findByRole('heading', { name: /Verifier and challenge/ });
    expect(await screen.findByText('Why there is pkce.')).toBeVisible();
    expect(sent('simulator_run')).toEqual([{ session: 'walk_1', step: 'configure' }]);
  });

  test('runs all, and then is finished', async () => {
    await open('#/simulator/new?app=client_web');
    await screen.findByRole('heading', { name: /Configure/ });
    expect(sent('simulator_start')).toEqual([{ setup: { app: 'client_web' } }]);
    await here.open?.runAll();
    expect(await screen.findByText('token was taken')).toBeVisible();
    await waitFor(() => expect(here.open?.stuck).toContain('finished'));
    const steps = screen.getByRole('navigation', { name: 'Steps of the walk' });
    expect(within(steps).getAllByText(', done')).toHaveLength(6);
    // Looking back changes nothing.
    here.open?.back();
    expect(await screen.findByText('callback was taken')).toBeVisible();
    expect(sent('simulator_go')).toEqual([]);
    await here.open?.restart();
    expect(await screen.findByText('Why there is configure.')).toBeVisible();
  });

  test('foresees a mistake before it is sent, and shows both beside each other', async () => {
    await open('#/simulator/new');
    await screen.findByRole('heading', { name: /Configure/ });
    await here.open?.runAll();
    await screen.findByText('token was taken');
    go('#/simulator/walk_1/token?view=before');
    expect(await screen.findByText('Tokens are given.')).toBeVisible();
    await user.click(await screen.findByRole('button', { name: 'Choose a mistake (9)' }));
    await user.click(await screen.findByRole('radio', { name: 'Wrong verifier' }));
    expect(await screen.findByText('It is refused.')).toBeVisible();
    // Told in its row, and beside what was chosen.
    expect(await screen.findAllByText('Another verifier is sent.')).toHaveLength(2);
    const parameters = await screen.findByLabelText('Parameters of the token request');
    await waitFor(() => expect(within(parameters).getAllByText('changed')).toHaveLength(1));
    expect(parameters).toHaveTextContent(/another-verifier\s*changed\s*instead of \{\{code_verifier\}\}/);
    expect(sent('simulator_run')).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Send it again' }));
    expect(await screen.findByText(/Not as foreseen/)).toBeVisible();
    expect(sent('simulator_run')).toEqual([{ session: 'walk_1', step: 'token', tamper: 'wrong_verifier' }]);
    // Chosen for one taking only.
    await user.click(screen.getByRole('tab', { name: 'Before' }));
    expect(await screen.findByRole('button', { name: 'Choose a mistake (9)' })).toBeVisible();
    expect(screen.getByRole('region', { name: 'What goes wrong on purpose' })).toHaveTextContent('Nothing');
  });

  test('chooses a mistake that was found in another step at that step', async () => {
    await open('#/simulator/new');
    await screen.findByRole('heading', { name: /Configure/ });
    await user.click(await screen.findByRole('button', { name: 'Find a mistake' }));
    await user.type(await screen.findByRole('textbox', { name: 'Find a mistake' }), 'wrong verifier');
    await user.click(await screen.findByRole('button', { name: /At step 6, Token exchange: Wrong verifier/ }));
    expect(location.hash).toBe('#/simulator/walk_1/token?view=before');
    expect(await screen.findByText('It is refused.')).toBeVisible();
    expect(screen.getByRole('region', { name: 'What goes wrong on purpose' })).toHaveTextContent('Wrong verifier');
    expect(sent('simulator_plan').filter((one) => 'tamper' in (one as object))).toEqual([
      { session: 'walk_1', step: 'token', tamper: 'wrong_verifier' },
    ]);
  });

  test('shows what came of a step in its own walk, and ends the work of that one only', async () => {
    await open('#/simulator/new');
    await screen.findByRole('heading', { name: /Configure/ });
    go('#/simulator/new');
    await waitFor(() => expect(location.hash).toBe('#/simulator/walk_2'));
    await screen.findByRole('button', { name: 'Take this step' });
    const work = later<unknown>();
    const answers = sandbox.current.answers as Record<string, (asked: never) => unknown>;
    const run = answers['simulator_run'];
    answers['simulator_run'] = () => work.promise;
    const taken = here.open?.next();
    expect(await screen.findByRole('button', { name: 'Cancel' })).toBeVisible();
    go('#/simulator/walk_1');
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull());
    expect(screen.getByRole('button', { name: 'Run all' })).toBeVisible();
    work.resolve(run?.({ session: 'walk_2', step: 'configure' } as never));
    await taken;
    expect(location.hash).toBe('#/simulator/walk_1');
    expect(screen.queryByText('configure was taken')).toBeNull();
    expect(sent('simulator_cancel')).toEqual([]);
  });

  test('shows the whole address with which the browser came back', async () => {
    await open('#/simulator/new');
    await screen.findByRole('heading', { name: /Configure/ });
    await here.open?.runAll();
    const code = (value: string) => ({ name: 'code', value, how: 'From the address.', source: 'RFC 6749' });
    fake.sessions = fake.sessions.map((session) => ({
      ...session,
      summary: { ...session.summary, updated_at: '2026-01-01T00:00:09Z' },
      runs: session.runs.map((one) =>
        one.step === 'callback' ? ({ ...one, shown: [code('a'), code('b')] } as unknown as StepRun) : one,
      ),
    }));
    fake.change();
    go('#/simulator/walk_1/callback');
    const short = await screen.findByLabelText('The step in short');
    await waitFor(() => expect(short).toHaveTextContent(/brought it the callback: \S+\?code=a&code=b/));
  });

  test('plans a request again while it is changed by hand', async () => {
    await open('#/simulator/new');
    await screen.findByRole('heading', { name: /Configure/ });
    go('#/simulator/walk_1/token?view=before');
    await user.click(await screen.findByRole('button', { name: 'Change it' }));
    const url = screen.getByRole('textbox', { name: 'URL' });
    await user.clear(url);
    await user.type(url, 'http://127.0.0.1:9400/other');
    await waitFor(() =>
      expect(sent('simulator_plan').at(-1)).toMatchObject({ edit: { url: 'http://127.0.0.1:9400/other' } }),
    );
    await user.click(screen.getByRole('button', { name: 'As it was' }));
    await waitFor(() => expect(screen.getByText('{{code}}', { selector: 'dd mark' })).toBeVisible());
  });

  test('drops a change by hand that was refused, or tries the same once more', async () => {
    await open('#/simulator/new');
    await screen.findByRole('heading', { name: /Configure/ });
    await here.open?.runAll();
    go('#/simulator/walk_1/token?view=before');
    await user.click(await screen.findByRole('button', { name: 'Change it' }));
    await user.type(screen.getByRole('textbox', { name: 'URL' }), '/other');
    const taken = sandbox.current.answers['simulator_run'];
    sandbox.current.answers['simulator_run'] = (asked: never) => {
      taken?.({ ...(asked as object), tamper: 'wrong_verifier' } as never);
      fake.sessions = fake.sessions.map((session) => ({
        ...session,
        runs: session.runs.map((one) => (one.tamper ? { ...one, tamper: null, edited: true } : one)),
      }));
      return fake.sessions[0];
    };
    await user.click(screen.getByRole('button', { name: 'Send it again' }));
    expect(await screen.findByRole('button', { name: 'Without the change' })).toHaveClass('primary');
    await user.click(screen.getByRole('button', { name: 'The same change again' }));
    expect(await screen.findByText('changed by hand')).toBeVisible();
    await waitFor(() =>
      expect(sent('simulator_plan').at(-1)).toHaveProperty('edit.url', expect.stringMatching(/other$/)),
    );
    go('#/simulator/walk_1/token?view=after');
    await user.click(await screen.findByRole('button', { name: 'Without the change' }));
    expect(await screen.findByRole('button', { name: 'Send it again' })).toBeVisible();
    expect(screen.queryByText('changed by hand')).toBeNull();
  });

  test('opens an exchange from its arrow, by keys', async () => {
    await open('#/simulator/new');
    await screen.findByRole('heading', { name: /Configure/ });
    await here.open?.runAll();
    await screen.findByText('token was taken');
    here.open?.showDiagram();
    const drawing = await screen.findByRole('group', { name: /6 arrows/ });
    const arrows = within(drawing).getAllByRole('button');
    arrows[0]?.focus();
    await user.keyboard('{ArrowDown}{ArrowDown}');
    expect(arrows[2]).toHaveFocus();
    await user.keyboard('{Enter}');
    expect(location.hash).toBe('#/simulator/walk_1/sign_in?view=after&x=2');
    expect(await screen.findByText('sign_in was taken')).toBeVisible();
  });

  test('gives the focus to what goes on when another walk is begun', async () => {
    until(keepFocus());
    await open('#/simulator/new');
    await screen.findByRole('heading', { name: /Configure/ });
    (await screen.findByRole('button', { name: 'Run all' })).focus();
    go('#/simulator/new');
    await waitFor(() => expect(location.hash).toBe('#/simulator/walk_2'));
    await waitFor(() => expect(screen.getByRole('button', { name: 'Take this step' })).toHaveFocus());
  });

  test('asks nobody to unlock this machine, and begins each time anew', async () => {
    await open('#/simulator');
    await user.click(await screen.findByRole('button', { name: 'Against another target…' }));
    const url = () => screen.findByRole('textbox', { name: /Base URL/ });
    await user.type(await url(), 'ftp://x');
    expect(screen.getAllByText('Only https and http are spoken.').length).toBeGreaterThan(0);
    expect(screen.getByRole('button', { name: /egin$/ })).toBeDisabled();
    await user.click(screen.getByRole('button', { name: 'Cancel' }));
    await user.click(await screen.findByRole('button', { name: 'Against another target…' }));
    expect(await url()).toHaveValue('');
    await user.type(await url(), 'http://127.0.0.1:9777');
    expect(screen.getByText('A client id is needed.')).toBeVisible();
    await user.type(screen.getByRole('textbox', { name: /Client id/ }), 'client_there');
    await user.click(screen.getByRole('button', { name: 'Begin' }));
    await waitFor(() =>
      expect(sent('simulator_start')).toMatchObject([
        { target: 'http://127.0.0.1:9777', setup: { app: 'client_there' } },
      ]),
    );
    // It is remembered for the target; nobody is asked to write the host once more.
    expect(sent('simulator_unlock')).toEqual([
      { base_url: 'http://127.0.0.1:9777', confirm: '127.0.0.1', client_id: 'client_there' },
    ]);
  });

  test('unlocks another host by what was typed, with its port', async () => {
    await open('#/simulator');
    await user.click(await screen.findByRole('button', { name: 'Against another target…' }));
    await user.type(await screen.findByRole('textbox', { name: /Base URL/ }), 'https://staging.example.com:8443');
    await user.type(
      await screen.findByRole('textbox', { name: /Write staging.example.com:8443/ }),
      'staging.example.com:8443',
    );
    await user.type(screen.getByRole('textbox', { name: /Client id/ }), 'client_there');
    await user.click(screen.getByRole('button', { name: 'Unlock and begin' }));
    await waitFor(() =>
      expect(sent('simulator_unlock')).toEqual([
        {
          base_url: 'https://staging.example.com:8443',
          confirm: 'staging.example.com:8443',
          client_id: 'client_there',
        },
      ]),
    );
  });

  test('asks once for a walk that is not there', async () => {
    await open('#/simulator/new');
    await screen.findByRole('heading', { name: /Configure/ });
    go('#/simulator/walk_none');
    expect(await screen.findByText('There is no such walk')).toBeVisible();
    for (let times = 0; times < 3; times += 1) {
      const before = sent('simulator_list').length;
      fake.change();
      await waitFor(() => expect(sent('simulator_list').length).toBeGreaterThan(before));
    }
    const of = (cmd: string) => sent(cmd).filter((one) => (one as { session?: string }).session === 'walk_none');
    expect([of('simulator_get').length, of('simulator_tampers').length, of('simulator_plan').length]).toEqual([
      1, 0, 0,
    ]);
    expect(screen.getByText('There is no such walk')).toBeVisible();
  });

  test('is handed over in any form', async () => {
    await open('#/simulator/new');
    await screen.findByRole('heading', { name: /Configure/ });
    here.open?.handOver();
    expect(await screen.findByText('the walk in node')).toBeVisible();
    await user.click(screen.getByRole('radio', { name: 'Python' }));
    expect(await screen.findByText('the walk in python')).toBeVisible();
  });

  test('hides who it is about in presenter mode', async () => {
    await open('#/simulator/new');
    expect(await screen.findByText('Demo Web App as Maya')).toBeVisible();
    presenter.set(true);
    expect(walkName({ name: 'Demo Web App as maya', persona: 'maya@example.com' })).toBe('Demo Web App as ••••');
    expect(await screen.findByText('Demo Web App as ••••')).toBeVisible();
    expect(walkName({ name: 'Demo Web App as maya', persona: null })).toBe('Demo Web App as ••••');
  });

  test('waits for a person, and takes the callback that they paste', async () => {
    await open('#/simulator/new');
    await screen.findByRole('heading', { name: /Configure/ });
    fake.sessions = fake.sessions.map((session) => ({
      ...session,
      waiting: {
        open: 'http://127.0.0.1:9400/v1/oauth/authorize?x',
        listening: null,
        problem: 'Port 3000 is taken by `node`.',
      },
    }));
    fake.change();
    go('#/simulator/walk_1/sign_in');
    expect(await screen.findByText('node')).toBeVisible();
    await user.type(
      await screen.findByRole('textbox', { name: /paste the callback/ }),
      'http://localhost:3000/?code=x',
    );
    await user.click(screen.getByRole('button', { name: 'Use this URL' }));
    await waitFor(() =>
      expect(sent('simulator_callback')).toEqual([{ session: 'walk_1', url: 'http://localhost:3000/?code=x' }]),
    );
  });

  test('has nothing that axe dislikes', async () => {
    const { container } = await open('#/simulator/new');
    await screen.findByRole('heading', { name: /Configure/ });
    await screen.findByRole('combobox', { name: 'App' });
    const clean = async () =>
      expect((await axe.run(container, { rules: { 'color-contrast': { enabled: false } } })).violations).toEqual([]);
    await clean();
    await here.open?.runAll();
    await screen.findByText('token was taken');
    await clean();
    here.open?.showDiagram();
    await screen.findByRole('group', { name: /6 arrows/ });
    await clean();
  });
});

describe('words', () => {
  test('say an answer', () => {
    expect(answerWords({ place: 'body', status: 400, error: 'invalid_grant' })).toBe(
      '400 Bad Request with `invalid_grant`',
    );
    expect(answerWords({ place: 'redirect', status: null, error: null })).toBe('Redirect to the app with a code');
    expect(answerWords({ place: 'redirect', status: null, error: 'invalid_request' })).toBe(
      'Redirect to the app with `invalid_request`',
    );
    expect(answerWords({ place: 'app', status: null, error: null })).toBe('The app’s own checks pass');
    expect(answerWords({ place: 'app', status: null, error: 'state_matches' })).toBe(
      'The app stops: its check `state_matches` fails',
    );
  });

  test('tell a refusal from a success', () => {
    const answered = { place: 'body', status: 403, error: 'insufficient_scope' } as const;
    const run = { outcome: {}, agreement: { agrees: true, answered, words: '' } } as unknown as StepRun;
    expect(signOf('done', run)).toBe(SIGNS.refused_as_meant);
    expect(signOf('refused_as_meant', run)).toBe(SIGNS.refused_as_meant);
    expect(signOf('done', null)).toBe(SIGNS.done);
    const unforeseen = { ...run, agreement: { agrees: false, answered, words: '' } } as unknown as StepRun;
    expect(signOf('done', unforeseen)).toBe(SIGNS.failed);
  });

  test('of an arrow go on in a second line', () => {
    expect(wrap('200 OK', 100)).toEqual(['200 OK']);
    expect(wrap('', 100)).toEqual([]);
    expect(wrap('GET /.well-known/openid-configuration', 160)).toEqual(['GET /.well-known/', 'openid-configuration']);
    const lane = { party: 'app', title: 'App', detail: '' } as const;
    const arrow = {
      kind: 'request',
      exchange: 1,
      run: 1,
      step: 'token',
      from: 'app',
      to: 'identity',
      bad: false,
      foreseen: false,
    } as const;
    const of = (label: string) =>
      layout({ lanes: [lane, { ...lane, party: 'identity' }], arrows: [{ ...arrow, label, detail: 'code, state' }] });
    expect(of('POST /v1/oauth/token/introspection').height).toBeGreaterThan(of('200 OK').height);
  });

  test('of a drawing stand under each other', () => {
    const arrow = {
      kind: 'request',
      exchange: 1,
      step: 'token',
      label: '',
      detail: '',
      bad: false,
      foreseen: false,
    } as const;
    const { placed, width } = layout({
      lanes: [
        { party: 'app', title: 'App', detail: '' },
        { party: 'identity', title: 'Identity', detail: '' },
      ],
      arrows: [
        { ...arrow, run: 1, from: 'app', to: 'identity' },
        { ...arrow, run: 2, from: 'identity', to: 'app' },
      ],
    });
    expect(placed.map(({ heading }) => heading)).toEqual([true, true]);
    expect(placed[1]?.y).toBeGreaterThan(placed[0]?.y ?? 0);
    expect(Math.max(...placed.flatMap(({ from, to }) => [from, to]))).toBeLessThan(width);
  });
});
