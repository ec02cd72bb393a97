/**
 * The console in its own window. Two Tauri commands, both of `src-tauri`:
 *
 * - `rpc` with `{ cmd, payload }`: a command of the sandbox, or one of the host's own, whose names begin with `host_`
 *   (`crates/connect-rpc/src/host.rs`). It rejects with the sandbox's error object `{code, message, detail}`.
 * - `changes` with `{ channel }`: sends `{"changed": {…}}` for a batch of changes and `{"action": "id"}` for a native menu.
 *
 * The API is loaded when first used, so that a browser never pays for it.
 */

import { asError, checkedUrl } from './browser';
import { PlatformError, type ChangeBatch, type PickedFile, type Platform } from './types';

type HostMessage = { readonly changed: ChangeBatch } | { readonly action: string };

const core = () => import('@tauri-apps/api/core');

async function host(cmd: string, payload: unknown): Promise<unknown> {
  const { invoke } = await core();
  try {
    return await invoke('rpc', { cmd, payload: payload ?? {} });
  } catch (error) {
    throw error instanceof PlatformError ? error : asError(error, 500);
  }
}

export function desktopPlatform(): Platform {
  return {
    kind: 'desktop',

    rpc: host,

    changes(listener) {
      let stopped = false;
      let silence = () => {};
      listener.onConnection('connecting');
      void (async () => {
        const { Channel, invoke } = await core();
        const channel = new Channel<HostMessage>();
        channel.onmessage = (message) => {
          if (stopped) return;
          if ('changed' in message) listener.onBatch(message.changed);
          else listener.onAction?.(message.action);
        };
        // A dropped channel would keep its closure: give it one that holds nothing.
        silence = () => {
          channel.onmessage = () => {};
        };
        try {
          await invoke('changes', { channel });
          if (!stopped) listener.onConnection('live');
        } catch {
          if (!stopped) listener.onConnection('offline');
        }
      })();
      return () => {
        stopped = true;
        silence();
      };
    },

    async openExternal(url) {
      await host('host_open_external', { url: checkedUrl(url) });
    },

    async copyText(text, secret = false) {
      await host('host_copy_text', { text, secret });
    },

    async saveFile(file) {
      const bytes = typeof file.content === 'string' ? new TextEncoder().encode(file.content) : file.content;
      return (await host('host_save_file', { name: file.name, base64: toBase64(bytes) })) as string | null;
    },

    async pickFile(accept) {
      const picked = (await host('host_pick_file', { accept })) as { name: string; base64: string } | null;
      return picked && ({ name: picked.name, bytes: fromBase64(picked.base64) } satisfies PickedFile);
    },

    window: {
      setTitle: async (title) => void (await host('host_set_title', { title })),
      toggleFullscreen: async () => void (await host('host_toggle_fullscreen', {})),
      close: async () => void (await host('host_close', {})),
    },
  };
}

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
