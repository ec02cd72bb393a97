import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sandbox } from '../../../tests/sandbox';
import { exchange, fakeTraffic, type FakeTraffic } from './testing/fake';
import PanelAt from './testing/PanelAt.svelte';

// The reader needs a layout, which the test page has not: the plain block stays.
vi.mock('../../wire/editor', () => {
  throw new Error('no layout here');
});
const { forgetAnswers, startChanges } = await import('../../rpc');
const { go, host } = await import('../../shared');
const { startRoute } = await import('../../shared/state/route.svelte');
const { presenter } = await import('../../shared/state/presenter.svelte');

const REFUSAL = {
  check: 'redirect_uri_registered',
  code: 'invalid_request',
  description: 'redirect_uri is not registered for this client',
  expected: 'http://localhost:3000/callback',
  received: 'http://localhost:3000/calback',
  difference: { same_start: 25, same_end: 4 },
  clause: '/connect/security',
  standing: 'documented',
  fix: 'Register this one, or send `a registered one`.',
  remedy: {
    command: 'apps_update',
    payload: { client_id: 'client_1', redirect_uris: ['http://localhost:3000/calback'] },
    label: 'Register this redirect URI for Demo Web App',
  },
};

let fake: FakeTraffic;
let stops: (() => void)[] = [];
let app: Record<string, unknown>;
const user = userEvent.setup();

beforeEach(() => {
  forgetAnswers();
  app = { client_id: 'client_1', name: 'Demo Web App', redirect_uris: ['http://localhost:3000/callback'] };
});
afterEach(() => {
  for (const stop of stops.reverse()) stop();
  stops = [];
});

async function open(hash = '#/traffic', count = 5) {
  fake = fakeTraffic(count);
  sandbox.current = fake.sandbox;
  Object.assign(fake.sandbox.answers, {
    apps_get: () => ({ ...app }),
    apps_update: (payload: object) => (app = { ...app, ...payload }),
    trace_get: ({ trace }: { trace: string }) => ({
      trace,
      entries: [
        {
          seq: 1,
          at: '2026-01-01T00:00:01.001Z',
          kind: 'code.issued',
          subject: 'cred_1',
          exchange: 'exchange_1',
          actor_type: 'user',
          detail: { scope: 'openid' },
        },
      ],
      exchanges: fake.rows.filter((row) => row.trace === trace),
      caused_by: ['trace_01M7Z9SZTCPPWH98HVBAGDAZN4'],
      led_to: [],
      truncated: false,
    }),
  });
  host.copyText = fake.sandbox.platform.copyText;
  go(hash, { replace: true });
  stops.push(startRoute(), startChanges());
  render(PanelAt);
  await screen.findByRole('region', { name: 'Traffic' });
}
const grid = () => screen.findByRole('grid', { name: 'Exchanges' });
const tab = async (name: string | RegExp) => user.click(await screen.findByRole('tab', { name }));
async function clean() {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

describe('the list', () => {
  test('shows what was sent, and that nothing was', async () => {
    await open('#/traffic', 0);
    expect(await screen.findByText('No requests yet')).toBeVisible();
    expect(screen.getByText(/curl http:\/\/127.0.0.1:9400/)).toBeVisible();
    fake.record(2);
    expect(await screen.findByText('/v1/things/2')).toBeVisible();
    expect(screen.getByText('2 exchanges')).toBeVisible();
    await clean();
  });

  test('opens an exchange by keys, and closes it by Escape', async () => {
    await open();
    (await grid()).focus();
    await user.keyboard('{ArrowUp}{Enter}');
    expect(await screen.findByRole('tab', { name: 'Overview' })).toBeVisible();
    await waitFor(() => expect(location.hash).toMatch(/^#\/traffic\/exchange_\d$/));
    (await grid()).focus();
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('tab', { name: 'Overview' })).toBeNull();
  });

  test('stands still while it is paused, and says how many came', async () => {
    await open();
    await grid();
    await user.click(screen.getByRole('button', { name: 'Pause' }));
    fake.record(3);
    expect(await screen.findByText(/Paused, 3 came since/)).toBeVisible();
    expect(screen.getByText('5 exchanges')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Resume' }));
    expect(await screen.findByText('8 exchanges')).toBeVisible();
  });

  test('pins by a key', async () => {
    await open();
    (await grid()).focus();
    await user.keyboard('{ArrowUp}p');
    const after = fake.sandbox.calls.slice(fake.sandbox.calls.findIndex(({ cmd }) => cmd === 'traffic_pin') + 1);
    expect(after.some(({ cmd }) => cmd === 'traffic_list')).toBe(true);
  });
});

describe('the filter', () => {
  test('is listed before it is asked what it means', async () => {
    await open();
    const field = await screen.findByRole('combobox', { name: 'Filter' });
    await waitFor(() => expect(fake.sandbox.calls.some(({ cmd }) => cmd === 'traffic_filters')).toBe(true));
    const before = fake.sandbox.calls.length;
    await user.type(field, 'trace:trace_1{Enter}');
    expect(await screen.findByText('Exchanges with trace:trace_1')).toBeVisible();
    const asked = fake.sandbox.calls.slice(before).filter(({ cmd }) => cmd.startsWith('traffic_'));
    expect(asked.map(({ cmd }) => cmd).filter((cmd, at, all) => all.indexOf(cmd) === at)).toEqual([
      'traffic_list',
      'traffic_filters',
    ]);
  });

  test('is completed by keys, and says what it shows', async () => {
    await open();
    const field = await screen.findByRole('combobox', { name: 'Filter' });
    await user.click(field);
    await user.keyboard('is');
    expect(await screen.findByRole('option', { name: /^is:/ })).toBeVisible();
    await user.keyboard('{Tab}');
    expect(await screen.findByRole('option', { name: /refused/ })).toBeVisible();
    await user.keyboard('{ArrowDown}{Enter}');
    expect(field).toHaveValue('is:refused ');
    expect(await screen.findByText('Exchanges with is:refused')).toBeVisible();
    expect(await screen.findByText('Nothing fits the filter')).toBeVisible();
    await clean();
    await user.click(screen.getAllByRole('button', { name: 'Clear the filter' })[1] as HTMLElement);
    expect(await screen.findByText('5 exchanges')).toBeVisible();
  });

  test('says what is wrong, and keeps the rows', async () => {
    await open();
    await user.type(await screen.findByRole('combobox', { name: 'Filter' }), 'wrong:x');
    expect(await screen.findByText(/There is no field/)).toBeVisible();
    expect(screen.getByRole('combobox', { name: 'Filter' })).toHaveAttribute('aria-invalid', 'true');
    expect(screen.getByText('5 exchanges')).toBeVisible();
  });

  test('has chips to press, and is saved under a name', async () => {
    await open();
    const chip = await screen.findByRole('button', { name: 'Refused' });
    await user.click(chip);
    expect(chip).toHaveAttribute('aria-pressed', 'true');
    await screen.findByText('Exchanges with is:refused');
    screen.getByRole('button', { name: 'Saved filters' }).focus();
    await user.keyboard('{Enter}');
    await user.click(await screen.findByText('Save this filter…'));
    const dialog = within(await screen.findByRole('dialog'));
    await user.clear(dialog.getByLabelText('Name'));
    await user.type(dialog.getByLabelText('Name'), 'All refusals{Enter}');
    expect(JSON.parse(localStorage.getItem('connect.pref.traffic.filters') ?? '')).toEqual([
      { name: 'All refusals', text: 'is:refused' },
    ]);
  });
});

describe('an exchange', () => {
  test('shows each of its sides, credentials masked until asked for', async () => {
    await open('#/traffic/exchange_2');
    await tab('Request');
    const name = await screen.findByRole('link', { name: /access token/ });
    expect(name).toHaveAttribute('href', '#/traffic?q=%221a2b3c4d%22');
    fake.sandbox.answers['traffic_reveal'] = () => ({
      request_base64: btoa('GET /v1/things HTTP/1.1\r\nAuthorization: Bearer lph_at_value\r\n\r\n'),
      response_base64: '',
      lost: 0,
    });
    await user.click(screen.getByRole('button', { name: 'Show the access token' }));
    expect(await screen.findByText('lph_at_value')).toBeVisible();
    presenter.set(true);
    await waitFor(() => expect(screen.queryByText('lph_at_value')).toBeNull());
    presenter.set(false);
    await tab('Response');
    expect(await screen.findByText('Body of the response')).toBeVisible();
    expect(screen.getByText(/"a": 1/)).toBeVisible();
    await clean();
  });

  test('is explained, mended and taken back', async () => {
    await open('#/traffic/exchange_2?tab=why');
    fake.sandbox.answers['traffic_explain'] = () => ({
      summary: exchange(3, { refused_by: REFUSAL.check, status: 400 }),
      verdict: '',
      passed: ['host_known', 'client_known'],
      refusal: REFUSAL,
      findings: [{ name: 'nonce_missing', message: 'No `nonce`.', clause: { source: 'x', standing: 'documented' } }],
      facts: [{ name: 'challenge_computed', value: 'abc' }],
      entries: [],
    });
    go('#/traffic/exchange_3?tab=why', { replace: true });
    expect(await screen.findByText('redirect_uri is not registered for this client')).toBeVisible();
    expect(screen.getByText('client_known')).toBeVisible();
    expect(screen.getByText('failed here')).toBeVisible();
    await clean();
    await user.click(screen.getByRole('button', { name: REFUSAL.remedy.label }));
    expect(await screen.findByText('Fixed')).toBeVisible();
    expect(screen.getByText('+ http://localhost:3000/calback')).toBeVisible();
    // What came before the fix is no other try.
    expect(screen.getByText(/^Now send the request again/)).toBeVisible();
    expect(app['redirect_uris']).toHaveLength(2);
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(app['redirect_uris']).toHaveLength(1));
    expect(await screen.findByText('Taken back.')).toBeVisible();
  });

  test('has its trace as a thread, and follows the ones it is linked with', async () => {
    await open('#/traffic/exchange_1?tab=trace');
    expect(await screen.findByText('Code issued')).toBeVisible();
    await user.click(screen.getByRole('button', { name: /trace_…AGDAZN4|trace_…GDAZN4/ }));
    expect(await screen.findByText(/^Following/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Back' }));
    await waitFor(() => expect(screen.queryByText(/^Following/)).toBeNull());
  });

  test('is compared with another', async () => {
    await open('#/traffic/exchange_1?with=exchange_2');
    expect(await screen.findByRole('heading', { name: 'Two exchanges' })).toBeVisible();
    const table = within(await screen.findByRole('region', { name: 'Differences' }));
    expect(table.getByRole('rowheader', { name: 'path' })).toBeVisible();
    await clean();
    await user.click(screen.getByRole('button', { name: 'Stop comparing' }));
    expect(await screen.findByRole('tab', { name: 'Overview' })).toBeVisible();
  });

  test('is written to a file, credentials left out unless they are asked for', async () => {
    await open();
    await grid();
    const asked: unknown[] = [];
    fake.sandbox.answers['traffic_export'] = (payload: unknown) => {
      asked.push(payload);
      return { har: {}, file_name: 'a.har', exchanges: 5, left_out: 0, redacted: [], lost: 0 };
    };
    host.saveFile = async ({ name }) => name;
    await user.click(screen.getByRole('button', { name: 'Export…' }));
    await clean();
    await user.click(await screen.findByRole('button', { name: 'Save…' }));
    await waitFor(() => expect(asked).toEqual([{ format: 'har', with_credentials: false }]));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  test('goes into a file alone or with its trace', async () => {
    await open('#/traffic/exchange_3');
    await screen.findByRole('tab', { name: 'Overview' });
    const asked: unknown[] = [];
    fake.sandbox.answers['traffic_export'] = (payload: unknown) => {
      asked.push(payload);
      return { har: {}, file_name: 'a.har', exchanges: 1, left_out: 0, redacted: [], lost: 0 };
    };
    host.saveFile = async () => null;
    await user.click(screen.getByRole('button', { name: 'Export…' }));
    expect(await screen.findByRole('radio', { name: 'Its trace' })).toBeChecked();
    await waitFor(() => expect(screen.getByRole('radio', { name: 'Its trace' })).toHaveFocus());
    await user.click(screen.getByRole('button', { name: 'Save…' }));
    await waitFor(() => expect(asked).toHaveLength(1));
    await user.click(screen.getByRole('radio', { name: 'This one' }));
    await user.click(screen.getByRole('button', { name: 'Save…' }));
    await waitFor(() =>
      expect(asked).toEqual([
        { query: `trace:${fake.rows[2]?.trace}`, format: 'har', with_credentials: false },
        { exchanges: ['exchange_3'], format: 'har', with_credentials: false },
      ]),
    );
  });

  test('that is gone says so', async () => {
    await open('#/traffic/exchange_1');
    fake.sandbox.answers['traffic_get'] = () => {
      throw Object.assign(new Error('gone'), { code: 'not_found' });
    };
    go('#/traffic/exchange_nowhere', { replace: true });
    expect(await screen.findByText('This exchange is gone')).toBeVisible();
  });
});
