/** Asking without a dialog of one's own: `if (await confirm({ title, … })) …`. The frame shows it. */

export interface Question {
  readonly title: string;
  readonly description?: string;
  readonly happens?: readonly string[];
  readonly stays?: readonly string[];
  readonly confirmLabel: string;
  readonly danger?: boolean;
  /** A text that has to be written first. */
  readonly typed?: string;
  /** What to do while the dialog shows progress; its failure is shown there. */
  readonly run?: () => Promise<unknown>;
}

let asked = $state.raw<(Question & { answer: (yes: boolean) => void }) | null>(null);

export const question = {
  get asked(): (Question & { answer: (yes: boolean) => void }) | null {
    return asked;
  },
  close(): void {
    asked = null;
  },
};

/** True when it was confirmed and `run`, if given, succeeded. */
export function confirm(what: Question): Promise<boolean> {
  asked?.answer(false);
  return new Promise((resolve) => {
    asked = { ...what, answer: resolve };
  });
}
