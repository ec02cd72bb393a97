/** The variables of an app, as `connect-sandbox env` prints them. */

import { asFailure, call } from '../../../rpc';
import { copy, notify, notifyFailure } from '../../../shared';

/** Copies the `.env` of the demo app: the one that came with the sandbox and keeps a secret. */
export async function copyDemoEnv(): Promise<void> {
  const { apps } = await call('apps_list');
  const demo = apps.find((app) => app.seeded && app.app_type === 'web') ?? apps.find((app) => app.app_type === 'web');
  if (demo) await copyEnv(demo.client_id, demo.name);
  else notify('note', 'There is no web app to copy a .env of. Register one under Apps.');
}

/** Copies an app's `.env`: its id, secrets and addresses. Says so, or why not. */
export async function copyEnv(client_id: string, name: string): Promise<void> {
  try {
    const { text } = await call('apps_env', { client_id });
    await copy(text, `.env of ${name}`);
  } catch (thrown) {
    notifyFailure('The .env could not be made', asFailure(thrown));
  }
}
