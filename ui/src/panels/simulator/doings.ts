/** Everything that is done with the open walk, by the actions of the registry: how, and why not now. */

import type { Handler } from '../panel';
import { copyMermaid, save } from './diagram/saving';
import type { Doings } from './here.svelte';
import { duplicate, keep, remove } from './keeping';
import type { Simulator } from './simulator.svelte';
import { walkName } from './words';

type Why = string | null;

export function doingsOf(simulator: Simulator): Doings {
  const walk = () => simulator.session?.summary;
  /** With the open walk. */
  const does = (run: Handler['run'], why: () => Why = () => null): Required<Handler> => ({
    run,
    unavailable: () => (simulator.has ? why() : 'Begin a walk first.'),
  });
  const drawn = (): Why => (simulator.session?.exchanges.length ? null : 'Nothing has passed yet.');
  return {
    'simulator.elsewhere': {
      run: () => {
        simulator.targeting = true;
      },
      unavailable: () => null,
    },
    'simulator.next': { run: () => simulator.next(), unavailable: () => simulator.stuck },
    'simulator.take': does(
      () => simulator.take(),
      () => simulator.barsTaking,
    ),
    'simulator.back': does(
      () => simulator.back(),
      () => (simulator.atStart ? 'This is the first step.' : null),
    ),
    'simulator.run_all': does(
      () => simulator.runAll(),
      () => (simulator.finished ? 'Every step is taken. Start the walk again.' : null),
    ),
    'simulator.cancel': does(
      () => simulator.cancel(),
      () => (simulator.underWay ? null : 'Nothing is under way.'),
    ),
    'simulator.again': does(
      () => simulator.retry(),
      () => (simulator.run ? null : 'This step was not taken yet.'),
    ),
    'simulator.without_mistake': does(
      () => simulator.retry(null, null),
      () => (simulator.spoiledBy ? null : 'No mistake was made in this step.'),
    ),
    'simulator.leave_out': does(
      () => simulator.leaveOut(),
      () => (simulator.without ? null : 'The walk needs this step, or does not stand at it.'),
    ),
    'simulator.stand': does(
      () => simulator.standHere(),
      () => simulator.barsStanding,
    ),
    'simulator.new_code': does(
      () => simulator.askAnew(),
      () => (simulator.pastAsking ? null : 'The walk has not come so far.'),
    ),
    'simulator.mistake': does(() => simulator.ask('mistake')),
    'simulator.edit': does(
      () => simulator.ask('edit'),
      () => (simulator.editable ? null : 'This step has no request that could be changed.'),
    ),
    'simulator.sign_in': does(
      () => simulator.openSignIn(),
      () => (simulator.waits ? null : 'The walk waits for nobody.'),
    ),
    'simulator.restart': does(() => simulator.restart()),
    'simulator.diagram': does(() => simulator.showDiagram()),
    'simulator.copy_mermaid': does(() => copyMermaid(simulator), drawn),
    'simulator.save_mermaid': does(() => save(simulator, 'mermaid'), drawn),
    'simulator.save_svg': does(() => save(simulator, 'svg'), drawn),
    'simulator.hand_over': does(() => simulator.handOver()),
    'simulator.rename': does(() => {
      simulator.renaming = simulator.id;
    }),
    'simulator.duplicate': does(() => {
      if (simulator.id) return duplicate(simulator, simulator.id);
    }),
    'simulator.keep': does(
      () => {
        const open = walk();
        if (open) return keep(simulator, open.session, !open.kept);
      },
      () => (walk()?.target.own ? 'A walk against this sandbox stays until it is deleted.' : null),
    ),
    'simulator.delete': does(() => {
      const open = walk();
      if (open) return remove(simulator, open.session, walkName(open));
    }),
  };
}
