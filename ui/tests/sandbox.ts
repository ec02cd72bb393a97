/** A sandbox for tests of what is above the platform: answers by command, changes on demand. */

import { PlatformError } from '../src/platform/types';
import type { ChangeBatch, ChangeListener, Platform } from '../src/platform/types';

export type Answers = Record<string, (payload: never) => unknown>;

export interface TestSandbox {
  readonly platform: Platform;
  /** Every call so far: its name and payload. */
  readonly calls: { cmd: string; payload: unknown }[];
  answers: Answers;
  /** Tells a change to whoever listens. */
  change(batch: ChangeBatch): void;
  listener: ChangeListener | null;
  copied: string[];
}

export function testSandbox(): TestSandbox {
  const sandbox: TestSandbox = {
    calls: [],
    answers: {},
    listener: null,
    copied: [],
    change: (batch) => sandbox.listener?.onBatch(batch),
    platform: {
      kind: 'browser',
      window: null,
      async rpc(cmd, payload) {
        sandbox.calls.push({ cmd, payload });
        const answer = sandbox.answers[cmd];
        if (!answer) throw new PlatformError('unknown_command', `there is no ${cmd}`);
        return answer(payload as never);
      },
      changes(listener) {
        sandbox.listener = listener;
        listener.onConnection('live');
        return () => (sandbox.listener = null);
      },
      openExternal: async () => {},
      copyText: async (text) => void sandbox.copied.push(text),
      saveFile: async () => null,
      pickFile: async () => null,
    },
  };
  return sandbox;
}

/** The sandbox of the test that runs: `setup.ts` puts it in the platform's place, anew for each test. */
export const sandbox = { current: testSandbox() };

/** A promise that is settled from outside. */
export function later<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
