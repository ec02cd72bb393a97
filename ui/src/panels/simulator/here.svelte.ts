/** The open panel, for the actions of the frame: they are known before the panel's code is loaded. */

export interface Doing {
  next(): Promise<void>;
  /** Why it can't go on now; null when it can. */
  readonly stuck: string | null;
  back(): void;
  /** Whether there is a step before the one that is looked at. */
  readonly atStart: boolean;
  /** Every step was taken. */
  readonly finished: boolean;
  /** There is a session to do something with. */
  readonly has: boolean;
  runAll(): Promise<void>;
  restart(): Promise<void>;
  showDiagram(): void;
  handOver(): void;
}

let open = $state.raw<Doing | null>(null);

export const here = {
  get open(): Doing | null {
    return open;
  },
};

/** Says that the panel is open, until the returned function is called. */
export function enter(doing: Doing): () => void {
  open = doing;
  return () => {
    if (open === doing) open = null;
  };
}
