/** What can be done with an exchange, for the menu of a row and of the open one. */

import Copy from '@lucide/svelte/icons/copy';
import Footprints from '@lucide/svelte/icons/footprints';
import Funnel from '@lucide/svelte/icons/funnel';
import GitCompare from '@lucide/svelte/icons/git-compare';
import Pin from '@lucide/svelte/icons/pin';
import PinOff from '@lucide/svelte/icons/pin-off';
import Route from '@lucide/svelte/icons/route';
import ShieldQuestionMark from '@lucide/svelte/icons/shield-question-mark';
import type { ExchangeSummary } from '../../rpc';
import { copy, go, href, type MenuItem } from '../../shared';
import { parameters } from '../../wire/message/decode';
import { splitTarget } from '../../wire/message/http';
import { FORMS } from '../../wire/copy-as';
import { condition, toggled } from './filter/text';
import type { Traffic } from './traffic.svelte';

export function rowMenu(traffic: Traffic, row: ExchangeSummary): MenuItem[] {
  const only = (term: string) => () => traffic.filter.apply(toggled(traffic.filter.draft, term));
  const pinned = traffic.isPinned(row);
  const two = traffic.chosen.count === 2;
  return [
    { label: 'Why?', icon: ShieldQuestionMark, keys: 'W', run: () => traffic.why(row) },
    ...(row.client_id && row.service === 'identity'
      ? [
          {
            label: 'Try it in the Simulator',
            icon: Footprints,
            run: () => go(href('simulator', 'new', walkOf(row))),
          },
        ]
      : []),
    { label: 'Follow its trace', icon: Route, run: () => traffic.show(row, 'trace') },
    'line',
    ...copyItems(traffic, row),
    { label: 'Copy its id', icon: Copy, run: () => void copy(row.id, 'The id') },
    'line',
    {
      label: pinned ? 'Let go of the pin' : 'Pin',
      icon: pinned ? PinOff : Pin,
      keys: 'P',
      run: () => void traffic.pin(row),
    },
    {
      label: two
        ? 'Compare the two'
        : traffic.base && traffic.base.id !== row.id
          ? 'Compare with this'
          : 'Compare with…',
      icon: GitCompare,
      run: () => void traffic.compare(row),
    },
    'line',
    ...(row.client_id
      ? [{ label: 'Only this app', icon: Funnel, run: only(condition('app', traffic.appTerm(row.client_id))) }]
      : []),
    { label: 'Only this trace', icon: Funnel, run: only(condition('trace', row.trace)) },
    ...(row.operation
      ? [{ label: `Only ${row.operation}`, icon: Funnel, run: only(condition('operation', row.operation)) }]
      : []),
    ...(row.refused_by
      ? [{ label: 'Only this refusal', icon: Funnel, run: only(condition('check', row.refused_by)) }]
      : []),
  ];
}

/** The request in the words of several programs. */
export function copyItems(traffic: Traffic, row: ExchangeSummary): MenuItem[] {
  return FORMS.map(({ value, label }) => ({
    label: `Copy as ${label}`,
    icon: Copy,
    ...(value === 'curl' ? { keys: 'C' } : {}),
    run: () => void traffic.copyAs(value, row),
  }));
}

/** What a walk is begun with that does what an exchange did: its app, and what it asked for. */
export function walkOf(row: Pick<ExchangeSummary, 'client_id' | 'target'>): Record<string, string> {
  const asked = new Map(parameters(splitTarget(row.target).query).map(({ name, value }) => [name, value]));
  const taken = [
    ['app', row.client_id],
    ['redirect_uri', asked.get('redirect_uri')],
    ['scopes', asked.get('scope')],
  ] as const;
  return Object.fromEntries(taken.flatMap(([name, value]) => (value ? [[name, value]] : [])));
}
