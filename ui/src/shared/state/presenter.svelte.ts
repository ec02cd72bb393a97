/** Presenter mode: every secret and every value that looks like one is masked, wherever it is shown. */

let on = $state(false);

export const presenter = {
  get on(): boolean {
    return on;
  },
  set(next: boolean): void {
    on = next;
  },
  /** The text as it may be shown now. */
  shown(text: string): string {
    return on ? masked(text) : text;
  },
};

const BULLETS = '••••';

/** What looks like a credential, an id of ours or of a UUID's kind, a JWT, an email, or a long random run. */
const SENSITIVE = new RegExp(
  [
    String.raw`eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?`,
    String.raw`\b[a-z][a-z0-9]*(?:_[a-z0-9]+)*_[A-Za-z0-9-]{16,}\b`,
    String.raw`\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`,
    String.raw`[\w.+-]+@[\w-]+\.[\w.-]+`,
    String.raw`(?<![\w+-])(?=[\w+-]*\d)(?=[\w+-]*[A-Za-z])[\w+-]{24,}={0,2}`,
  ].join('|'),
  'g',
);

/** The same text with every sensitive part masked; an id keeps its kind: `client_••••`. */
export function masked(text: string): string {
  return text.replace(SENSITIVE, (part) => {
    if (part.includes('@')) return `${BULLETS}@${BULLETS}`;
    const kind = /^([a-z][a-z0-9]*(?:_[a-z0-9]+)*)_[A-Za-z0-9-]{16,}$/.exec(part)?.[1];
    return kind && kind.length <= 24 ? `${kind}_${BULLETS}` : BULLETS;
  });
}
