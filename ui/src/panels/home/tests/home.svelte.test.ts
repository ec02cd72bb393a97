import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sandbox, testSandbox } from '../../../../tests/sandbox';
import type { App, Notice, SandboxHealth, Status, TraceSummary } from '../../../rpc/generated/types';

const { default: Panel } = await import('../Home.svelte');
const { default: ConfirmHost } = await import('../../../shared/ui/ConfirmHost.svelte');
const { authorizeUrl, mistaken } = await import('../authorize');
const { forgetAnswers, startChanges } = await import('../../../rpc');
const { startRoute, go } = await import('../../../shared/state/route.svelte');
const { provideHost } = await import('../../../shared/state/host');
const { question } = await import('../../../shared/state/confirm.svelte');
const { presenter } = await import('../../../shared/state/presenter.svelte');

const AT = '2026-05-22T12:00:00Z';
const STATUS: Status = {
  version: '0.1.0',
  pid: 1,
  workspace: 'workspace_01M7Z7GNBP54F3MKA1C2T7RXZ1',
  data_dir: '/home/someone/demo',
  ephemeral: false,
  platform: 'http://127.0.0.1:9400',
  services: [
    { name: 'identity', url: 'http://127.0.0.1:9400' },
    { name: 'clinical', url: 'http://127.0.0.1:9400/clinical' },
  ],
  control: null,
  allowed_hosts: [],
  open_to_others: false,
  profile: 'loop',
  auto_approve: null,
  now: AT,
  started: AT,
  key: { place: 'file', state: 'available', message: null },
  counts: {
    apps: 2,
    service_clients: 0,
    people: 1,
    grants: 1,
    live_tokens: 2,
    journal: 30,
    exchanges: 3,
    world_bytes: 0,
    traffic_bytes: 0,
  },
  notices: [],
};
const HEALTH: SandboxHealth = {
  listeners: [
    {
      name: 'platform',
      carries: 'Every Loop service',
      address: 'http://127.0.0.1:9400',
      port: 9400,
      reach: 'other_machines',
      guard: 'Host is one of localhost and 127.0.0.1',
    },
    {
      name: 'control_socket',
      carries: 'Every command',
      address: '/home/someone/demo/control.sock',
      port: null,
      reach: 'owner',
      guard: "The file's permission",
    },
  ],
  key: STATUS.key,
  files: [{ name: 'world', path: '/home/someone/demo/world.db', bytes: 1_048_576 }],
  retention: {
    exchanges: 162_000,
    keep_exchanges: 200_000,
    bytes: 1024,
    keep_bytes: 1_048_576,
    oldest: AT,
    keep_days: 30,
    pinned: 2,
  },
  last_hour: { exchanges: 24, refusals: 6, findings: 5, failures: 0, since: '2026-05-22T11:40:00.000Z' },
  notices: [],
};
const app = (more: Partial<App>): App =>
  ({
    client_id: 'client_spa',
    name: 'Demo SPA',
    app_type: 'spa',
    client_type: 'public',
    redirect_uris: ['http://localhost:5173/callback'],
    scopes: ['openid', 'read:biomarkers', 'read:community'],
    enabled: true,
    baa_status: 'signed',
    seeded: true,
    ...more,
  }) as App;
const WEB = app({
  client_id: 'client_web',
  name: 'Demo Web App',
  app_type: 'web',
  redirect_uris: ['http://localhost:3000/callback'],
});
const TRACE: TraceSummary = {
  trace: 'trace_1',
  began: 'authorize',
  client_id: 'client_web',
  client_name: 'Demo Web App',
  user_id: 'user_1',
  user_name: 'Maya Lindqvist',
  started_at: AT,
  started_wall: AT,
  last_at: AT,
  last_wall: AT,
  steps: [
    { kind: 'authorize', words: 'authorize', count: 1, refused: false },
    { kind: 'consent', words: 'consent', count: 1, refused: false },
    { kind: 'api', words: 'API call refused', count: 1, refused: true },
  ],
  steps_cut: false,
  words: 'authorize → consent → API call refused',
  outcome: 'refused',
  outcome_words: 'refused: scope_granted',
  refused_by: 'scope_granted',
  exchanges: 3,
  refusals: 1,
  findings: 1,
  last_exchange: 3,
  last_entry: 9,
};

let opened: string[] = [];
let acted: string[] = [];
let stops: (() => void)[] = [];
beforeEach(() => {
  forgetAnswers();
  sandbox.current = testSandbox();
  sandbox.current.answers = {
    sandbox_status: () => STATUS,
    sandbox_health: () => HEALTH,
    people_list: () => ({ people: [{ user_id: 'user_1', name: 'Maya Lindqvist', email: 'maya@example.com' }] }),
    apps_list: () => ({
      apps: [app({}), WEB, app({ client_id: 'client_m2m', app_type: 'm2m', name: 'clinical service' })],
    }),
    apps_env: ({ client_id }: { client_id: string }) => ({
      text: `LOOP_CLIENT_ID="${client_id}"\nLOOP_CLIENT_SECRET="secret_real"\n`,
      variables: [
        { name: 'LOOP_CLIENT_ID', value: client_id, secret: false },
        { name: 'LOOP_CLIENT_SECRET', value: 'secret_real', secret: true },
      ],
    }),
    trace_list: () => ({ traces: [TRACE], next: null }),
  } as never;
  opened = [];
  acted = [];
  provideHost({
    copyText: (text: string) => sandbox.current.platform.copyText(text),
    openExternal: async (url: string) => void opened.push(url),
    saveFile: async () => null,
    pickFile: async () => null,
    act: async (id: string) => void acted.push(id),
  });
  go('#/home', { replace: true });
  stops = [startRoute(), startChanges()];
});
afterEach(() => {
  stops.forEach((stop) => stop());
  question.close();
});

const user = () => userEvent.setup();
const calls = (cmd: string) => sandbox.current.calls.filter((call) => call.cmd === cmd).map((call) => call.payload);
function open() {
  const shown = render(Panel, { props: { path: [] } });
  render(ConfirmHost);
  return shown;
}

describe('where the sandbox is', () => {
  test('stands large, and a press copies it; every service has its own', async () => {
    open();
    await user().click(await screen.findByRole('button', { name: 'Base URL http://127.0.0.1:9400. Copy' }));
    await user().click(screen.getByRole('button', { name: /^clinical/ }));
    expect(sandbox.current.copied).toEqual(['http://127.0.0.1:9400', 'http://127.0.0.1:9400/clinical']);
    expect(screen.getByRole('link', { name: /1 person/ })).toHaveAttribute('href', '#/people');
    expect(screen.getByRole('link', { name: /3 requests/ })).toHaveAttribute('href', '#/traffic');
  });

  test('says why when it can’t be read, with a way to try again', async () => {
    const { PlatformError } = await import('../../../platform/types');
    sandbox.current.answers['sandbox_status'] = () => {
      throw new PlatformError('offline', 'nothing answers');
    };
    open();
    expect(await screen.findByRole('alert')).toHaveTextContent('Nothing answers');
    expect(screen.getByRole('button', { name: 'Try again' })).toBeVisible();
  });
});

describe('.env', () => {
  test('is the demo web app’s, secrets masked in sight and whole in the copy', async () => {
    open();
    await screen.findByText(/LOOP_CLIENT_ID=client_web/);
    expect(document.body.textContent).not.toContain('secret_real');
    await user().click(screen.getByRole('button', { name: 'Copy .env' }));
    expect(sandbox.current.copied).toEqual(['LOOP_CLIENT_ID="client_web"\nLOOP_CLIENT_SECRET="secret_real"\n']);
  });

  test('is of another app when one is chosen, and of none for machines', async () => {
    open();
    const which = await screen.findByRole('combobox', { name: 'App' });
    expect(
      within(which)
        .getAllByRole('option')
        .map((option) => option.textContent),
    ).toEqual(['Demo Web App', 'Demo SPA']);
    await user().selectOptions(which, 'Demo SPA');
    expect(await screen.findByText(/LOOP_CLIENT_ID=client_spa/)).toBeVisible();
  });
});

describe('what to do next', () => {
  const choose = async (role: string) => user().click(await screen.findByRole('radio', { name: role }));

  test('leads into the simulator, to the code and to a new app', async () => {
    open();
    expect(await screen.findByRole('link', { name: 'Walk the flow' })).toHaveAttribute('href', '#/simulator/new');
    expect(screen.getByRole('link', { name: 'Code of Demo Web App' })).toHaveAttribute(
      'href',
      '#/apps/client_web?tab=code',
    );
    await user().click(screen.getByRole('button', { name: 'New app' }));
    expect(acted).toEqual(['apps.new']);
  });

  test('makes a mistake on purpose, and changes the profile', async () => {
    sandbox.current.answers['settings_update'] = () => ({});
    open();
    await choose('QA');
    await user().click(screen.getByRole('button', { name: 'Open a wrong link' }));
    expect(new URL(opened[0] ?? '').searchParams.get('redirect_uri')).toBe('http://localhost:3000/callbacks');
    await user().click(screen.getByRole('button', { name: 'Turn on strict' }));
    expect(calls('settings_update')).toEqual([{ profile: 'strict' }]);
  });

  test('opens why the last request was refused', async () => {
    sandbox.current.answers['traffic_list'] = () => ({ exchanges: [{ id: 'exchange_7' }], total: 1 });
    open();
    await choose('Support');
    await user().click(screen.getByRole('button', { name: 'Explain the last refusal' }));
    await waitFor(() => expect(location.hash).toBe('#/traffic/exchange_7?tab=why'));
  });

  test('sets the stage, and lets something happen', async () => {
    open();
    await choose('Demo');
    await user().click(screen.getByRole('button', { name: 'Clear activity' }));
    await user().click(screen.getByRole('button', { name: 'Presenter mode' }));
    expect(acted).toEqual(['world.clear', 'view.presenter']);
    expect(screen.getByRole('link', { name: 'Add a lab result' })).toHaveAttribute(
      'href',
      '#/people/user_1?add=result',
    );
  });

  test('remembers who one is', async () => {
    const first = open();
    await choose('QA');
    first.unmount();
    open();
    expect(await screen.findByRole('radio', { name: 'QA' })).toBeChecked();
  });
});

describe('what happened last', () => {
  test('leads to its requests, and to why it was refused', async () => {
    sandbox.current.answers['traffic_list'] = () => ({ exchanges: [{ id: 'exchange_3' }], total: 1 });
    open();
    const line = await screen.findByRole('link', { name: /Authorize.*consent.*API call refused/ });
    expect(line).toHaveAttribute('href', '#/traffic?q=trace%3Atrace_1');
    await user().click(screen.getByRole('button', { name: 'Why?' }));
    await waitFor(() => expect(location.hash).toBe('#/traffic/exchange_3?tab=why'));
    expect(calls('traffic_list')).toEqual([{ refused: true, limit: 1, trace: 'trace_1' }]);
  });

  test('of a fresh world is a first request to be copied', async () => {
    sandbox.current.answers['trace_list'] = () => ({ traces: [], next: null });
    open();
    expect(await screen.findByText('Nothing yet: the world is fresh')).toBeVisible();
    expect(screen.getByText('curl http://127.0.0.1:9400/.well-known/openid-configuration')).toBeVisible();
  });
});

describe('how the sandbox is', () => {
  test('is told with who may connect, meters, and the last hour', async () => {
    open();
    expect(await screen.findByText('other machines')).toBeVisible();
    expect(screen.getByText('you alone')).toBeVisible();
    expect(screen.getByRole('meter', { name: 'Requests' })).toHaveAttribute('aria-valuetext', '162,000 of 200,000');
    expect(screen.getByText('nearly full')).toBeVisible();
    expect(screen.getByRole('link', { name: '6 refused' })).toHaveAttribute(
      'href',
      '#/traffic?q=after%3A2026-05-22T11%3A40%3A00.000Z+is%3Arefused',
    );
    expect(screen.getByText(/The world takes 1.0 MiB\. Requests go after 30 days, but for the 2 pinned/)).toBeVisible();
  });

  test('names what should be mended, and mends it', async () => {
    const notice: Notice = {
      code: 'auto_approve',
      level: 'warn',
      message: 'Authorization requests are allowed without asking (auto-approve).',
      fix: { label: 'Ask people again', command: 'settings_update', payload: { auto_approve: null }, loses: false },
      outside: null,
    };
    sandbox.current.answers['sandbox_health'] = () => ({ ...HEALTH, notices: [notice] });
    sandbox.current.answers['settings_update'] = () => ({});
    open();
    await user().click(await screen.findByRole('button', { name: 'Ask people again' }));
    expect(calls('settings_update')).toEqual([{ auto_approve: null }]);
  });

  test('asks before something is lost', async () => {
    const notice: Notice = {
      code: 'key_absent',
      level: 'bad',
      message: 'The sealing key is gone.',
      fix: { label: 'Make a new key', command: 'keys_remake', payload: { confirm: true }, loses: true },
      outside: null,
    };
    sandbox.current.answers['sandbox_health'] = () => ({ ...HEALTH, notices: [notice] });
    sandbox.current.answers['keys_remake'] = () => ({});
    open();
    await user().click(await screen.findByRole('button', { name: 'Make a new key…' }));
    expect(calls('keys_remake')).toEqual([]);
    const asked = within(await screen.findByRole('alertdialog'));
    await user().click(asked.getByRole('button', { name: 'Make a new key' }));
    await waitFor(() => expect(calls('keys_remake')).toEqual([{ confirm: true }]));
  });
});

test('an address with a mistake differs in one letter', () => {
  expect(mistaken('http://localhost:3000/')).toBe('http://localhost:3000s');
  expect(authorizeUrl(STATUS, app({ scopes: ['read:community'] }))).toContain('scope=read%3Acommunity');
});

test('has nothing that axe complains of, in presenter mode too', async () => {
  presenter.set(true);
  const { container } = open();
  await screen.findByText(/LOOP_CLIENT_ID/);
  await screen.findByText('you alone');
  const found = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
  expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)).toEqual([]);
});
