/** The open panel, for the actions of the frame: they are known before the panel's code is loaded. */

export interface Doing {
  readonly paused: boolean;
  /** Exchanges that an action would be about: the chosen rows, else the open one. */
  readonly chosenCount: number;
  pause(): void;
  resume(): void;
  pin(): Promise<void>;
  compare(): Promise<void>;
  copyAs(form: 'curl'): Promise<void>;
  exportHar(): void;
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
