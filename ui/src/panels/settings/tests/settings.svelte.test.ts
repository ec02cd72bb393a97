import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { beforeEach, expect, test } from 'vitest';
import { sandbox, testSandbox } from '../../../../tests/sandbox';

const { default: Settings } = await import('../Settings.svelte');
const { wholeNumber } = await import('../settings.svelte');
const { forgetAnswers } = await import('../../../rpc');

const about = (name: string) => ({ name, meaning: `What ${name} does.`, standing: 'assumed' });
const settings = {
  profile: 'loop',
  auto_approve: null,
  userinfo: false,
  refresh_grace_seconds: 0,
  rate_limit_per_minute: null,
  stamp_virtual_time: false,
  keep_exchanges: 200_000,
  keep_days: 30,
  keep_mebibytes: 1024,
  survive_power_cut: false,
};

beforeEach(() => {
  forgetAnswers();
  sandbox.current = testSandbox();
  sandbox.current.answers = {
    settings_get: () => ({ settings, about: Object.keys(settings).map(about) }),
    people_list: () => ({ people: [{ email: 'maya@example.com', name: 'Maya Lindqvist' }] }),
    keys_list: () => ({ keys: [] }),
    settings_update: () => ({ settings, about: [] }),
  };
});

/** What settings_update was given. */
function updates() {
  return sandbox.current.calls.filter((call) => call.cmd === 'settings_update').map((call) => call.payload);
}

function show(path: string[] = []) {
  return render(Settings, { props: { path } });
}

test('a whole number is read, and what is none is said', () => {
  expect(wholeNumber(' 200,000 ')).toBe(200_000);
  expect(wholeNumber('0', 1)).toMatch('At least 1');
  for (const text of ['', '-1', '1.5', 'many']) expect(wholeNumber(text)).toMatch('whole number');
  expect(wholeNumber('99999999999')).toMatch('more than can be kept');
});

test('a switch changes one setting', async () => {
  show();
  const user = userEvent.setup();
  await user.click(await screen.findByRole('switch', { name: 'Userinfo endpoint' }));
  await waitFor(() => expect(updates()).toEqual([{ userinfo: true }]));
});

test('a number is kept with Enter, and Escape undoes it', async () => {
  show();
  const user = userEvent.setup();
  const field = await screen.findByRole('textbox', { name: 'Rate limit' });
  await user.type(field, 'lots{Enter}');
  expect(await screen.findByText(/whole number/)).toBeVisible();
  await user.type(field, '{Escape}');
  expect(field).toHaveValue('');
  await user.type(field, '60{Enter}');
  await waitFor(() => expect(updates()).toEqual([{ rate_limit_per_minute: 60 }]));
});

test('what is being written is not taken away by the answer to what was written before', async () => {
  let rate: number | null = null;
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  sandbox.current.answers['settings_get'] = () => ({
    settings: { ...settings, rate_limit_per_minute: rate },
    about: Object.keys(settings).map(about),
  });
  sandbox.current.answers['settings_update'] = async () => {
    await answered;
    rate = 60;
    return { settings: { ...settings, rate_limit_per_minute: rate }, about: [] };
  };
  show();
  const user = userEvent.setup();
  const field = await screen.findByRole('textbox', { name: 'Rate limit' });
  await user.type(field, '60{Enter}');
  await user.type(field, 'x');
  answer();
  await user.type(field, '{Enter}');
  expect(await screen.findByText(/whole number/)).toBeVisible();
  expect(field).toHaveValue('60x');
  await user.type(field, '{Escape}');
  await waitFor(() => expect(field).toHaveValue('60'));
});

test('the search finds sections by what is in them', async () => {
  show();
  const user = userEvent.setup();
  const nav = await screen.findByRole('navigation', { name: 'Settings' });
  await user.type(within(nav).getByRole('searchbox'), 'jwks');
  expect(
    within(nav)
      .getAllByRole('link')
      .map((link) => link.textContent?.trim()),
  ).toEqual(['Keys']);
});

test('it is accessible', async () => {
  const { container } = show();
  await screen.findByRole('switch', { name: 'Userinfo endpoint' });
  const found = await axe.run(container, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`)).toEqual([]);
});
