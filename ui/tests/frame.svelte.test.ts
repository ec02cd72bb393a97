import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sandbox, testSandbox } from './sandbox';

// The frame is tested alone: what is in the panels is theirs to test.
vi.mock('../src/panels', async () => {
  const { default: Square } = await import('@lucide/svelte/icons/square');
  const panel = (id: string, title: string) => ({
    id,
    title,
    icon: Square,
    load: () => import('./TestPanel.svelte'),
    actions: {},
  });
  return {
    PANELS: [
      panel('home', 'Home'),
      panel('apps', 'Apps'),
      panel('people', 'People'),
      panel('traffic', 'Traffic'),
      panel('settings', 'Settings'),
    ],
  };
});

const { default: App } = await import('../src/app/App.svelte');
const { doable, unavailable } = await import('../src/app/actions');
const { ACTIONS } = await import('../src/rpc/generated/actions');
const shortcuts = await import('../src/app/shortcuts.svelte');
const { applyAppearance, motion, theme, zoom } = await import('../src/app/appearance.svelte');
const { startChanges, forgetAnswers } = await import('../src/rpc');
const { startRoute } = await import('../src/shared/state/route.svelte');
const { provideHost, host } = await import('../src/shared/state/host');
const { presenter } = await import('../src/shared/state/presenter.svelte');
const { question } = await import('../src/shared/state/confirm.svelte');
const { notices } = await import('../src/shared/state/notices.svelte');
const { open } = await import('../src/app/ui.svelte');

const NOW = '2026-05-22T12:34:56Z';
const STATUS = {
  version: '0.1.0',
  pid: 1,
  workspace: 'workspace_01M7Z7GNBP54F3MKA1C2T7RXZ1',
  data_dir: '/home/someone/demo',
  ephemeral: false,
  platform: 'http://127.0.0.1:9400',
  services: [],
  control: null,
  allowed_hosts: [],
  open_to_others: false,
  profile: 'loop',
  auto_approve: null,
  now: NOW,
  started: NOW,
  key: { place: 'file', state: 'available', message: null },
  counts: { apps: 1, people: 0, grants: 0, live_tokens: 0, journal: 0, exchanges: 0, world_bytes: 0, traffic_bytes: 0 },
  notices: [],
};
const CLOCK = { now: NOW, wall: NOW, ahead_ms: 0, paused: false, advancing: false, next_due: null };

const LINES = [
  { at: NOW, level: 'warn', target: 'connect_app', message: 'careful', fields: { port: 9400 } },
  { at: NOW, level: 'info', target: 'connect_app', message: 'ready', fields: {} },
];

let stops: (() => void)[] = [];
beforeEach(() => {
  sandbox.current = testSandbox();
  sandbox.current.answers = {
    sandbox_status: () => STATUS,
    clock_get: () => CLOCK,
    apps_list: () => ({ apps: [{ client_id: 'client_1', name: 'Demo Web App' }] }),
    people_list: () => ({ people: [{ user_id: 'user_1', name: 'Maya Lindqvist', description: '' }] }),
    traffic_list: () => ({ exchanges: [], total: 0 }),
    logs_list: () => ({ directory: '/home/someone/demo/logs', lines: LINES, more: false }),
    journal_list: () => ({ entries: [{ seq: 1, kind: 'session.started', wall: NOW, at: NOW }], total: 1 }),
    settings_get: () => ({ settings: {}, about: [] }),
    clock_pause: () => ({ ...CLOCK, paused: true }),
    clock_advance: () => ({ from: NOW, to: NOW, due: [], due_count: 2, cancelled: false }),
    workspace_clear: () => ({ done: true }),
    workspace_factory_reset: () => ({ done: true }),
  };
  forgetAnswers();
  Object.assign(open, { palette: false, shortcuts: false, advance: false, about: false, notices: false, logs: false });
  question.close();
  shortcuts.resetAllKeys();
  theme.reset();
  zoom.reset();
  motion.reset();
  provideHost({ ...host, copyText: (text) => sandbox.current.platform.copyText(text) });
  history.replaceState(null, '', '/');
  stops = [startChanges(), startRoute(), applyAppearance()];
});
afterEach(() => stops.forEach((stop) => stop()));

async function start() {
  const view = render(App);
  await screen.findByRole('button', { name: /Base URL http:\/\/127.0.0.1:9400/ });
  await screen.findByRole('heading', { level: 1 });
  return { view, user: userEvent.setup() };
}
const calls = (cmd: string) => sandbox.current.calls.filter((call) => call.cmd === cmd);
const palette = () => screen.queryByRole('dialog', { name: 'Command palette' });
const bound = (id: string) => ACTIONS.find((action) => action.id === id)?.shortcuts.linux[0] ?? '';
/** A registry's `Mod+Shift+L` as the test's keyboard writes it. */
function typed(keys: string): string {
  const parts = keys.replace('Mod', 'Control').split(/\+(?=.)/);
  const key = parts.pop() ?? '';
  const held = parts.map((part) => (part === 'Ctrl' ? 'Control' : part));
  const pressed = key.length === 1 ? key.toLowerCase().replace('[', '[[') : `{${key}}`;
  return `${held.map((part) => `{${part}>}`).join('')}${pressed}${held.map((part) => `{/${part}}`).join('')}`;
}

describe('the frame', () => {
  test('shows the world on every panel, and copies the base URL by a press', async () => {
    const { user } = await start();
    for (const name of ['Apps', 'People', 'Traffic', 'Settings', 'Home']) {
      await user.click(screen.getByRole('link', { name }));
      await screen.findByRole('heading', { level: 1, name });
      expect(screen.getByRole('link', { name })).toHaveAttribute('aria-current', 'page');
      const bar = screen.getByRole('banner', { name: 'World' });
      expect(bar).toHaveTextContent('http://127.0.0.1:9400');
      expect(bar).toHaveTextContent('loop profile');
      expect(bar).toHaveTextContent('demo workspace');
      expect(bar).toHaveTextContent(/Sandbox clock/);
    }
    await user.click(screen.getByRole('button', { name: /Base URL/ }));
    expect(sandbox.current.copied).toEqual(['http://127.0.0.1:9400']);
  });

  test('lets the clock tick between two answers of the sandbox', async () => {
    await start();
    const clock = screen.getByTitle('The sandbox clock');
    expect(clock).toHaveTextContent('12:34:5');
    await waitFor(() => expect(clock).toHaveTextContent(/12:34:5[78]/), { timeout: 4000 });
    expect(calls('clock_get')).toHaveLength(1);
  });

  test('says that the sandbox is gone, and that it is back', async () => {
    await start();
    expect(screen.getByText('Live')).toBeInTheDocument();
    sandbox.current.listener?.onConnection('offline');
    flushSync();
    expect(screen.getByText(/No connection to the sandbox/)).toBeInTheDocument();
    sandbox.current.listener?.onConnection('live');
    flushSync();
    expect(screen.getByText('Live')).toBeInTheDocument();
  });

  test('leads back to where a panel was, and to its beginning from within', async () => {
    const { user } = await start();
    location.hash = '#/apps/client_1?tab=code';
    await screen.findByText('client_1');
    await user.click(screen.getByRole('link', { name: 'People' }));
    await screen.findByRole('heading', { level: 1, name: 'People' });
    await user.click(screen.getByRole('link', { name: 'Apps' }));
    expect(await screen.findByText('client_1')).toBeInTheDocument();
    expect(location.hash).toBe('#/apps/client_1?tab=code');
    await user.click(screen.getByRole('link', { name: 'Apps' }));
    await waitFor(() => expect(location.hash).toBe('#/apps'));
  });

  test('takes an action’s keys before what has the focus does', async () => {
    const { user } = await start();
    const clock = screen.getByRole('button', { name: /Sandbox clock/ });
    clock.focus();
    await user.keyboard(typed(bound('simulator.next')));
    expect(clock).toHaveAttribute('aria-expanded', 'false');
    expect(notices.current?.text).toMatch(/^Next Step/);
    // Its own keys are its own.
    await user.keyboard('{Enter}');
    await waitFor(() => expect(clock).toHaveAttribute('aria-expanded', 'true'));
  });

  test('puts the cursor into the panel’s search', async () => {
    const { user } = await start();
    await user.keyboard(typed(bound('go.find')));
    expect(screen.getByRole('textbox', { name: 'Find in Home' })).toHaveFocus();
  });

  test('names a panel that is not there', async () => {
    await start();
    location.hash = '#/nowhere';
    expect(await screen.findByText('There is no such panel')).toBeInTheDocument();
  });

  test('is clean to axe', async () => {
    await start();
    const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
    expect(violations.map((found) => [found.id, found.nodes.map((node) => node.html)])).toEqual([]);
  });

  test('does what a native menu asks for', async () => {
    await start();
    sandbox.current.listener?.onAction?.('go.traffic');
    expect(await screen.findByRole('heading', { level: 1, name: 'Traffic' })).toBeInTheDocument();
    sandbox.current.listener?.onAction?.('no.such');
  });
});

describe('the command palette', () => {
  test('opens and closes on its keys, and gives the focus back', async () => {
    const { user } = await start();
    const link = screen.getByRole('link', { name: 'Apps' });
    link.focus();
    await user.keyboard(typed(bound('go.palette')));
    expect(palette()).toBeInTheDocument();
    await waitFor(() => expect(screen.getByRole('combobox')).toHaveFocus());
    await user.keyboard('{Escape}');
    await waitFor(() => expect(palette()).toBeNull());
    await waitFor(() => expect(link).toHaveFocus());
  });

  test('lists every action that can be done, and says why the rest can’t', async () => {
    const { user } = await start();
    await user.keyboard(typed(bound('go.palette')));
    for (const action of doable.filter((one) => one.id !== 'go.palette')) {
      const why = unavailable(action.id);
      const options = screen
        .getAllByRole('option')
        .filter((option) => option.textContent?.trim().startsWith(action.name));
      expect(options.length, action.name).toBeGreaterThan(0);
      if (why) expect(options[0]).toHaveAttribute('aria-disabled', 'true');
    }
    expect(screen.getByRole('option', { name: /^Quit/ })).toHaveTextContent('Only in the desktop window.');
  });

  test('finds by any words, moves by arrows, does with Enter', async () => {
    const { user } = await start();
    await user.keyboard(typed(bound('go.palette')));
    await user.keyboard('dark');
    const options = screen.getAllByRole('option');
    expect(options[0]).toHaveTextContent(/^Dark Theme/);
    expect(options[0]).toHaveAttribute('aria-selected', 'true');
    expect(screen.getByRole('combobox')).toHaveAttribute('aria-activedescendant', options[0]?.id);
    await user.keyboard('{Enter}');
    await waitFor(() => expect(document.documentElement.dataset['theme']).toBe('dark'));
    await waitFor(() => expect(palette()).toBeNull());
  });

  test('shows lately used actions first', async () => {
    const { user } = await start();
    await user.keyboard(typed(bound('go.palette')) + 'people{Enter}');
    await screen.findByRole('heading', { level: 1, name: 'People' });
    await user.keyboard(typed(bound('go.palette')));
    const lately = screen.getByRole('group', { name: 'Lately' });
    expect(within(lately).getAllByRole('option')[0]).toHaveTextContent(/^People/);
  });

  test('finds apps and personas', async () => {
    const { user } = await start();
    await user.keyboard(typed(bound('go.palette')));
    await screen.findByRole('option', { name: /Demo Web App/ });
    await user.keyboard('maya{Enter}');
    await waitFor(() => expect(location.hash).toBe('#/people/user_1'));
  });

  test('says that nothing was found', async () => {
    const { user } = await start();
    await user.keyboard(typed(bound('go.palette')) + 'zzzz');
    expect(screen.getByText(/Nothing is called “zzzz”/)).toBeInTheDocument();
    await user.keyboard('{Enter}');
    expect(palette()).toBeInTheDocument();
  });

  test('is clean to axe', async () => {
    const { user } = await start();
    await user.keyboard(typed(bound('go.palette')));
    const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
    expect(violations.map((found) => [found.id, found.nodes.map((node) => node.html)])).toEqual([]);
  });
});

describe('shortcuts', () => {
  test('press their action, also from within a field', async () => {
    const { user } = await start();
    await user.keyboard(typed(bound('go.apps')));
    await screen.findByRole('heading', { level: 1, name: 'Apps' });
    await user.keyboard(typed(bound('view.theme_next')));
    expect(theme.value).toBe('light');
    await user.keyboard(typed('Mod+='));
    expect(zoom.value).toBe(1.1);
    expect(parseFloat(document.documentElement.style.fontSize)).toBeCloseTo(17.6);
    await user.keyboard(typed(bound('view.zoom_reset')));
    expect(zoom.value).toBe(1);
  });

  test('can be changed, and keep a conflict in sight until it is taken', async () => {
    const { user } = await start();
    await user.keyboard('{F1}');
    const sheet = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
    await user.click(within(sheet).getByRole('button', { name: 'Change the keys of Pause Clock' }));
    const listen = within(sheet).getByRole('button', { name: 'Press the new keys for Pause Clock' });
    await waitFor(() => expect(listen).toHaveFocus());
    await user.keyboard('{Control>}w{/Control}');
    expect(sheet).toHaveTextContent('belongs to the browser');
    await user.keyboard('x');
    expect(sheet).toHaveTextContent('would be typed');
    await user.keyboard(typed(bound('go.apps')));
    expect(sheet).toHaveTextContent('They press “Apps” now.');
    await user.click(within(sheet).getByRole('button', { name: 'Take them' }));
    expect(shortcuts.keysOf('clock.pause')).toEqual(['Ctrl+2']);
    expect(shortcuts.keysOf('go.apps')).toEqual([]);
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog', { name: 'Keyboard shortcuts' })).toBeNull());
    await user.keyboard('{Control>}2{/Control}');
    await waitFor(() => expect(calls('clock_pause')).toHaveLength(1));
    expect(JSON.parse(localStorage.getItem('connect.pref.shortcuts') ?? '')).toMatchObject({ 'go.apps': [] });
  });

  test('can be taken away and given back', async () => {
    const { user } = await start();
    await user.keyboard('{F1}');
    const sheet = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
    await user.click(within(sheet).getByRole('button', { name: 'No keys for Apps' }));
    expect(shortcuts.keysOf('go.apps')).toEqual([]);
    await user.click(within(sheet).getByRole('button', { name: 'Reset the keys of Apps' }));
    expect(shortcuts.keysOf('go.apps')).toEqual(['Mod+2']);
  });

  test('of the registry have no conflict among themselves', () => {
    for (const action of ACTIONS)
      for (const keys of shortcuts.keysOf(action.id)) expect(shortcuts.conflicts(action.id, keys)).toEqual([]);
  });
});

describe('the clock', () => {
  test('is advanced from its menu, and says what fell due', async () => {
    const { user } = await start();
    await user.click(screen.getByRole('button', { name: /Sandbox clock/ }));
    await user.click(
      // Without layout a floating menu has no place, and so no name for the ear.
      await screen.findByText(/Advance an Hour/),
    );
    await waitFor(() => expect(calls('clock_advance')[0]?.payload).toEqual({ seconds: 3600 }));
    await waitFor(() => expect(notices.current?.text).toBe('The clock is 1 hour further. 2 things fell due.'));
  });

  test('is advanced by any time, within its limits', async () => {
    const { user } = await start();
    await user.keyboard(typed(bound('clock.advance')));
    const dialog = await screen.findByRole('dialog', { name: 'Advance the clock' });
    const by = within(dialog).getByRole('textbox', { name: 'By' });
    await user.clear(by);
    await user.type(by, '9999999');
    expect(dialog).toHaveTextContent('At most ten years.');
    await user.clear(by);
    await user.type(by, '1.5{Enter}');
    await waitFor(() => expect(calls('clock_advance')[0]?.payload).toEqual({ seconds: 5400 }));
  });
});

describe('beginning again', () => {
  test('clears after one question that names what stays', async () => {
    const { user } = await start();
    await user.keyboard(typed(bound('world.clear')));
    const dialog = await screen.findByRole('alertdialog', { name: 'Clear activity?' });
    expect(dialog).toHaveTextContent('Apps with their ids and secrets');
    await user.click(within(dialog).getByRole('button', { name: 'Clear activity' }));
    await waitFor(() => expect(calls('workspace_clear')).toHaveLength(1));
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
  });

  test('resets after two questions, the second in writing', async () => {
    const { user } = await start();
    await user.keyboard(typed(bound('go.palette')) + 'factory{Enter}');
    const first = await screen.findByRole('alertdialog', { name: 'Make the world anew?' });
    await user.click(within(first).getByRole('button', { name: 'Go on…' }));
    const second = await screen.findByRole('alertdialog', { name: 'Factory reset' });
    expect(calls('workspace_factory_reset')).toHaveLength(0);
    await user.type(within(second).getByRole('textbox'), 'factory reset{Enter}');
    await waitFor(() => expect(calls('workspace_factory_reset')[0]?.payload).toEqual({ confirm: 'factory reset' }));
  });

  test('does nothing when the question is refused', async () => {
    const { user } = await start();
    await user.keyboard(typed(bound('world.clear')));
    await screen.findByRole('alertdialog');
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
    expect(calls('workspace_clear')).toHaveLength(0);
    // It can be asked again.
    await user.keyboard(typed(bound('world.clear')));
    expect(await screen.findByRole('alertdialog')).toBeInTheDocument();
  });
});

describe('the logs', () => {
  test('are on one key: levels, words, copying; Escape goes back to where one was', async () => {
    const { user } = await start();
    screen.getByRole('link', { name: 'Apps' }).focus();
    await user.keyboard(typed(bound('help.logs')));
    const drawer = within(await screen.findByRole('region', { name: 'Logs' }));
    const find = drawer.getByRole('searchbox', { name: 'Find in the logs' });
    await waitFor(() => expect(find).toHaveFocus());
    const lines = drawer.getAllByRole('listitem').map((line) => line.textContent);
    expect(lines.at(-1)).toContain('careful');
    expect(lines.at(-1)).toContain('port=9400');
    await user.click(drawer.getByRole('button', { name: 'Copy these lines' }));
    expect(sandbox.current.copied.at(-1)).toBe(
      `${NOW} INFO  connect_app ready\n${NOW} WARN  connect_app careful port=9400`,
    );
    await user.click(drawer.getByRole('radio', { name: 'Errors' }));
    await user.type(find, 'disk');
    await waitFor(() =>
      expect(calls('logs_list').at(-1)?.payload).toEqual({ level: 'error', text: 'disk', limit: 200 }),
    );
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('region', { name: 'Logs' })).toBeNull());
    expect(screen.getByRole('link', { name: 'Apps' })).toHaveFocus();
  });

  test('say what to do when nothing is found, and why they can’t be read', async () => {
    sandbox.current.answers['logs_list'] = () => ({ directory: '/x', lines: [], more: false });
    const { user } = await start();
    await user.keyboard(typed(bound('help.logs')));
    await user.click(await screen.findByRole('button', { name: 'Show everything' }));
    expect(calls('logs_list').at(-1)?.payload).toMatchObject({ level: 'trace', text: null });
    expect(await screen.findByText('What the program logs appears here.')).toBeInTheDocument();
  });

  test('are clean to axe', async () => {
    const { user } = await start();
    await user.keyboard(typed(bound('help.logs')));
    await screen.findByText('careful');
    const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
    expect(violations.map((found) => [found.id, found.nodes.map((node) => node.html)])).toEqual([]);
  });
});

describe('presenter mode', () => {
  test('is on one key: it enlarges the type and says in plain words what just happened', async () => {
    const { user } = await start();
    await user.keyboard('{F9}');
    expect(presenter.on).toBe(true);
    expect(document.documentElement.style.fontSize).toBe('20px');
    expect(await screen.findByText('A person signed in.')).toBeInTheDocument();
    await user.keyboard('{F9}');
    expect(presenter.on).toBe(false);
    expect(screen.queryByText('A person signed in.')).toBeNull();
  });
});
