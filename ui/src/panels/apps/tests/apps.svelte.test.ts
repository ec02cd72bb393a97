import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { flushSync } from 'svelte';
import { beforeEach, describe, expect, test } from 'vitest';
import { sandbox, testSandbox } from '../../../../tests/sandbox';
import type { App } from '../../../rpc';
import { app } from './samples';

const { default: Apps } = await import('../Apps.svelte');
const { credentials, disable, drafts, remove, rotate, setBaa } = await import('../apps.svelte');
const { forgetAnswers } = await import('../../../rpc');
const { host, provideHost } = await import('../../../shared/state/host');
const { question } = await import('../../../shared/state/confirm.svelte');
const { notices } = await import('../../../shared/state/notices.svelte');
const { presenter } = await import('../../../shared/state/presenter.svelte');
const { setSandboxTime } = await import('../../../shared/state/time.svelte');
const { startRoute } = await import('../../../shared/state/route.svelte');

const NOW = '2026-05-22T12:34:56Z';
const WEB = app();
const SPA = app({
  client_id: 'client_01M7Z9RCKN76BZ4KFAGZCYQ0CK',
  name: 'Demo SPA',
  app_type: 'spa',
  client_type: 'public',
  secrets: [],
});
const SERVICE = app({
  client_id: 'client_01M7Z9RCKQHXNS6W2CVCTGDJ1P',
  name: 'clinical service',
  app_type: 'm2m',
  service: 'clinical',
  enabled: false,
  scopes: ['admin:clinical'],
});
const scope = (name: string, service: string, more = {}) => ({
  name,
  service,
  gates: `what ${name} opens`,
  consent: `Consent to ${name}`,
  phi: false,
  standing: 'documented',
  phi_standing: 'assumed',
  machine_only: false,
  ...more,
});
const SCOPES = [
  scope('openid', 'identity'),
  scope('profile', 'identity'),
  scope('read:biomarkers', 'clinical', { phi: true, phi_standing: 'documented' }),
  scope('read:follows', 'follows', { standing: 'assumed' }),
  scope('admin:clinical', 'clinical', { machine_only: true }),
];

let apps: App[];

beforeEach(() => {
  startRoute();
  location.hash = '';
  forgetAnswers();
  drafts.discardRegistration();
  for (const { client_id } of [WEB, SPA, SERVICE]) drafts.forget(client_id);
  credentials.taken();
  question.close();
  setSandboxTime({ now: NOW, paused: true });
  apps = [SERVICE, WEB, SPA];
  sandbox.current = testSandbox();
  sandbox.current.answers = {
    apps_list: () => ({ apps }),
    apps_check: () => ({ accepted: true, flaws: [], remarks: [] }),
    apps_reveal: () => ({
      client_id: WEB.client_id,
      client_secret: 'secret_hidden',
      webhook_signing_secret: 'whsec_hidden',
    }),
    apps_env: () => ({ text: 'LOOP_CLIENT_SECRET=secret_hidden\n', variables: [] }),
    apps_create: ({ name, app_type }: { name: string; app_type: App['app_type'] }) => {
      const made = app({ client_id: 'client_01M7ZNEW000000000000000000', name, app_type });
      apps = [...apps, made];
      return {
        client_id: made.client_id,
        client_secret: 'secret_fresh',
        webhook_signing_secret: 'whsec_fresh',
        app: made,
      };
    },
    apps_update: (change: Partial<App>) => {
      apps = apps.map((one) => (one.client_id === change.client_id ? { ...one, ...change } : one));
      return apps.find(({ client_id }) => client_id === change.client_id);
    },
    apps_set_baa: () => WEB,
    apps_disable: () => WEB,
    apps_delete: () => ({ done: true }),
    apps_rotate_secret: () => ({
      client_id: WEB.client_id,
      client_secret: 'secret_rotated',
      old_secret_works_until: '2026-05-23T12:34:56Z',
    }),
    scopes_list: () => ({ scopes: SCOPES }),
    grants_list: () => ({ grants: [] }),
    people_list: () => ({ people: [] }),
    traffic_list: () => ({ exchanges: [], total: 0 }),
    sandbox_status: () => ({ platform: 'http://127.0.0.1:9400', services: [], notices: [] }),
  };
  provideHost({
    ...host,
    copyText: async (text) => void sandbox.current.copied.push(text),
  });
});

/** Opens the panel at an address, as the frame does. */
function open(...path: string[]) {
  location.hash = `#/${['apps', ...path].join('/')}`;
  window.dispatchEvent(new HashChangeEvent('hashchange'));
  return render(Apps, { path: path.map((part) => part.split('?')[0] as string) });
}
const calls = (cmd: string) => sandbox.current.calls.filter((call) => call.cmd === cmd).map(({ payload }) => payload);
async function clean() {
  const { violations } = await axe.run(document.body, {
    rules: {
      'color-contrast': { enabled: false },
      region: { enabled: false },
      'page-has-heading-one': { enabled: false },
    },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

describe('the list', () => {
  test('shows apps of people first, and the platform’s own last', async () => {
    open();
    const rows = await screen.findAllByRole('link', { name: /Demo|service/ });
    expect(rows.map((row) => row.textContent)).toEqual(['Demo Web App', 'Demo SPA', 'clinical service']);
    expect(
      within(screen.getByRole('row', { name: /clinical service/ })).getAllByText('disabled').length,
    ).toBeGreaterThan(0);
    await clean();
  });

  test('narrows down by words, and says how to see all again', async () => {
    const user = userEvent.setup();
    open();
    await user.type(await screen.findByRole('searchbox', { name: 'Find an app' }), 'spa');
    expect(screen.getAllByRole('link', { name: /Demo/ })).toHaveLength(1);
    await user.type(screen.getByRole('searchbox', { name: 'Find an app' }), ' nothing');
    await user.click(screen.getByRole('button', { name: 'Show all apps' }));
    expect(screen.getAllByRole('link', { name: /Demo|service/ })).toHaveLength(3);
  });

  test('is gone through by arrow keys and left by Escape', async () => {
    const user = userEvent.setup();
    const { rerender } = open(WEB.client_id);
    const link = await screen.findByRole('link', { name: 'Demo Web App' });
    link.focus();
    await user.keyboard('{ArrowDown}');
    expect(location.hash).toBe(`#/apps/${SPA.client_id}`);
    await rerender({ path: [SPA.client_id] });
    expect(screen.getByRole('link', { name: 'Demo SPA' })).toHaveFocus();
    await user.keyboard('{Escape}');
    expect(location.hash).toBe('#/apps');
  });

  test('says so when the address names no app', async () => {
    open('client_nope');
    expect(await screen.findByText('There is no such app')).toBeInTheDocument();
  });
});

describe('registration', () => {
  async function fill(user: ReturnType<typeof userEvent.setup>) {
    const opened = open('new');
    await user.type(screen.getByRole('textbox', { name: 'Name' }), 'Acme');
    await user.type(screen.getByRole('textbox', { name: 'Redirect URI' }), 'https://a.example/cb');
    await user.click(await screen.findByRole('button', { name: 'As in the guide' }));
    return opened;
  }

  test('says what is wrong while it is typed, at its field, with what governs it', async () => {
    sandbox.current.answers['apps_check'] = ({ redirect_uris }: { redirect_uris: string[] }) => ({
      accepted: false,
      remarks: [],
      flaws: redirect_uris.some((uri) => uri.includes('#'))
        ? [
            {
              field: 'redirect_uris[0]',
              message: 'remove the fragment',
              standing: 'documented',
              clause: '/connect/security',
            },
          ]
        : [],
    });
    const user = userEvent.setup();
    open('new');
    const field = screen.getByRole('textbox', { name: 'Redirect URI' });
    await user.type(field, 'https://a.example/cb#x');
    await waitFor(() => expect(field).toBeInvalid());
    expect(field).toHaveAccessibleDescription(/Remove the fragment.*documented.*\/connect\/security/);
    expect(calls('apps_create')).toEqual([]);
  });

  test('shows the credentials once, and no stray press loses them', async () => {
    const user = userEvent.setup();
    await fill(user);
    await clean();
    await user.click(screen.getByRole('button', { name: 'Register app' }));
    const dialog = await screen.findByRole('dialog', { name: 'Acme is registered' });
    expect(calls('apps_create')).toMatchObject([
      {
        name: 'Acme',
        app_type: 'web',
        redirect_uris: ['https://a.example/cb'],
        scopes: ['openid', 'profile', 'read:biomarkers'],
      },
    ]);
    expect(within(dialog).getByText('secret_fresh')).toBeInTheDocument();
    await user.keyboard('{Escape}');
    expect(screen.getByText('whsec_fresh')).toBeInTheDocument();
    await clean();
    await user.click(screen.getByRole('button', { name: 'Copy .env' }));
    await waitFor(() => expect(sandbox.current.copied).toEqual(['LOOP_CLIENT_SECRET=secret_hidden\n']));
    await user.click(screen.getByRole('button', { name: 'I have them' }));
    await waitFor(() => expect(screen.queryByText('secret_fresh')).toBeNull());
    expect(location.hash).toBe('#/apps/client_01M7ZNEW000000000000000000');
    expect(drafts.registration.dirty).toBe(false);
  });

  test('comes back with what was typed, and with credentials that nobody has taken', async () => {
    const user = userEvent.setup();
    (await fill(user)).unmount();
    const opened = open('new');
    expect(screen.getByRole('textbox', { name: 'Name' })).toHaveValue('Acme');
    await user.click(screen.getByRole('button', { name: 'Register app' }));
    await screen.findByRole('dialog');
    opened.unmount();
    open();
    expect(await screen.findByText('secret_fresh')).toBeInTheDocument();
  });

  test('is not sent with a broken rule: the cursor goes to the first', async () => {
    sandbox.current.answers['apps_check'] = () => ({
      accepted: false,
      remarks: [],
      flaws: [
        { field: 'name', message: '1 to 255 characters are needed, 0 were given', standing: 'documented', clause: 'x' },
      ],
    });
    const user = userEvent.setup();
    open('new');
    await user.click(screen.getByRole('button', { name: 'Register app' }));
    await waitFor(() => expect(screen.getByRole('textbox', { name: 'Name' })).toHaveFocus());
    expect(screen.getByRole('textbox', { name: 'Name' })).toBeInvalid();
    expect(calls('apps_create')).toEqual([]);
  });

  test('asks a machine for admin scopes and for no redirect URI', async () => {
    const user = userEvent.setup();
    open('new');
    await user.click(screen.getByRole('radio', { name: /Machine to machine/ }));
    expect(screen.queryByRole('textbox', { name: 'Redirect URI' })).toBeNull();
    expect(await screen.findByRole('checkbox', { name: /admin:clinical/ })).toBeInTheDocument();
    expect(screen.queryByRole('checkbox', { name: /openid/ })).toBeNull();
  });

  test('takes pasted lines as rows', async () => {
    const user = userEvent.setup();
    open('new');
    await user.click(screen.getByRole('textbox', { name: 'Redirect URI' }));
    await user.paste('https://a.example/cb\nhttp://localhost:3000/cb');
    expect(screen.getByRole('textbox', { name: 'Redirect URI 2 of 2' })).toHaveValue('http://localhost:3000/cb');
  });
});

describe('an app', () => {
  test('keeps its secrets to itself until they are asked for', async () => {
    const user = userEvent.setup();
    open(WEB.client_id);
    await user.click(await screen.findByRole('button', { name: 'Show Client secret' }));
    expect(await screen.findByText('secret_hidden')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Show Webhook signing secret' }));
    expect(await screen.findByText('whsec_hidden')).toBeInTheDocument();
    expect(screen.queryByText('secret_hidden')).toBeNull();
    flushSync(() => presenter.set(true));
    expect(screen.queryByText('whsec_hidden')).toBeNull();
    await clean();
  });

  test('shows both secrets of a rotation, and until when the old one works', async () => {
    apps = [
      app({
        old_secret_works_until: '2026-05-23T11:34:56Z',
        secrets: [
          { issued_at: '2026-05-22T11:34:56Z', expires_at: null },
          { issued_at: '2026-05-01T00:00:00Z', expires_at: '2026-05-23T11:34:56Z' },
        ],
      }),
    ];
    open(WEB.client_id);
    expect(await screen.findByText('for 23:00:00')).toBeInTheDocument();
    const table = screen.getByRole('table', { name: /Secrets of/ });
    expect(within(table).getByText('current')).toBeInTheDocument();
    expect(within(table).getByText('2026-05-23 11:34:56 UTC')).toBeInTheDocument();
  });

  test('is edited in place: only the change is sent, and it can be undone', async () => {
    const user = userEvent.setup();
    open(`${WEB.client_id}?tab=settings`);
    const name = await screen.findByRole('textbox', { name: 'Name' });
    await user.type(name, '!');
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    expect(name).toHaveValue('Demo Web App');
    expect(screen.queryByRole('button', { name: 'Save' })).toBeNull();
    await user.type(name, ' 2');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(calls('apps_update')).toEqual([{ client_id: WEB.client_id, name: 'Demo Web App 2' }]));
    expect(calls('apps_check').at(-1)).toEqual({ client_id: WEB.client_id, name: 'Demo Web App 2' });
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Save' })).toBeNull());
    expect(screen.getByRole('heading', { name: 'Demo Web App 2' })).toBeInTheDocument();
    expect(notices.current?.text).toBe('Demo Web App 2 is saved.');
    await clean();
  });

  test('marks PHI and standing of every scope', async () => {
    const user = userEvent.setup();
    open(`${WEB.client_id}?tab=scopes`);
    const row = (await screen.findByRole('checkbox', { name: /read:biomarkers/ })).closest('label') as HTMLElement;
    expect(within(row).getByText('PHI')).toBeInTheDocument();
    expect(within(row).getByText(/^documented/)).toBeInTheDocument();
    await user.click(screen.getByRole('checkbox', { name: /read:follows/ }));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(calls('apps_update')).toEqual([
        { client_id: WEB.client_id, scopes: ['openid', 'read:biomarkers', 'read:follows'] },
      ]),
    );
  });

  test('applies for a BAA and is approved', async () => {
    const user = userEvent.setup();
    open(WEB.client_id);
    await user.click(await screen.findByRole('button', { name: 'Apply' }));
    expect(calls('apps_set_baa')).toEqual([{ client_id: WEB.client_id, baa_status: 'applied' }]);
    await setBaa(app({ baa_status: 'applied' }), 'signed');
    expect(calls('apps_set_baa').at(-1)).toEqual({ client_id: WEB.client_id, baa_status: 'signed' });
    expect(notices.current?.text).toMatch(/signed BAA/);
  });
});

describe('what can’t be taken back', () => {
  test('a rotation asks, then shows the new secret with the end of the old one', async () => {
    const rotating = rotate(WEB);
    expect(question.asked?.happens?.[0]).toMatch(/24 hours/);
    await question.asked?.run?.();
    question.asked?.answer(true);
    await rotating;
    expect(credentials.issued).toMatchObject({
      client_secret: 'secret_rotated',
      old_works_until: '2026-05-23T12:34:56Z',
    });
  });

  test('a refused rotation shows nothing', async () => {
    const rotating = rotate(WEB);
    question.asked?.answer(false);
    await rotating;
    expect(credentials.issued).toBeNull();
  });

  test('disabling and deleting say what is alive', async () => {
    const used = app({ usage: { grants: 2, live_tokens: 1, last_used_at: NOW }, seeded: true });
    const disabling = disable(used);
    expect(question.asked?.description).toMatch(/2 people have connected it, 1 token is alive/);
    question.asked?.answer(false);
    await disabling;
    expect(calls('apps_disable')).toEqual([]);

    const removing = remove(used);
    expect(question.asked?.happens?.join()).toMatch(/2 people have connected it/);
    // A demo app is deleted by nobody in passing.
    expect(question.asked?.typed).toBe('Demo Web App');
    await question.asked?.run?.();
    question.asked?.answer(true);
    await removing;
    expect(calls('apps_delete')).toEqual([{ client_id: WEB.client_id }]);
    expect(location.hash).toBe('#/apps');
  });
});
