/** Home: how the sandbox is, whose variables are shown, what to do next, and what happened last. */

import {
  asFailure,
  call,
  mutate,
  query,
  COMMANDS,
  type App,
  type CommandName,
  type Notice,
  type TraceSummary,
} from '../../rpc';
import { confirm, copy, go, host, href, notify, notifyFailure, pref } from '../../shared';
import { authorizeUrl, mistaken } from './authorize';

export const ROLES = ['developer', 'qa', 'support', 'demo'] as const;
export type Role = (typeof ROLES)[number];
const isRole = (value: unknown): value is Role => ROLES.includes(value as Role);
const TRACES = 8;

/** Made once by the panel's component: its queries live as long as that. */
export class Home {
  readonly status = query('sandbox_status');
  readonly health = query('sandbox_health');
  readonly people = query('people_list');
  readonly apps = query('apps_list');
  readonly traces = query('trace_list', () => ({ limit: TRACES }));

  readonly #role = pref<Role>('home.role', 'developer', isRole);
  readonly #chosen = pref<string>('home.app', '');

  get role(): Role {
    return this.#role.value;
  }
  set role(next: Role) {
    this.#role.value = next;
  }

  /** Apps that people sign in to, the demo web app first, then in the order of registration. */
  readonly choices = $derived.by((): readonly App[] => {
    const apps = (this.apps.data?.apps ?? []).filter((app) => app.app_type !== 'm2m' && app.enabled);
    const rank = (app: App) => (app.seeded && app.app_type === 'web' && app.baa_status === 'signed' ? 0 : 1);
    return apps.sort((a, b) => rank(a) - rank(b));
  });

  /** The app whose variables and code are offered; null when there is none. */
  readonly app = $derived.by(
    (): App | null => this.choices.find((app) => app.client_id === this.#chosen.value) ?? this.choices[0] ?? null,
  );
  readonly env = query('apps_env', () => (this.app ? { client_id: this.app.client_id } : null), { keepPrevious: true });

  choose(clientId: string): void {
    this.#chosen.value = clientId;
  }

  /** The lines of the `.env`; secrets are masked in what is shown, and whole in what is copied. */
  readonly lines = $derived.by(() =>
    (this.env.data?.variables ?? [])
      .map(({ name, value, secret }) => `${name}=${secret ? '••••••••' : value}`)
      .join('\n'),
  );

  async copyEnv(): Promise<void> {
    if (this.env.data && this.app) await copy(this.env.data.text, `.env of ${this.app.name}`);
  }

  readonly strict = $derived(this.status.data?.profile === 'strict');

  /** Begins the flow in the person's own browser. */
  async walk(): Promise<void> {
    await this.#begin((app) => app.redirect_uris[0] ?? '');
  }

  /** Begins it with a redirect URI that is not registered. */
  async stumble(): Promise<void> {
    await this.#begin((app) => mistaken(app.redirect_uris[0] ?? ''));
  }

  async #begin(redirectUri: (app: App) => string): Promise<void> {
    if (!this.status.data || !this.app) notify('note', 'There is no app to begin with. Register one first.');
    else await host.openExternal(authorizeUrl(this.status.data, this.app, redirectUri(this.app)));
  }

  async toggleProfile(): Promise<void> {
    const profile = this.strict ? 'loop' : 'strict';
    try {
      await mutate('settings_update', { profile });
      notify('good', `Profile ${profile} is on. The next request is judged by it.`);
    } catch (thrown) {
      notifyFailure('The profile was not changed', asFailure(thrown));
    }
  }

  /** Opens why a request was refused: the last one of a trace, or of all. */
  async why(trace?: string): Promise<void> {
    try {
      const { exchanges } = await call('traffic_list', { refused: true, limit: 1, ...(trace ? { trace } : {}) });
      const last = exchanges[0];
      if (last) go(href('traffic', last.id, { tab: 'why' }));
      else notify('note', 'Nothing has been refused yet. Open a wrong link first: it is among the steps for QA.');
    } catch (thrown) {
      notifyFailure('The refusal could not be found', asFailure(thrown));
    }
  }

  /** Where a trace's exchanges are listed; null when it has none. */
  addressOf(trace: TraceSummary): string | null {
    return trace.exchanges > 0 ? href('traffic', { q: `trace:${trace.trace}` }) : null;
  }

  /** Where a lab result is added to somebody. */
  readonly addResult = $derived.by(() => {
    const first = this.people.data?.people[0];
    return first ? href('people', first.user_id, { add: 'result' }) : href('people');
  });

  /** Runs the command that mends what a notice is about; asks before something is lost by it. */
  async mend(notice: Notice): Promise<void> {
    const fix = notice.fix;
    if (!fix || !(fix.command in COMMANDS)) return;
    const run = () => mutate(fix.command as CommandName, fix.payload as never);
    if (fix.loses) {
      await confirm({
        title: `${fix.label}?`,
        description: notice.message,
        confirmLabel: fix.label,
        danger: true,
        run,
      });
      return;
    }
    try {
      await run();
      notify('good', `${fix.label}: done.`);
    } catch (thrown) {
      notifyFailure(fix.label, asFailure(thrown));
    }
  }
}
