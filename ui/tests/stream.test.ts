import { describe, expect, test, vi } from 'vitest';
import { asError, checkedUrl } from '../src/platform/browser';
import { fromBase64, toBase64 } from '../src/platform/desktop';
import { hearChanges, lineReader, parseBatch, pauseBefore } from '../src/platform/stream';
import { takeToken } from '../src/platform/token';
import type { ChangeBatch, Connection } from '../src/platform/types';

function streamOf(...pieces: string[]): Response {
  return new Response(
    new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
        controller.close();
      },
    }),
  );
}

/** Hears what a list of answers gives, until they are used up. */
async function hear(answers: (() => Promise<Response>)[]) {
  const batches: ChangeBatch[] = [];
  const connections: Connection[] = [];
  const pauses: number[] = [];
  let left = answers.length;
  await new Promise<void>((resolve) => {
    const stop = hearChanges(
      {
        open: () => {
          const answer = answers[answers.length - left];
          left -= 1;
          if (answer) return answer();
          stop();
          resolve();
          return Promise.reject(new Error('no more'));
        },
        wait: (ms, signal) => {
          // The wait for a silent stream is not a pause between two.
          if (ms === 1000) return new Promise((done) => signal.addEventListener('abort', () => done()));
          pauses.push(ms);
          return Promise.resolve();
        },
      },
      {
        onBatch: (batch) => batches.push(batch),
        onConnection: (connection) => {
          connections.push(connection);
          if (connection === 'unauthorized') resolve();
        },
      },
    );
  });
  return { batches, connections, pauses };
}

describe('the stream of changes', () => {
  test('joins lines that arrive in pieces', () => {
    const lines: string[] = [];
    const feed = lineReader((line) => lines.push(line));
    feed('{"a"');
    feed(':1}\n{"b":2}\n\n{"c"');
    feed(':3}\n');
    expect(lines).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
  });

  test('tells batches, says when it broke, and that something was missed when it is back', async () => {
    const { batches, connections } = await hear([
      async () => streamOf('{"topics":["apps"]', ',"journal":4}\n'),
      async () => streamOf('{"topics":["clock"]}\n'),
    ]);
    expect(connections.slice(0, 5)).toEqual(['connecting', 'live', 'offline', 'live', 'offline']);
    expect(batches).toEqual([{ topics: ['apps'], journal: 4 }, { topics: [], missed: true }, { topics: ['clock'] }]);
  });

  test('waits longer after each failure, and not after a success', async () => {
    const broken = () => Promise.reject(new TypeError('refused'));
    const { pauses } = await hear([broken, broken, async () => streamOf(''), broken]);
    expect(pauses).toEqual([250, 500, 250, 500]);
    expect(pauseBefore(30)).toBe(5000);
  });

  test('stops when the token is refused', async () => {
    const { connections } = await hear([async () => new Response('{}', { status: 401 })]);
    expect(connections).toEqual(['connecting', 'unauthorized']);
  });

  test('takes a line it can’t read for something missed', () => {
    expect(parseBatch('{"topics')).toEqual({ topics: [], missed: true });
    expect(parseBatch('{"other":1}')).toBeNull();
  });

  test('counts as open when nobody has refused it for a second', async () => {
    vi.useFakeTimers();
    const connections: Connection[] = [];
    const stop = hearChanges(
      {
        open: () => new Promise(() => {}),
        wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      },
      { onBatch: () => {}, onConnection: (connection) => connections.push(connection) },
    );
    await vi.advanceTimersByTimeAsync(1001);
    expect(connections).toEqual(['connecting', 'live']);
    stop();
    vi.useRealTimers();
  });
});

describe('the token', () => {
  test('moves from the address bar into the tab’s storage', () => {
    history.replaceState(null, '', '/#token=ctl_abc');
    expect(takeToken()).toBe('ctl_abc');
    expect(location.hash).toBe('');
    expect(sessionStorage.getItem('connect.token')).toBe('ctl_abc');
    history.replaceState(null, '', '/#/apps/1');
    expect(takeToken()).toBe('ctl_abc');
    expect(location.hash).toBe('#/apps/1');
  });
});

describe('the platform', () => {
  test('refuses addresses that are not of the web', () => {
    expect(() => checkedUrl('javascript:alert(1)')).toThrow(/not opened/);
    expect(() => checkedUrl('file:///etc/passwd')).toThrow(/not opened/);
    expect(checkedUrl('http://127.0.0.1:9400/x')).toBe('http://127.0.0.1:9400/x');
  });

  test('keeps the sandbox’s error as it is, and names what is none', () => {
    expect(asError({ code: 'conflict', message: 'no', detail: { a: 1 } }, 409)).toMatchObject({
      code: 'conflict',
      message: 'no',
      detail: { a: 1 },
    });
    expect(asError(undefined, 502).code).toBe('protocol');
  });

  test('carries bytes as base64 both ways', () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
  });
});
