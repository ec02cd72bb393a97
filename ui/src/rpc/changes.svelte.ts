/** One stream of changes for the whole console, and who waits for which topic. */

import { platform, type ChangeBatch, type Connection } from '../platform';
import type { Topic } from './generated/types';

/** `null`: everything is out of date. */
export type Hear = (topics: ReadonlySet<Topic> | null, batch: ChangeBatch) => void;

const listeners = new Set<Hear>();
const actionListeners = new Set<(id: string) => void>();
let stop: (() => void) | null = null;
let state = $state<Connection>('connecting');

/** How the sandbox can be reached at this moment. */
export const connection = {
  get state(): Connection {
    return state;
  },
  /** True when what is shown may be out of date. */
  get lost(): boolean {
    return state === 'offline' || state === 'unauthorized';
  },
};

/** Starts the stream; the console does it once. */
export function startChanges(): () => void {
  stop ??= platform.changes({
    onBatch: tell,
    onConnection: (next) => (state = next),
    onAction: (id) => actionListeners.forEach((hear) => hear(id)),
  });
  return () => {
    stop?.();
    stop = null;
  };
}

function tell(batch: ChangeBatch): void {
  const topics = batch.missed ? null : new Set(batch.topics as readonly Topic[]);
  for (const hear of [...listeners]) hear(topics, batch);
}

/** Hears every batch until the returned function is called. For what is not a query, such as a paged list. */
export function onChanges(hear: Hear): () => void {
  listeners.add(hear);
  return () => listeners.delete(hear);
}

/** Hears native menus. */
export function onHostAction(hear: (id: string) => void): () => void {
  actionListeners.add(hear);
  return () => actionListeners.delete(hear);
}

/** Says that topics have changed before the sandbox does: after our own write. */
export function touch(topics: readonly Topic[]): void {
  if (topics.length > 0) tell({ topics });
}
