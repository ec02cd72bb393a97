/** What components need from outside, given by the console at its start, so that this tier imports no other. */

export interface Host {
  copyText(text: string, secret?: boolean): Promise<void>;
  openExternal(url: string): Promise<void>;
  saveFile(file: { name: string; content: string | Uint8Array<ArrayBuffer>; type: string }): Promise<string | null>;
  pickFile(accept: string): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> } | null>;
  /** Carries out an action of the registry, as its shortcut would. */
  act(id: string): Promise<void>;
}

export const host: Host = {
  copyText: (text) => navigator.clipboard.writeText(text),
  openExternal: async (url) => void window.open(url, '_blank', 'noopener,noreferrer'),
  saveFile: async () => null,
  pickFile: async () => null,
  act: async () => {},
};

export function provideHost(given: Host): void {
  Object.assign(host, given);
}
