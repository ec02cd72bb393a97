import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sandbox } from '../../../tests/sandbox';
import { fakeTraffic, type FakeTraffic } from './testing/fake';

const { startChanges } = await import('../../rpc');
const { Rows } = await import('./rows.svelte');

let fake: FakeTraffic;
let stops: (() => void)[] = [];

function open(count: number) {
  fake = fakeTraffic(count);
  sandbox.current = fake.sandbox;
  stops.push(startChanges());
  const rows = new Rows();
  stops.push(rows.start());
  flushSync();
  return rows;
}
/** Everything under way is done, pauses included. */
const settle = () => vi.advanceTimersByTimeAsync(1000);
const lists = () => fake.sandbox.calls.filter(({ cmd }) => cmd === 'traffic_list');

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  for (const stop of stops.reverse()) stop();
  stops = [];
  vi.useRealTimers();
});

describe('the rows of the list', () => {
  test('are the oldest first, the newest of them there with the first look', async () => {
    const rows = open(1000);
    await settle();
    expect(rows.total).toBe(1000);
    expect(lists()).toHaveLength(1);
    expect(rows.first?.start).toBe(940);
    expect(rows.first?.rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, i) => 941 + i));
    expect([rows.first?.version, rows.first?.revision]).toEqual([rows.version, rows.revision]);
    expect((await rows.load(0, 2)).map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test('grow with what is recorded', async () => {
    const rows = open(10);
    await settle();
    const version = rows.version;
    fake.record(5);
    await settle();
    expect([rows.total, rows.version]).toEqual([15, version]);
  });

  test('are looked at a few times a second, however fast the world changes', async () => {
    open(10);
    await settle();
    const before = lists().length;
    for (let at = 0; at < 50; at += 1) {
      fake.record(1);
      await vi.advanceTimersByTimeAsync(10);
    }
    await settle();
    expect(lists().length - before).toBeLessThan(8);
  });

  test('stand still while they are paused, and count what comes', async () => {
    const rows = open(10);
    await settle();
    rows.pause();
    fake.record(7);
    await settle();
    expect([rows.total, rows.waiting]).toEqual([10, 7]);
    expect((await rows.load(8, 5)).map(({ seq }) => seq)).toEqual([9, 10]);
    rows.resume();
    expect([rows.total, rows.waiting]).toEqual([17, 0]);
  });

  test('of another filter are other rows, at the moment of the pause when there is one', async () => {
    const rows = open(9);
    await settle();
    const version = rows.version;
    rows.filter('trace:trace_1');
    await settle();
    expect([rows.total, rows.all, rows.query]).toEqual([3, 9, 'trace:trace_1']);
    expect(rows.version).not.toBe(version);
    rows.pause();
    fake.record(9);
    await settle();
    rows.filter('');
    await settle();
    expect(rows.total).toBe(9);
  });

  test('keep their places when the oldest are removed, by filter too', async () => {
    const rows = open(300);
    await settle();
    fake.retain(290);
    await settle();
    expect([rows.total, rows.dropped]).toEqual([290, 10]);
    expect((await rows.load(0, 1))[0]?.seq).toBe(11);

    rows.filter('trace:trace_1');
    await settle();
    await rows.load(0, 50);
    const [total, dropped, version] = [rows.total, rows.dropped, rows.version];
    fake.retain(200);
    await settle();
    expect(rows.version).toBe(version);
    expect(total - rows.total).toBe(30);
    expect(rows.dropped - dropped).toBe(30);
  });

  test('begin anew when everything was cleared', async () => {
    const rows = open(10);
    await settle();
    const version = rows.version;
    fake.rows = [];
    fake.changed();
    await settle();
    expect(rows.total).toBe(0);
    expect(rows.version).not.toBe(version);
  });

  test('are found by their id, or not', async () => {
    const rows = open(10);
    await settle();
    expect(await rows.placeOf('exchange_4')).toBe(3);
    expect(await rows.placeOf('exchange_99')).toBeNull();
  });

  test('stay in sight when a look fails', async () => {
    const rows = open(10);
    await settle();
    const answer = fake.sandbox.answers['traffic_list'];
    fake.sandbox.answers['traffic_list'] = () => {
      throw Object.assign(new Error('gone'), { code: 'offline' });
    };
    fake.changed();
    await settle();
    expect(rows.error?.message).toBe('gone');
    expect(rows.total).toBe(10);
    if (answer) fake.sandbox.answers['traffic_list'] = answer;
    fake.record(1);
    await settle();
    expect([rows.error, rows.total]).toEqual([null, 11]);
  });
});
