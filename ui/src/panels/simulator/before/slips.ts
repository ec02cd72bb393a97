/** Slips by what they are about. Every slip has its place here: a test holds them beside the simulator's own list. */

import type { Step, StepView, TamperInfo } from '../../../rpc';

export interface SlipGroup {
  readonly title: string;
  readonly slips: readonly TamperInfo[];
}

/** What a slip spoils, in the order in which a step is looked through. */
const GROUPS: readonly (readonly [title: string, names: readonly string[]])[] = [
  ['The verifier (PKCE)', ['wrong_verifier', 'no_verifier', 'short_verifier', 'challenge_as_verifier']],
  ['The code', ['code_twice', 'code_expired', 'code_of_another_app', 'unknown_code', 'no_code', 'verifier_as_code']],
  [
    'The refresh token',
    [
      'refresh_access_token',
      'refresh_expired',
      'refresh_unknown_token',
      'refresh_no_token',
      'refresh_twice',
      'newest_token',
    ],
  ],
  [
    'The token',
    [
      'no_token',
      'expired_token',
      'altered_token',
      'id_token_as_bearer',
      'refresh_token_as_bearer',
      'introspect_altered_token',
      'introspect_refresh_token',
      'introspect_code',
      'introspect_no_token',
      'revoke_unknown_token',
      'revoke_no_token',
      'revoke_access_token_only',
      'revoke_wrong_hint',
    ],
  ],
  [
    'Client authentication',
    [
      'no_secret',
      'wrong_secret',
      'secret_with_white_space',
      'secret_of_public_client',
      'both_authentications',
      'basic_authentication',
      'no_client_id',
      'introspect_unauthenticated',
      'introspect_wrong_secret',
      'introspect_by_bearer',
      'introspect_by_another_app',
      'refresh_by_another_app',
      'refresh_no_secret',
      'reuse_by_another_app',
      'reuse_no_secret',
      'revoke_unauthenticated',
      'revoke_no_secret',
      'revoke_by_another_app',
    ],
  ],
  ['The challenge (PKCE)', ['plain_method', 'no_method', 'no_challenge', 'malformed_challenge']],
  [
    'The redirect URI',
    [
      'other_redirect_uri_asked',
      'trailing_slash',
      'other_port',
      'localhost_by_another_name',
      'no_redirect_uri_asked',
      'other_redirect_uri',
      'no_redirect_uri',
    ],
  ],
  ['Who asks', ['unknown_client', 'no_client_id_asked']],
  [
    'Scopes',
    [
      'extra_scope',
      'admin_scope',
      'unknown_scope',
      'commas_between_scopes',
      'no_scope',
      'out_of_scope',
      'write_without_scope',
      'refresh_more_scope',
      'refresh_fewer_scope',
      'refresh_unknown_scope',
      'reuse_more_scope',
    ],
  ],
  ['State and nonce', ['missing_state', 'no_nonce', 'altered_state', 'callback_without_state', 'other_nonce']],
  ['Who answers', ['other_issuer', 'callback_without_issuer']],
  ['What comes back', ['missing_code', 'error_in_callback']],
  ['The signature', ['altered_claim', 'alg_none', 'key_confusion', 'unknown_key']],
  ['Whom and when it is for', ['other_audience', 'expired_id_token']],
  ['How the token is carried', ['token_in_query', 'token_in_two_places', 'basic_scheme', 'no_scheme']],
  ['What is called', ['another_persons_id', 'unknown_path', 'wrong_method']],
  [
    'Grant and response type',
    [
      'response_type_token',
      'no_response_type',
      'wrong_grant_type',
      'no_grant_type',
      'client_credentials_here',
      'prompt_none',
      'unknown_prompt',
    ],
  ],
  [
    'How it is sent',
    [
      'duplicated_parameter_asked',
      'request_object',
      'request_uri',
      'json_body',
      'duplicated_parameter',
      'parameters_in_url',
      'get_request',
    ],
  ],
  ['The person', ['person_denies']],
  ['Something else in its place', ['introspect_instead', 'refresh_instead', 'revoke_again']],
];

/** Where a slip goes that nobody has placed yet. */
const OTHERS = 'Others';

const PLACES = new Map(GROUPS.flatMap(([title, names]) => names.map((name) => [name, title] as const)));

/** The group of a slip; undefined for one without a place. */
export function groupOf(name: string): string | undefined {
  return PLACES.get(name);
}

export interface SlipsOfStep {
  readonly step: Step;
  /** Its place in the walk, from 1. */
  readonly number: number;
  readonly title: string;
  readonly slips: readonly TamperInfo[];
}

/** What a search finds in the other steps, in the order of the walk. Nothing is looked for with no word. */
export function elsewhere(
  slips: readonly TamperInfo[],
  wanted: string,
  here: Step | null,
  steps: readonly Pick<StepView, 'step' | 'title'>[],
): readonly SlipsOfStep[] {
  if (wanted.trim() === '') return [];
  const found = grouped(slips, wanted).flatMap((group) => group.slips);
  return steps.flatMap(({ step, title }, index) => {
    const own = step === here ? [] : found.filter((one) => one.step === step);
    return own.length > 0 ? [{ step, number: index + 1, title, slips: own }] : [];
  });
}

/** Steps that have slips, as a sentence names them: `4 to 13`, or `4, 5 and 8`. */
export function placesWith(slips: readonly TamperInfo[], steps: readonly Pick<StepView, 'step'>[]): string {
  const numbers = steps.flatMap(({ step }, index) => (slips.some((one) => one.step === step) ? [index + 1] : []));
  const [first, last] = [numbers[0], numbers.at(-1)];
  if (first === undefined || last === undefined) return '';
  if (numbers.length > 2 && last - first === numbers.length - 1) return `${first} to ${last}`;
  return numbers.length > 1 ? `${numbers.slice(0, -1).join(', ')} and ${last}` : `${first}`;
}

/** The slips that have every word in their title, name, description or group, in groups. */
export function grouped(slips: readonly TamperInfo[], wanted = ''): readonly SlipGroup[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const found = slips.filter(({ name, title, about }) => {
    const text = `${title} ${name} ${about} ${groupOf(name) ?? OTHERS}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return [...GROUPS.map(([title]) => title), OTHERS].flatMap((title) => {
    const own = found.filter(({ name }) => (groupOf(name) ?? OTHERS) === title);
    return own.length > 0 ? [{ title, slips: own }] : [];
  });
}
