/** What can be done with a walk. */

import Copy from '@lucide/svelte/icons/copy-plus';
import Lock from '@lucide/svelte/icons/lock-keyhole';
import LockOpen from '@lucide/svelte/icons/lock-keyhole-open';
import Pencil from '@lucide/svelte/icons/pencil';
import Trash from '@lucide/svelte/icons/trash-2';
import type { WalkSummary } from '../../rpc';
import type { MenuItem } from '../../shared';
import { duplicate, keep, remove } from './keeping';
import type { Simulator } from './simulator.svelte';
import { walkName } from './words';

export function sessionMenu(simulator: Simulator, walk: WalkSummary): MenuItem[] {
  return [
    { label: 'Rename…', icon: Pencil, run: () => (simulator.renaming = walk.session) },
    {
      label: 'Duplicate',
      icon: Copy,
      hint: 'The same setup, at its first step.',
      run: () => void duplicate(simulator, walk.session),
    },
    walk.kept
      ? {
          label: 'Do not keep',
          icon: LockOpen,
          ...(walk.target.own ? {} : { hint: 'Deleted after 7 days.' }),
          run: () => void keep(simulator, walk.session, false),
        }
      : {
          label: 'Keep',
          icon: Lock,
          ...(walk.target.own ? {} : { hint: 'Else it is deleted after 7 days.' }),
          run: () => void keep(simulator, walk.session, true),
        },
    'line',
    {
      label: 'Delete…',
      icon: Trash,
      danger: true,
      run: () => void remove(simulator, walk.session, walkName(walk)),
    },
  ];
}
