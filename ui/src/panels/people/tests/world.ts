/** Two personas and what is theirs, for the tests of the panel. */

import type {
  Biomarker,
  BiomarkerSeries,
  ConnectedApp,
  Health,
  Person,
  PersonCounts,
  PersonDetail,
  PersonProtocol,
  Read,
} from '../../../rpc/generated/types';

export const AT = '2026-05-22T12:00:00Z';
export const personOf = (id: string, name: string, brand = 'loop'): Person => ({
  user_id: id,
  name,
  email: `${name.split(' ')[0]?.toLowerCase()}@example.com`,
  brand_id: brand,
  locale: 'en-US',
  description: `${name}, in short`,
  created_at: AT,
  updated_at: AT,
});
export const MAYA = personOf('user_01JQ0MAYA0000000000000000A', 'Maya Lindqvist');
export const PRIYA = personOf('user_01JQ0PR1YA000000000000000C', 'Priya Raman', 'loopbio');

export const countsOf = (person: Person, apps: number, results: number, out_of_range: number): PersonCounts => ({
  user_id: person.user_id,
  apps,
  results,
  out_of_range,
  alerts: 0,
});
export const LDL: Biomarker = {
  code: 'ldl_cholesterol',
  name: 'LDL cholesterol',
  unit: 'mg/dL',
  category: 'lipids',
  about: 'Said of it.',
  reference_low: null,
  reference_high: 99,
  critical_below: null,
  critical_from: 190,
};
export const FERRITIN: Biomarker = {
  ...LDL,
  code: 'ferritin',
  name: 'Ferritin',
  unit: 'ng/mL',
  category: 'inflammation',
  reference_low: 15,
  reference_high: 400,
  critical_below: 8,
  critical_from: null,
};

const series = (code: string, name: string, values: number[], status: string, more: Partial<BiomarkerSeries> = {}) => ({
  code,
  name,
  unit: 'mg/dL',
  category: 'lipids',
  about: 'Said of it.',
  reference_low: null,
  reference_high: 99,
  points: values.map((value, index) => ({
    id: `biomarker_${code}_${index}`,
    at: `2026-0${index + 1}-10T08:00:00Z`,
    value,
    status: index === values.length - 1 ? status : 'normal',
    source: 'labcorp',
  })),
  ...more,
});
export const PROTOCOL: PersonProtocol = {
  enrollment_id: 'enrollment_1',
  protocol_id: 'p1',
  slug: 'iron-restoration',
  name: 'Iron restoration',
  category: 'nutrition',
  status: 'active',
  goals: ['Ferritin above 40'],
  enrolled_at: '2026-04-07T08:00:00Z',
  ended_at: null,
  days_done: 45,
  phase: 'Refill',
  check_ins_done: [30],
  next_check_in: { day_marker: 60, due_at: '2026-06-06T08:00:00Z' },
};
export const HEALTH: Health = {
  user_id: MAYA.user_id,
  biomarkers: [
    series('ldl_cholesterol', 'LDL cholesterol', [92, 128], 'high'),
    series('hdl_cholesterol', 'HDL cholesterol', [48, 52], 'normal', { reference_low: 40, reference_high: null }),
    series('tsh', 'Thyroid stimulating hormone', [2.1], 'normal', { category: 'thyroid', reference_high: 4.5 }),
  ],
  biomarkers_cut: false,
  protocols: [PROTOCOL],
  check_ins: [
    {
      id: 'c1',
      day_marker: 30,
      enrolled_at: PROTOCOL.enrolled_at,
      completed_at: '2026-05-07T10:00:00Z',
      mood: 6,
      sleep_quality: 7,
      weight_kg: 62.9,
      goals: [],
      wins: ['Iron every other day'],
      blockers: ['An empty stomach'],
      protocol_changes: null,
    },
  ],
  wearables: [{ provider: 'oura', status: 'connected', connected_at: AT, last_synced_at: AT }],
  metrics: [
    {
      key: 'steps',
      label: 'Steps',
      unit: 'count',
      source: 'oura',
      points: [
        { at: '2026-05-20T06:30:00Z', value: 8000 },
        { at: '2026-05-21T06:30:00Z', value: 9100 },
      ],
      measured: 2,
    },
  ],
  red_flags: [],
  membership: { id: 'membership_1', tier: 'core', state: 'active', has_access: true, since: AT },
  subscriptions: [],
};
export const NOTHING: Health = {
  ...HEALTH,
  user_id: PRIYA.user_id,
  biomarkers: [],
  protocols: [],
  check_ins: [],
  wearables: [],
  metrics: [],
  membership: null,
};
export const APP: ConnectedApp = {
  grant_id: 'grant_1',
  client_id: 'client_1',
  client_name: 'Demo Web App',
  client_uri: null,
  logo_uri: null,
  is_first_party: false,
  scopes: [
    { name: 'openid', consent: 'Sign in with Loop', phi: false, standing: 'documented' },
    { name: 'read:biomarkers', consent: 'View your lab results', phi: true, standing: 'documented' },
  ],
  since: AT,
  updated_at: AT,
  last_used_at: AT,
  revoked_at: null,
  state: 'active',
  trace: 'trace_1',
};
export const readOf = (seq: number, more: Partial<Read> = {}): Read => ({
  seq,
  exchange: `exchange_${seq}`,
  at: AT,
  wall: AT,
  client_id: 'client_1',
  client_name: 'Demo Web App',
  grant_id: 'grant_1',
  service: 'clinical',
  operation: 'biomarkers_me',
  what: "The lab results of the token's person",
  is_read: true,
  scope: 'read:biomarkers',
  status: 200,
  refused_by: null,
  trace: 'trace_1',
  ...more,
});
export const ALERT = {
  id: 'alert_1',
  at: AT,
  kind: 'refresh_token_reused',
  message: 'Demo Web App used an access key that had already been replaced.',
  trace: 'trace_1',
};
export const detailOf = (person: Person): PersonDetail => ({ person, grants: [], alerts: [], latest_results: [] });
