/** Notifications: told in the strip at the bottom of the frame, kept in a list, never over what is being read. */

export type Tone = 'good' | 'note' | 'warn' | 'bad';

export interface Notice {
  readonly id: number;
  readonly tone: Tone;
  readonly text: string;
  /** Wall time in milliseconds since the epoch. */
  readonly at: number;
  readonly action?: { readonly label: string; readonly run: () => void };
}

const KEPT = 50;
const SHOWN_MS = 8_000;

let all = $state.raw<readonly Notice[]>([]);
let current = $state.raw<Notice | null>(null);
let unseen = $state(0);
let next = 1;
let timer: ReturnType<typeof setTimeout> | undefined;

export const notices = {
  /** Newest first. */
  get all(): readonly Notice[] {
    return all;
  },
  /** The one in the strip: for eight seconds, failures until they are dismissed. */
  get current(): Notice | null {
    return current;
  },
  get unseen(): number {
    return unseen;
  },
  dismiss(): void {
    clearTimeout(timer);
    current = null;
  },
  seen(): void {
    unseen = 0;
  },
  clear(): void {
    all = [];
    unseen = 0;
    notices.dismiss();
  },
};

/** Tells something: `notify('good', 'Secret rotated.')`. */
export function notify(tone: Tone, text: string, action?: Notice['action']): void {
  const notice: Notice = { id: next++, tone, text, at: Date.now(), ...(action ? { action } : {}) };
  all = [notice, ...all].slice(0, KEPT);
  current = notice;
  unseen += 1;
  clearTimeout(timer);
  if (tone !== 'bad') timer = setTimeout(() => (current = null), SHOWN_MS);
}

/** Tells a failure of a command. */
export function notifyFailure(what: string, failure: { message: string }): void {
  notify('bad', `${what}: ${failure.message}`);
}
