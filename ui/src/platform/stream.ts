/** The stream of changes over HTTP: one JSON object a line, reconnecting with a growing pause. */

import type { ChangeBatch, ChangeListener } from './types';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
const QUIET_MS = 1_000;

/** Splits text that arrives in pieces into its lines. */
export function lineReader(onLine: (line: string) => void): (piece: string) => void {
  let rest = '';
  return (piece) => {
    rest += piece;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const line = rest.slice(0, end).trim();
      rest = rest.slice(end + 1);
      if (line) onLine(line);
    }
  };
}

/** The pause before the n-th try after a break (n from 0), in milliseconds: doubling, at most five seconds. */
export function pauseBefore(attempt: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
}

export interface StreamSource {
  /** Opens the stream. */
  open(signal: AbortSignal): Promise<Response>;
  /** Waits; injected by tests. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * Hears changes until stopped. Every stream after the first begins with "everything was missed"; so does the first one
 * when it takes up an earlier hearing (`again`).
 */
export function hearChanges(source: StreamSource, listener: ChangeListener, again = false): () => void {
  const stop = new AbortController();
  void run(source, listener, stop.signal, again);
  return () => stop.abort();
}

async function run(source: StreamSource, listener: ChangeListener, signal: AbortSignal, again: boolean): Promise<void> {
  let attempt = 0;
  let connectedBefore = again;
  if (!again) listener.onConnection('connecting');
  while (!signal.aborted) {
    try {
      const response = await opened(source, listener, signal);
      if (response.status === 401 || response.status === 403) {
        listener.onConnection('unauthorized');
        return;
      }
      if (!response.ok || !response.body) throw new Error(`the stream answered ${response.status}`);
      listener.onConnection('live');
      if (connectedBefore) listener.onBatch({ topics: [], missed: true });
      connectedBefore = true;
      attempt = 0;
      await readLines(response.body, listener);
    } catch {
      // A broken stream and a refused connection are the same to us: try again.
    }
    if (signal.aborted) return;
    listener.onConnection('offline');
    await source.wait(pauseBefore(attempt), signal);
    attempt += 1;
  }
}

/**
 * Opens the stream. A server may keep the head back until the first change, and a quiet world has none for hours: a
 * request that nobody has refused for a second is taken for an open stream.
 */
async function opened(source: StreamSource, listener: ChangeListener, signal: AbortSignal): Promise<Response> {
  const decided = new AbortController();
  const onStop = () => decided.abort();
  signal.addEventListener('abort', onStop);
  void source.wait(QUIET_MS, decided.signal).then(() => {
    if (!decided.signal.aborted) listener.onConnection('live');
  });
  try {
    return await source.open(signal);
  } finally {
    signal.removeEventListener('abort', onStop);
    decided.abort();
  }
}

async function readLines(body: ReadableStream<Uint8Array>, listener: ChangeListener): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const feed = lineReader((line) => {
    const batch = parseBatch(line);
    if (batch) listener.onBatch(batch);
  });
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    feed(decoder.decode(value, { stream: true }));
  }
}

/** A line of the stream; a line that we can't read means that something was missed. */
export function parseBatch(line: string): ChangeBatch | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && Array.isArray((value as ChangeBatch).topics)) {
      return value as ChangeBatch;
    }
    return null;
  } catch {
    return { topics: [], missed: true };
  }
}
