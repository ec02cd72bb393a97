/** The exchange that is open: its bytes, why it was answered so, and its credentials, one at a time. */

import { asFailure, call, type ExchangeDetail, type Explanation, type Failure } from '../../rpc';
import type { Side } from '../../wire/message/http';
import { valueBehind } from '../../wire/message/markers';

/** What has been read is kept for so many exchanges: going back to one shows it at once. An exchange never changes. */
const KEPT = 24;

export interface Read {
  readonly detail: ExchangeDetail;
  readonly explanation: Explanation;
}

export class Opened {
  #read = $state.raw<Read | null>(null);
  #error = $state.raw<Failure | null>(null);
  #wanted: string | null = null;
  readonly #kept = new Map<string, Read>();

  /** The last one that was read; of another exchange for as long as {@link pending}. */
  get read(): Read | null {
    return this.#read;
  }

  get error(): Failure | null {
    return this.#error;
  }

  /** Opens an exchange, or none. */
  async open(id: string | null): Promise<void> {
    this.#wanted = id;
    this.#error = null;
    if (id === null) {
      this.#read = null;
      return;
    }
    const known = this.#kept.get(id);
    if (known) {
      this.#read = known;
      return;
    }
    try {
      const read = await fetch(id);
      this.#kept.set(id, read);
      for (const old of [...this.#kept.keys()].slice(0, this.#kept.size - KEPT)) this.#kept.delete(old);
      if (this.#wanted === id) this.#read = read;
    } catch (thrown) {
      if (this.#wanted !== id) return;
      this.#read = null;
      this.#error = asFailure(thrown);
    }
  }

  /** Forgets what was read: the world was made anew. */
  forget(): void {
    this.#kept.clear();
  }
}

export async function fetch(id: string): Promise<Read> {
  const [detail, explanation] = await Promise.all([
    call('traffic_get', { exchange: id }),
    call('traffic_explain', { exchange: id }),
  ]);
  return { detail, explanation };
}

/** The credential behind a marker. The sandbox notes in the journal that it was shown. */
export async function revealOne(detail: ExchangeDetail, side: Side, index: number): Promise<string> {
  const revealed = await call('traffic_reveal', { exchange: detail.summary.id });
  return valueBehind(detail[side], side === 'request' ? revealed.request_base64 : revealed.response_base64, index);
}
