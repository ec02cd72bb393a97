/** The console in a browser: `POST /rpc` and `GET /events` of the control listener that served the page. */

import { hearChanges } from './stream';
import { dropToken, takeToken } from './token';
import { PlatformError, type Connection, type FileToSave, type PickedFile, type Platform } from './types';

const NO_TOKEN =
  'This tab has no token for the sandbox, or an old one. Open the address that `connect-sandbox serve --ui` printed when it started.';

export function browserPlatform(): Platform {
  let token = takeToken();
  // A new address with a token may be opened in this very tab.
  window.addEventListener('hashchange', () => {
    if (window.location.hash.startsWith('#token=')) {
      token = takeToken();
      window.location.reload();
    }
  });

  /** Looks whether the stream still lives: something between may hold it open although the sandbox is gone. */
  let doubt: (() => void) | null = null;
  const authorization = (): Record<string, string> => (token ? { authorization: `Bearer ${token}` } : {});

  return {
    kind: 'browser',
    window: null,

    async rpc(cmd, payload) {
      let response: Response;
      try {
        response = await fetch('/rpc', {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...authorization() },
          body: JSON.stringify({ cmd, payload: payload ?? {} }),
          cache: 'no-store',
          credentials: 'omit',
        });
      } catch {
        doubt?.();
        throw new PlatformError('offline', 'The sandbox does not answer. Is it still running?');
      }
      const answer: unknown = await response.json().catch(() => undefined);
      if (response.ok) return answer;
      if (response.status === 401) {
        dropToken();
        throw new PlatformError('unauthorized', NO_TOKEN);
      }
      throw asError(answer, response.status);
    },

    changes(listener) {
      const open = (signal: AbortSignal) =>
        fetch('/events', { headers: authorization(), cache: 'no-store', credentials: 'omit', signal });
      let last: Connection = 'connecting';
      const onConnection = (next: Connection) => {
        last = next;
        listener.onConnection(next);
      };
      const stream = whileVisible((again) =>
        hearChanges({ open, wait: pause }, { onBatch: (batch) => listener.onBatch(batch), onConnection }, again),
      );
      doubt = () => {
        if (last === 'live') stream.restart();
      };
      return () => {
        doubt = null;
        stream.stop();
      };
    },

    async openExternal(url) {
      window.open(checkedUrl(url), '_blank', 'noopener,noreferrer');
    },

    copyText,

    async saveFile(file) {
      download(file);
      return `your downloads, as ${file.name}`;
    },

    pickFile,
  };
}

/**
 * Holds a stream only while the page is in sight: a browser gives one address about six connections for all of its tabs,
 * and pages kept for the back button would go on holding theirs. `again` is true for every stream but the first.
 */
function whileVisible(start: (again: boolean) => () => void): { stop(): void; restart(): void } {
  let stop: (() => void) | null = null;
  let started = false;
  const look = () => {
    if (document.hidden) {
      stop?.();
      stop = null;
    } else if (!stop) {
      stop = start(started);
      started = true;
    }
  };
  look();
  document.addEventListener('visibilitychange', look);
  return {
    stop() {
      document.removeEventListener('visibilitychange', look);
      stop?.();
    },
    restart() {
      if (!stop) return;
      stop();
      stop = start(true);
    },
  };
}

/** The body of a failed call as an error. */
export function asError(body: unknown, status: number): PlatformError {
  if (typeof body === 'object' && body !== null && 'code' in body && 'message' in body) {
    const { code, message, detail } = body as { code: unknown; message: unknown; detail?: unknown };
    return new PlatformError(String(code), String(message), detail ?? null);
  }
  return new PlatformError(
    'protocol',
    `The sandbox answered ${status} with something that is not an answer.`,
    body ?? null,
  );
}

/** Refuses what is not a web or mail address: `javascript:` and `file:` never leave the page. */
export function checkedUrl(url: string): string {
  const parsed = new URL(url, window.location.href);
  if (!['http:', 'https:', 'mailto:'].includes(parsed.protocol)) {
    throw new PlatformError('bad_request', `${parsed.protocol} addresses are not opened.`);
  }
  return parsed.href;
}

/** Copies by the clipboard API, or, where a page over plain http has none, by a hidden field. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.setAttribute('aria-hidden', 'true');
    field.className = 'heard';
    const focused = document.activeElement;
    document.body.append(field);
    field.select();
    const copied = document.execCommand('copy');
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
    if (!copied) throw new PlatformError('internal', 'The browser did not let the console copy.');
  }
}

function download(file: FileToSave): void {
  const url = URL.createObjectURL(new Blob([file.content], { type: file.type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function pickFile(accept: string): Promise<PickedFile | null> {
  return new Promise((resolve, reject) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.addEventListener('cancel', () => resolve(null));
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      if (!file) {
        resolve(null);
        return;
      }
      file.arrayBuffer().then((buffer) => resolve({ name: file.name, bytes: new Uint8Array(buffer) }), reject);
    });
    input.click();
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      window.removeEventListener('online', done);
      resolve();
    }
    signal.addEventListener('abort', done);
    window.addEventListener('online', done);
  });
}
