/** What the console needs of the program it runs in. Two programs give it: the desktop window and a browser. */

/** A change: topics whose answers are out of date (the sandbox's `Changed`). */
export interface ChangeBatch {
  readonly topics: readonly string[];
  /** The last journal entry, when there was one. */
  readonly journal?: number;
  /** The last exchange, when there was one. */
  readonly traffic?: number;
  /** Changes were missed: everything is out of date. */
  readonly missed?: boolean;
}

/** How the stream of changes is: nothing else tells the console that the sandbox is gone. */
export type Connection = 'connecting' | 'live' | 'offline' | 'unauthorized';

export interface ChangeListener {
  /** A batch of changes, at most about twenty a second. */
  onBatch(batch: ChangeBatch): void;
  /** The stream opened, broke, or was refused. */
  onConnection(connection: Connection): void;
  /** A native menu asks for an action of the registry (desktop only). */
  onAction?(id: string): void;
}

/** A command that failed. `code` is the sandbox's closed code, or one of ours: `offline`, `protocol`. */
export class PlatformError extends Error {
  readonly code: string;
  readonly detail: unknown;

  constructor(code: string, message: string, detail: unknown = null) {
    super(message);
    this.name = 'PlatformError';
    this.code = code;
    this.detail = detail;
  }
}

export interface FileToSave {
  /** Proposed name: `trace.har`. */
  readonly name: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
  /** Media type: `application/json`. */
  readonly type: string;
}

export interface PickedFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Controls of the native window; a browser has none. */
export interface WindowControls {
  setTitle(title: string): Promise<void>;
  toggleFullscreen(): Promise<void>;
  close(): Promise<void>;
}

export interface Platform {
  readonly kind: 'desktop' | 'browser';
  /** Runs a command. Rejects with {@link PlatformError}. */
  rpc(cmd: string, payload: unknown): Promise<unknown>;
  /** Hears changes until the returned function is called; reconnects by itself. */
  changes(listener: ChangeListener): () => void;
  /** Opens a URL in the person's own browser. `http`, `https` and `mailto` only. */
  openExternal(url: string): Promise<void>;
  /** `secret` asks clipboard histories to leave it out, where they can be asked. */
  copyText(text: string, secret?: boolean): Promise<void>;
  /** Where it was saved, in words for people; null when the person changed their mind. */
  saveFile(file: FileToSave): Promise<string | null>;
  /** `accept` as in HTML: `.toml,.json`. Null when the person changed their mind. */
  pickFile(accept: string): Promise<PickedFile | null>;
  /** Null in a browser. */
  readonly window: WindowControls | null;
}
