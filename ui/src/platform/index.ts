/** The one way to the world outside the page. Only this folder may import `@tauri-apps/*`. */

import { browserPlatform } from './browser';
import { desktopPlatform } from './desktop';
import type { Platform } from './types';

export { PlatformError } from './types';
export type {
  ChangeBatch,
  ChangeListener,
  Connection,
  FileToSave,
  PickedFile,
  Platform,
  WindowControls,
} from './types';

/** Tauri puts this object into its own windows before any script runs. */
const inDesktop = typeof window !== 'undefined' && '__TAURI_INTERNALS__' in window;

export const platform: Platform = inDesktop ? desktopPlatform() : browserPlatform();
