/** The settings in force, and changing one at a time: each takes effect at once, or says at its place why not. */

import { asFailure, flawsOf, mutate, query, type Failure, type Settings, type UpdateSettings } from '../../rpc';

export type SettingName = keyof UpdateSettings & keyof Settings;

export class SettingsPanel {
  readonly #answer = query('settings_get');
  readonly status = query('sandbox_status');
  readonly people = query('people_list');
  #failures = $state.raw<Partial<Record<SettingName, string>>>({});

  get loaded() {
    return this.#answer;
  }

  get now(): Settings | undefined {
    return this.#answer.data?.settings;
  }

  /** What a setting means, and how sure its default is. */
  about(name: SettingName) {
    return this.#answer.data?.about.find((about) => about.name === name);
  }

  failure(name: SettingName): string | undefined {
    return this.#failures[name];
  }

  /** Changes one setting. False when it was refused; the reason is then `failure(name)`. */
  async change<N extends SettingName>(name: N, value: UpdateSettings[N]): Promise<boolean> {
    try {
      await mutate('settings_update', { [name]: value });
      this.#fail(name, undefined);
      return true;
    } catch (thrown) {
      const failure: Failure = asFailure(thrown);
      this.#fail(name, flawsOf(failure)[name] ?? failure.message);
      return false;
    }
  }

  #fail(name: SettingName, why: string | undefined) {
    this.#failures = { ...this.#failures, [name]: why };
  }
}

/** A whole number as somebody wrote it, or what is wrong with it. */
export function wholeNumber(text: string, least = 0): number | string {
  const plain = text.trim().replace(/[\s_,]/g, '');
  if (!/^\d+$/.test(plain)) return 'A whole number is needed, for example 100.';
  const number = Number(plain);
  if (number < least) return `At least ${String(least)} is needed.`;
  if (number > 4_294_967_295) return 'That is more than can be kept: 4,294,967,295 at the most.';
  return number;
}
