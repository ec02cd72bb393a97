/** What can be done with a walk. */

import Copy from '@lucide/svelte/icons/copy-plus';
import Keep from '@lucide/svelte/icons/bookmark';
import Unkeep from '@lucide/svelte/icons/bookmark-x';
import Pencil from '@lucide/svelte/icons/pencil';
import SkipForward from '@lucide/svelte/icons/skip-forward';
import Trash from '@lucide/svelte/icons/trash-2';
import type { WalkSummary } from '../../rpc';
import { host, relative, sandboxTime, type MenuItem } from '../../shared';
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
    ...(walk.target.own ? [] : [keeping(simulator, walk)]),
    'line',
    {
      label: 'Delete…',
      icon: Trash,
      danger: true,
      run: () => void remove(simulator, walk.session, walkName(walk)),
    },
  ];
}

const DAY_MS = 86_400_000;
/** In days, a day that has begun counted whole: a week that begins now is seven. */
function soon(at: number): string {
  const now = sandboxTime.wall;
  return relative(at - now > DAY_MS ? now + Math.ceil((at - now) / DAY_MS) * DAY_MS : at, now);
}

/** A walk at another target does not stay by itself. */
function keeping(simulator: Simulator, walk: WalkSummary): MenuItem {
  return walk.kept
    ? {
        label: 'Do not keep',
        icon: Unkeep,
        hint: 'It is deleted after 7 days, as walks at another target are.',
        run: () => void keep(simulator, walk.session, false),
      }
    : {
        label: 'Keep',
        icon: Keep,
        hint: walk.deleted_at
          ? `Else it is deleted ${soon(Date.parse(walk.deleted_at))}.`
          : 'Else it is deleted after 7 days.',
        run: () => void keep(simulator, walk.session, true),
      };
}

/** The same for the open walk, with what can be done with the step that is looked at. */
export function openMenu(simulator: Simulator, walk: WalkSummary): MenuItem[] {
  const next = simulator.steps.find(({ step }) => step === simulator.without);
  const leave: MenuItem[] = next
    ? [
        {
          label: 'Leave this step out',
          icon: SkipForward,
          hint: `The walk goes on with ${next.title}.`,
          run: () => void host.act('simulator.leave_out'),
        },
        'line',
      ]
    : [];
  return [...leave, ...sessionMenu(simulator, walk)];
}
