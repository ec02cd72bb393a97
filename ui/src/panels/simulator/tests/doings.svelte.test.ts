import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { later, sandbox } from '../../../../tests/sandbox';
import type { UpdateWalk, WalkSession } from '../../../rpc';
import { ACTIONS } from '../../../rpc/generated/actions';
import { here } from '../here.svelte';
import { fakeWalks, type FakeWalks } from './world';

// The reader needs a layout, which the test page has not: the plain block stays.
vi.mock('../../../wire/editor', () => {
  throw new Error('no layout here');
});
const { begin, end, open, sent } = await import('./panel');
const { go, host } = await import('../../../shared');
const { default: ConfirmHost } = await import('../../../shared/ui/ConfirmHost.svelte');
const { default: Sessions } = await import('../Sessions.svelte');

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
const answers = () => sandbox.current.answers as Record<string, (asked: never) => unknown>;
const why = (id: keyof NonNullable<typeof here.doings>) => here.doings?.[id].unavailable();

describe('what can be done with a walk', () => {
  test('can be done by its action, which says why not', async () => {
    open('#/simulator');
    await screen.findByRole('button', { name: 'Start a walk' });
    expect(why('simulator.leave_out')).toBe('Begin a walk first.');
    expect(why('simulator.elsewhere')).toBeNull();
    go('#/simulator/new');
    await screen.findByRole('heading', { name: /Configure/ });
    for (const { id } of ACTIONS.filter((one) => one.id.startsWith('simulator.') && one.id !== 'simulator.new'))
      expect(here.doings, id).toHaveProperty([id]);
    expect(why('simulator.leave_out')).toMatch(/needs this step/);
    expect(why('simulator.cancel')).toBe('Nothing is under way.');
    expect(why('simulator.keep')).toMatch(/stays until it is deleted/);
    expect(why('simulator.stand')).toBe('The walk stands here.');
    expect(why('simulator.new_code')).toMatch(/not come so far/);
    expect(why('simulator.save_svg')).toBe('Nothing has passed yet.');
    expect(why('simulator.sign_in')).toBe('The walk waits for nobody.');
    expect(why('simulator.edit')).toMatch(/no request/);
  });

  test('leads back to where a sign-in begins, to any step, and to a copy', async () => {
    await begun();
    await here.open?.runAll();
    await screen.findByText('token was taken');
    expect(why('simulator.new_code')).toBeNull();
    await host.act('simulator.new_code');
    expect(sent('simulator_go')).toEqual([{ session: 'walk_1', step: 'pkce' }]);
    await screen.findByText('Why there is pkce.');
    go('#/simulator/walk_1/configure');
    await screen.findByText('configure was taken');
    expect(why('simulator.stand')).toBeNull();
    await host.act('simulator.stand');
    expect(sent('simulator_go').at(-1)).toEqual({ session: 'walk_1', step: 'configure' });
    answers()['simulator_duplicate'] = () => fake.sessions[0];
    await host.act('simulator.duplicate');
    expect(sent('simulator_duplicate')).toEqual([{ session: 'walk_1' }]);
    await host.act('simulator.rename');
    expect(await screen.findByRole('dialog', { name: 'Rename the walk' })).toBeVisible();
  });

  test('unfolds the mistakes and the request, with the focus in them', async () => {
    await begun();
    await here.open?.runAll();
    await screen.findByText('token was taken');
    await host.act('simulator.mistake');
    await waitFor(() => expect(screen.getByRole('textbox', { name: 'Find a mistake' })).toHaveFocus());
    expect(why('simulator.edit')).toBeNull();
    await host.act('simulator.edit');
    await waitFor(() => expect(screen.getByRole('textbox', { name: 'URL' })).toHaveFocus());
  });

  test('ends what is under way', async () => {
    await begun();
    const answer = later<WalkSession>();
    const session = fake.sessions[0] as WalkSession;
    answers()['simulator_run'] = () => answer.promise;
    answers()['simulator_cancel'] = () => session;
    const running = here.open?.take();
    await waitFor(() => expect(why('simulator.cancel')).toBeNull());
    await host.act('simulator.cancel');
    expect(sent('simulator_cancel')).toEqual([{ session: 'walk_1' }]);
    answer.resolve(session);
    await running;
  });
});

describe('a mistake that was made', () => {
  test('is told by what it changed then, also once it is set aside', async () => {
    await begun();
    await here.open?.runAll();
    await screen.findByText('token was taken');
    here.open?.retry('wrong_verifier');
    await screen.findByText('It is refused.');
    await here.open?.take();
    const short = await screen.findByLabelText('The step in short');
    await waitFor(() => expect(short).toHaveTextContent('On purpose: changed code_verifier.'));
    const run = fake.sessions[0]?.runs.at(-1)?.run;
    expect(sent('simulator_plan')).toContainEqual({ session: 'walk_1', run, tamper: 'wrong_verifier' });
    expect(sent('simulator_plan')).toContainEqual({ session: 'walk_1', run });
    await here.open?.retry(null);
    await here.open?.take();
    go(`#/simulator/walk_1/${run}`);
    expect(await screen.findByText(/set aside since/)).toBeVisible();
    // It stands there how that one ended, not how the step stands now.
    expect(document.querySelector('.walk .state')).toHaveTextContent('refused, as meant');
    const aside = await screen.findByLabelText('The step in short');
    await waitFor(() => expect(aside).toHaveTextContent('On purpose: changed code_verifier.'));
  });
});

describe('the setup', () => {
  test('takes a change while the one before it is being saved; nothing is lost', async () => {
    await begun();
    const save = answers()['simulator_update'];
    const first = later<unknown>();
    answers()['simulator_update'] = () => first.promise;
    const box = (name: RegExp) => screen.getByRole('checkbox', { name });
    await user.click(await screen.findByRole('checkbox', { name: /openid/ }));
    // As it will be, at once.
    await waitFor(() => expect(box(/openid/)).not.toBeChecked());
    await user.click(box(/Send a nonce/));
    await user.click(box(/read:biomarkers/));
    expect(box(/Send a nonce/)).not.toBeChecked();
    expect(sent('simulator_update')).toHaveLength(1);
    const [asked] = sent('simulator_update') as [UpdateWalk];
    answers()['simulator_update'] = save as never;
    // The step that is taken meanwhile waits for what was changed.
    const taken = here.open?.next();
    expect(sent('simulator_run')).toEqual([]);
    first.resolve(save?.(asked as never));
    await taken;
    expect(sent('simulator_update')).toHaveLength(2);
    expect(sent('simulator_update')[1]).toMatchObject({ setup: { nonce: false, scopes: [] } });
    expect(sent('simulator_run')).toHaveLength(1);
    expect(fake.sessions[0]?.setup).toMatchObject({ nonce: false, scopes: [] });
  });

  test('keeps what was written when it could not be saved, and saves it with the next change', async () => {
    await begun();
    const save = answers()['simulator_update'];
    answers()['simulator_update'] = () => {
      throw Object.assign(new Error('The sandbox said no.'), { code: 'invalid' });
    };
    await user.click(await screen.findByRole('checkbox', { name: /Send a nonce/ }));
    expect(await screen.findByText('The last change is not saved')).toBeVisible();
    expect(screen.getByRole('checkbox', { name: /Send a nonce/ })).not.toBeChecked();
    // Nothing is sent with a setup that is not the one in sight.
    await here.open?.next();
    expect(sent('simulator_run')).toEqual([]);
    answers()['simulator_update'] = save as never;
    await user.click(screen.getByRole('checkbox', { name: /openid/ }));
    await waitFor(() => expect(screen.queryByText('The last change is not saved')).toBeNull());
    expect(sent('simulator_update').at(-1)).toMatchObject({ setup: { nonce: false, scopes: ['read:biomarkers'] } });
    answers()['simulator_update'] = () => {
      throw Object.assign(new Error('The sandbox said no.'), { code: 'invalid' });
    };
    await user.click(screen.getByRole('checkbox', { name: /openid/ }));
    await user.click(await screen.findByRole('button', { name: 'Back to what is saved' }));
    await waitFor(() => expect(screen.getByRole('checkbox', { name: /openid/ })).not.toBeChecked());
  });
});

test('what is being written in the setup counts when the step is taken out of its field', async () => {
  await begun();
  fake.sessions = fake.sessions.map((one) => ({
    ...one,
    summary: { ...one.summary, target: { base_url: 'https://staging.example.com', own: false } },
  }));
  fake.change();
  const field = await screen.findByRole('textbox', { name: 'Sign in as' });
  await user.clear(field);
  await user.type(field, 'noor@example.com');
  expect(sent('simulator_update')).toEqual([]);
  await user.keyboard('{Control>}{Enter}{/Control}');
  expect(sent('simulator_update')).toEqual([{ session: 'walk_1', setup: { persona: 'noor@example.com' } }]);
  await here.open?.next();
  expect(sent('simulator_run')).toHaveLength(1);
  expect(fake.sessions[0]?.setup.persona).toBe('noor@example.com');
});

describe('the list', () => {
  test('has the open walk among the few that fit', async () => {
    await begun();
    for (let number = 2; number <= 6; number += 1) {
      go('#/simulator/new');
      await waitFor(() => expect(location.hash).toBe(`#/simulator/walk_${number}`));
    }
    go('#/simulator/walk_1');
    await waitFor(() => expect(here.open?.id).toBe('walk_1'));
    const simulator = here.open as NonNullable<typeof here.open>;
    await waitFor(() => expect(simulator.session?.summary.session).toBe('walk_1'));
    await waitFor(() => expect(simulator.sessions).toHaveLength(6));
    const { container } = render(Sessions, { simulator, sessions: simulator.sessions, lost: [], room: 14 });
    const shown = [...container.querySelectorAll('[data-session]')].map((one) => one.getAttribute('data-session'));
    expect(shown).toEqual(['walk_6', 'walk_5', 'walk_1']);
    await user.click(within(container).getByRole('button', { name: '3 more walks' }));
    expect(container.querySelectorAll('[data-session]')).toHaveLength(6);
  });

  test('has a walk again that could not be deleted', async () => {
    await begun();
    render(ConfirmHost);
    answers()['simulator_delete'] = () => {
      throw Object.assign(new Error('The disk is full.'), { code: 'internal' });
    };
    void host.act('simulator.delete');
    await user.click(await screen.findByRole('button', { name: 'Delete the walk' }));
    expect(await screen.findByText(/The disk is full/)).toBeVisible();
    expect(here.open?.sessions.map(({ session }) => session)).toEqual(['walk_1']);
    expect(location.hash).toBe('#/simulator/walk_1');
  });
});

test('a rule says how sure it is, and what that word means when it is pressed', async () => {
  await begun();
  go('#/simulator/walk_1/token?view=before');
  const foreseen = await screen.findByRole('region', { name: 'Prediction' });
  const word = within(foreseen).getByRole('button', { name: /standard/i });
  expect(within(foreseen).queryByRole('note')).toBeNull();
  await user.click(word);
  expect(within(foreseen).getByRole('note')).toHaveTextContent(/^Standard: a public standard/);
  expect(word).toHaveAttribute('aria-expanded', 'true');
});
