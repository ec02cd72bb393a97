/** The diagram of the open walk taken away: copied, or saved as a file. */

import { asFailure, call, type DiagramFormat } from '../../../rpc';
import { copy, host, notify, notifyFailure } from '../../../shared';
import type { Simulator } from '../simulator.svelte';

async function written(simulator: Simulator, format: DiagramFormat) {
  const asked = { session: simulator.id ?? '', with_set_aside: simulator.withSetAside, format };
  const { text, file_name } = await call('simulator_diagram', asked);
  return { text: text ?? '', name: file_name ?? `walk.${format === 'svg' ? 'svg' : 'mmd'}` };
}

export async function save(simulator: Simulator, format: DiagramFormat): Promise<void> {
  try {
    const { text, name } = await written(simulator, format);
    const type = format === 'svg' ? 'image/svg+xml' : 'text/plain';
    const where = await host.saveFile({ name, content: text, type });
    if (where !== null) notify('good', `Saved: ${where}.`);
  } catch (thrown) {
    notifyFailure('The diagram', asFailure(thrown));
  }
}

export async function copyMermaid(simulator: Simulator): Promise<void> {
  try {
    await copy((await written(simulator, 'mermaid')).text, 'The diagram for Mermaid');
  } catch (thrown) {
    notifyFailure('The diagram', asFailure(thrown));
  }
}
