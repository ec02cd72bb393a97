/** The sections of the settings, in the order in which they stand. To add one: its component, and its line here. */

import Archive from '@lucide/svelte/icons/archive';
import Globe from '@lucide/svelte/icons/globe';
import Info from '@lucide/svelte/icons/info';
import KeyRound from '@lucide/svelte/icons/key-round';
import Layers from '@lucide/svelte/icons/layers';
import Palette from '@lucide/svelte/icons/palette';
import Plug from '@lucide/svelte/icons/plug';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import type { Component } from 'svelte';
import type { Icon } from '../../../shared';
import type { SettingsPanel } from '../settings.svelte';
import Keys from './Keys.svelte';
import Looks from './Looks.svelte';
import Program from './Program.svelte';
import Reach from './Reach.svelte';
import Retention from './Retention.svelte';
import Rules from './Rules.svelte';
import Workspaces from './Workspaces.svelte';
import World from './World.svelte';

export interface SettingsSection {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  /** What else people may search for. */
  readonly words: string;
  readonly icon: Icon;
  readonly component: Component<{ panel: SettingsPanel }> | Component;
}

export const SECTIONS: readonly SettingsSection[] = [
  {
    id: 'rules',
    title: 'Profile and switches',
    note: 'What the platform enforces. Each takes effect at once.',
    words: 'strict loop auto approve consent userinfo grace rotation refresh rate limit 429 virtual time tokens stamp',
    icon: SlidersHorizontal,
    component: Rules,
  },
  {
    id: 'workspaces',
    title: 'Workspaces',
    note: 'Several worlds, each with its own apps, people and traffic.',
    words: 'create switch duplicate delete directory data',
    icon: Layers,
    component: Workspaces,
  },
  {
    id: 'reach',
    title: 'Ports and access',
    note: 'Where the sandbox is, and who may speak to it.',
    words: 'listen host allow docker phone network base url loopback',
    icon: Plug,
    component: Reach,
  },
  {
    id: 'retention',
    title: 'Retention',
    note: 'How much traffic is kept. Pinned exchanges stay.',
    words: 'keep days exchanges size disk database meter power cut durability',
    icon: Archive,
    component: Retention,
  },
  {
    id: 'keys',
    title: 'Keys',
    note: 'What seals secrets, and what signs id_tokens.',
    words: 'keychain sealing signing jwks rotate algorithm EdDSA ES256 RS256',
    icon: KeyRound,
    component: Keys,
  },
  {
    id: 'world',
    title: 'World',
    note: 'Written down, cleared, or made anew.',
    words: 'export connect.toml backup clear activity factory reset',
    icon: Globe,
    component: World,
  },
  {
    id: 'looks',
    title: 'Appearance',
    note: 'Kept for this window or browser.',
    words: 'theme light dark high contrast zoom size motion presenter shortcuts keyboard',
    icon: Palette,
    component: Looks,
  },
  {
    id: 'about',
    title: 'About',
    note: 'Which program this is.',
    words: 'version licence telemetry logs files',
    icon: Info,
    component: Program,
  },
];
