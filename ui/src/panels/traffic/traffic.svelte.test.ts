import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sandbox } from '../../../tests/sandbox';
import { exchange, fakeTraffic, type FakeTraffic } from './testing/fake';

const { forgetAnswers, startChanges } = await import('../../rpc');
const { go, route } = await import('../../shared');
const { startRoute } = await import('../../shared/state/route.svelte');
const { Traffic } = await import('./traffic.svelte');

let fake: FakeTraffic;
let stops: (() => void)[] = [];

async function open(hash = '#/traffic', count = 30) {
  fake = fakeTraffic(count);
  sandbox.current = fake.sandbox;
  go(hash, { replace: true });
  stops.push(startRoute(), startChanges());
  let traffic!: InstanceType<typeof Traffic>;
  stops.push($effect.root(() => void (traffic = new Traffic(() => route.rest))));
  await settle();
  return traffic;
}
async function settle() {
  flushSync();
  await vi.advanceTimersByTimeAsync(1000);
  flushSync();
}
const calls = (cmd: string) => fake.sandbox.calls.filter((call) => call.cmd === cmd);
const one = { ranges: [], count: 1 };

beforeEach(() => {
  vi.useFakeTimers();
  forgetAnswers();
});
afterEach(() => {
  for (const stop of stops.reverse()) stop();
  stops = [];
  vi.useRealTimers();
});

describe('the panel', () => {
  test('opens the exchange that a link names, with its tab', async () => {
    const traffic = await open('#/traffic/exchange_7?tab=why');
    expect(traffic.selected).toBe('exchange_7');
    expect(traffic.opened.read?.detail.summary.seq).toBe(7);
    expect(traffic.tab).toBe('why');
    traffic.tab = 'raw';
    expect(traffic.tab).toBe('raw');
    expect(location.hash).toBe('#/traffic/exchange_7');
  });

  test('follows the current row while the pane is open, and not while it is closed', async () => {
    const traffic = await open();
    traffic.choose(exchange(3), one);
    expect(traffic.openId).toBeNull();
    traffic.open('exchange_3');
    await settle();
    traffic.choose(exchange(4), one);
    expect(traffic.openId).toBe('exchange_4');
    traffic.close();
    expect(location.hash).toBe('#/traffic');
  });

  test('puts a filter in force that is a link or is typed, and keeps it while exchanges are opened', async () => {
    const traffic = await open('#/traffic?q=trace%3Atrace_1');
    expect([traffic.rows.total, traffic.filter.draft]).toEqual([10, 'trace:trace_1']);
    expect(traffic.sentence).toBe('Exchanges with trace:trace_1');
    traffic.filter.type('trace:trace_2');
    expect(traffic.query).toBe('trace:trace_1');
    await settle();
    expect(location.hash).toBe('#/traffic?q=trace%3Atrace_2');
    traffic.open('exchange_2');
    await settle();
    expect(location.hash).toBe('#/traffic/exchange_2?q=trace%3Atrace_2');
    traffic.filter.apply('');
    await settle();
    expect([traffic.rows.total, traffic.openId]).toEqual([30, 'exchange_2']);
  });

  test('keeps the rows of the filter before when one can’t be read, and says what is wrong', async () => {
    const traffic = await open('#/traffic?q=trace%3Atrace_1');
    const before = calls('traffic_list').length;
    traffic.filter.type('wrong:x');
    await settle();
    expect(traffic.flaw?.message).toBe('There is no field `wrong`');
    expect(traffic.wrong?.end).toBe(5);
    expect([traffic.rows.total, calls('traffic_list').length]).toEqual([10, before]);
    traffic.filter.type('wrong:xy');
    expect(traffic.wrong).toBeNull();
  });

  test('pins at once, and takes it back when the sandbox would not', async () => {
    const traffic = await open();
    await traffic.pin(exchange(3));
    expect(traffic.isPinned(exchange(3))).toBe(true);
    expect(calls('traffic_pin')).toEqual([{ cmd: 'traffic_pin', payload: { exchange: 'exchange_3', pinned: true } }]);
    fake.sandbox.answers['traffic_pin'] = () => {
      throw Object.assign(new Error('no'), { code: 'not_found' });
    };
    await traffic.pin(exchange(4));
    expect(traffic.isPinned(exchange(4))).toBe(false);
  });

  test('compares two chosen rows, or one with the next', async () => {
    const traffic = await open();
    traffic.showsGrid({ chosenRows: async () => [exchange(2), exchange(5)], focus() {} });
    traffic.choose(exchange(5), { ranges: [], count: 2 });
    await traffic.compare();
    await settle();
    expect([traffic.openId, traffic.otherId]).toEqual(['exchange_2', 'exchange_5']);
    traffic.stopComparing();
    expect([traffic.openId, traffic.otherId]).toEqual(['exchange_2', null]);

    traffic.choose(exchange(6), one);
    await traffic.compare(exchange(6));
    expect(traffic.base?.id).toBe('exchange_6');
    await traffic.compare(exchange(8));
    await settle();
    expect([traffic.openId, traffic.otherId]).toEqual(['exchange_6', 'exchange_8']);
    expect(traffic.base).toBeNull();
  });

  test('shows a credential alone, by its place', async () => {
    const traffic = await open('#/traffic/exchange_7');
    const request = 'GET /v1/things HTTP/1.1\r\nAuthorization: Bearer lph_at_secret\r\n\r\n';
    fake.sandbox.answers['traffic_reveal'] = () => ({
      request_base64: btoa(request),
      response_base64: '',
      lost: 0,
    });
    expect(await traffic.reveal('request', 0)).toBe('lph_at_secret');
    await expect(traffic.reveal('request', 1)).rejects.toMatchObject({ message: /not kept/ });
    expect(calls('traffic_reveal')).toHaveLength(2);
  });

  test('says that an exchange is gone', async () => {
    const traffic = await open();
    fake.sandbox.answers['traffic_get'] = () => {
      throw Object.assign(new Error('gone'), { code: 'not_found' });
    };
    traffic.open('exchange_9');
    await settle();
    expect(traffic.opened.error?.code).toBe('not_found');
    expect(traffic.opened.read).toBeNull();
  });

  test('names an app in a filter by its name', async () => {
    const traffic = await open();
    expect(traffic.appTerm('client_1')).toBe('Demo Web App');
    expect(traffic.appTerm('client_gone')).toBe('client_gone');
  });
});
