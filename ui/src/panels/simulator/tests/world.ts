/** A walk for tests: a sandbox that takes steps one after the other, as the real one does. */

import type {
  Parameter,
  Plan,
  PlannedRequest,
  PlanStep,
  Prediction,
  RunStep,
  StartWalk,
  Step,
  StepRun,
  StepState,
  StepView,
  UpdateWalk,
  WalkEnd,
  WalkExchange,
  WalkExchangeRef,
  WalkSession,
} from '../../../rpc';
import { sandbox } from '../../../../tests/sandbox';
import { changed } from '../setup/unsaved.svelte';

export const STEPS: readonly (readonly [Step, string])[] = [
  ['configure', 'Configure'],
  ['pkce', 'Verifier and challenge'],
  ['authorization_url', 'Authorization URL'],
  ['sign_in', 'Sign-in and consent'],
  ['callback', 'Callback'],
  ['token', 'Token exchange'],
];

const MORE_SLIPS = [
  'no_verifier',
  'code_twice',
  'code_expired',
  'no_secret',
  'wrong_secret',
  'secret_of_public_client',
  'other_redirect_uri',
  'json_body',
];
const NOW = '2026-01-01T00:00:00Z';
const PREDICTION: Prediction = {
  expected: { place: 'body', status: 200, error: null },
  words: 'Tokens are given.',
  because: 'the verifier fits the challenge',
  source: 'RFC 7636 §4.6',
  standing: 'standard',
  effects: [],
};

export interface FakeWalks {
  sessions: WalkSession[];
  /** Ids of those whose key is gone. */
  lost: string[];
  change(): void;
}

/** As the sandbox says it. */
const WORDS: Record<StepState, string> = {
  later: 'later',
  next: 'next',
  waiting: 'waits for you',
  done: 'done',
  refused_as_meant: 'refused, as meant',
  failed: 'went wrong',
  skipped: 'left out',
  left_out: 'not in this walk',
};

/** How a run ended. */
function endOf(run: StepRun | undefined): WalkEnd | null {
  if (!run) return null;
  const title = STEPS.find(([step]) => step === run.step)?.[1] ?? run.step;
  const tamper = run.tamper ? { name: run.tamper, title: run.tamper.replaceAll('_', ' ') } : null;
  const { state, word } = run.outcome;
  return { step: run.step, title, state, word, cancelled: false, tamper, edited: run.edited };
}

/** What a mistake makes of a field of the token request; null where the field is not sent. */
const SPOILED: Record<string, readonly [field: string, value: string | null]> = {
  wrong_verifier: ['code_verifier', 'another-verifier'],
  no_verifier: ['code_verifier', null],
  code_twice: ['code', '{{spent_code}}'],
  code_expired: ['code', '{{old_code}}'],
  no_secret: ['client_secret', null],
  wrong_secret: ['client_secret', 'another-secret'],
  other_redirect_uri: ['redirect_uri', 'http://localhost:3000/other'],
};
/** The token request as it is sent, credentials by name. */
const FIELDS: Readonly<Record<string, string>> = {
  grant_type: 'authorization_code',
  code: '{{code}}',
  redirect_uri: 'http://localhost:3000/callback',
  code_verifier: '{{code_verifier}}',
  client_secret: '{{client_secret}}',
};

/** The token request with a mistake in it, each parameter as it then is; `shown` is a value as it stands in the plan. */
function tokenRequest(
  tamper: string | null,
  url: string | undefined,
  shown: (value: string) => string,
): PlannedRequest {
  const [spoiled, value] = (tamper ? SPOILED[tamper] : undefined) ?? [];
  const fields = Object.entries(FIELDS).flatMap(([name, usual]): [string, string][] => {
    if (name !== spoiled) return [[name, shown(usual)]];
    return value == null ? [] : [[name, shown(value)]];
  });
  return {
    label: 'Token request',
    main: true,
    method: 'POST',
    url: url ?? 'http://127.0.0.1:9400/v1/oauth/token',
    headers: [{ name: 'Content-Type', value: 'application/x-www-form-urlencoded' }],
    body: fields.map(([name, text]) => `${name}=${text}`).join('&'),
    parameters: fields.map(([name, text]): Parameter => ({
      place: 'form',
      name,
      value: text,
      meaning: `What ${name} is for.`,
      source: 'RFC 6749 §4.1.3',
      tampered: name === spoiled,
    })),
  };
}

export function fakeWalks(): FakeWalks {
  const fake: FakeWalks = {
    sessions: [],
    lost: [],
    change: () => sandbox.current.change({ topics: ['simulator'] }),
  };
  const of = (id: string) => {
    const found = fake.sessions.find(({ summary }) => summary.session === id);
    if (!found) throw Object.assign(new Error('there is no such session'), { code: 'not_found' });
    return found;
  };
  const replace = (next: WalkSession) => {
    fake.sessions = fake.sessions.map((one) => (one.summary.session === next.summary.session ? next : one));
    return next;
  };
  /** The session with its steps as its runs have it. */
  const settled = (session: WalkSession): WalkSession => {
    const counting = session.runs.filter(({ set_aside }) => !set_aside);
    const next = STEPS.find(([step]) => !counting.some((run) => run.step === step && run.outcome.state === 'done'));
    const steps = STEPS.map(([step, title]): StepView => {
      const run = counting.findLast((one) => one.step === step);
      const state = run ? run.outcome.state : step === next?.[0] ? 'next' : 'later';
      const word = run?.outcome.word ?? WORDS[state];
      return { step, title, state, word, run: run?.run ?? null, left_out: null };
    });
    return {
      ...session,
      steps,
      summary: {
        ...session.summary,
        step: next?.[0] ?? null,
        ended: endOf(counting.at(-1)),
        ended_before: counting.length === 0 ? endOf(session.runs.at(-1)) : null,
        done: counting.length,
        exchanges: session.exchanges.length,
      },
    };
  };
  const take = (session: WalkSession, step: Step, tamper: string | null): WalkSession => {
    const number = session.runs.length + 1;
    const place = STEPS.findIndex(([one]) => one === step);
    const sends = ['configure', 'sign_in', 'token'].includes(step);
    const exchange: WalkExchange = {
      exchange: session.exchanges.length + 1,
      run: number,
      step,
      label: step === 'token' ? 'Token request' : 'Request',
      from: 'app',
      to: 'identity',
      at: NOW,
      method: 'POST',
      url: 'http://127.0.0.1:9400/v1/oauth/token',
      status: tamper ? 400 : 200,
      error: tamper ? 'invalid_grant' : null,
      failed: null,
      timing: { connected_us: 10, sent_us: 20, first_byte_us: 900, done_us: 950 },
      hidden: false,
      server: null,
      tls: false,
      prediction: null,
      agreement: null,
    };
    const run: StepRun = {
      run: number,
      step,
      at: NOW,
      took_ms: 2,
      set_aside: false,
      tamper,
      edited: false,
      prediction: sends ? PREDICTION : null,
      agreement: sends
        ? {
            agrees: !tamper,
            answered: { place: 'body', status: tamper ? 400 : 200, error: tamper ? 'invalid_grant' : null },
            words: tamper ? 'It was refused.' : 'Tokens were given.',
          }
        : null,
      outcome: {
        state: tamper ? 'refused_as_meant' : 'done',
        word: WORDS[tamper ? 'refused_as_meant' : 'done'],
        words: `${step} was taken`,
        fix: null,
      },
      shown: [],
      checks: [],
      claims: [],
      exchanges: sends ? [exchange.exchange] : [],
      main_exchange: sends ? exchange.exchange : null,
    };
    return settled({
      ...session,
      runs: [
        ...session.runs.map((one) => ({
          ...one,
          set_aside: one.set_aside || STEPS.findIndex(([known]) => known === one.step) >= place,
        })),
        run,
      ],
      exchanges: sends ? [...session.exchanges, exchange] : session.exchanges,
    });
  };
  const begun = (id: string, { name, target, setup }: StartWalk): WalkSession =>
    settled({
      summary: {
        session: id,
        name: name ?? 'Demo Web App as Maya',
        target: { base_url: target ?? 'http://127.0.0.1:9400', own: !target },
        app: 'Demo Web App',
        persona: 'maya@example.com',
        step: 'configure',
        ended: null,
        ended_before: null,
        done: 0,
        exchanges: 0,
        disagreements: 0,
        kept: false,
        deleted_at: null,
        created_at: NOW,
        updated_at: NOW,
      },
      setup: {
        client_id: setup?.app ?? 'client_web',
        app_name: 'Demo Web App',
        app_type: 'web',
        has_secret: true,
        persona: 'maya@example.com',
        scopes: ['openid', 'read:biomarkers'],
        redirect_uri: 'http://localhost:3000/callback',
        client_authentication: 'body',
        consent: 'automatic',
        allow: true,
        nonce: true,
        prompt: null,
        call: null,
        outside_call: null,
      },
      steps: [],
      runs: [],
      exchanges: [],
      waiting: null,
      trace: null,
      code_expires_at: null,
    });

  Object.assign(sandbox.current.answers, {
    simulator_list: () => ({
      sessions: fake.sessions.map(({ summary }) => summary),
      lost: fake.lost,
    }),
    simulator_choices: () => ({
      apps: [
        {
          client_id: 'client_web',
          name: 'Demo Web App',
          app_type: 'web',
          redirect_uris: ['http://localhost:3000/callback'],
          scopes: ['openid', 'read:biomarkers'],
          id_token_alg: 'RS256',
        },
      ],
      personas: [{ email: 'maya@example.com', name: 'Maya Chen' }],
      calls: [{ call: 'GET /clinical/v1/biomarkers/me', summary: 'Biomarkers', scope: 'read:biomarkers' }],
      profile: 'loop',
      unlocked: [],
    }),
    scopes_list: () => ({
      scopes: [
        {
          name: 'openid',
          gates: 'Sign-in',
          consent: 'Know who you are',
          service: 'identity',
          phi: false,
          standing: 'documented',
          phi_standing: 'documented',
          machine_only: false,
        },
        {
          name: 'read:biomarkers',
          gates: 'Biomarkers',
          consent: 'Read your biomarkers',
          service: 'clinical',
          phi: true,
          standing: 'documented',
          phi_standing: 'documented',
          machine_only: false,
        },
      ],
    }),
    simulator_tampers: () => ({
      tampers: [
        {
          name: 'wrong_verifier',
          step: 'token',
          title: 'Wrong verifier',
          about: 'Another verifier is sent.',
          moves_clock: false,
          unavailable: null,
        },
        ...MORE_SLIPS.map((name) => ({
          name,
          step: 'token',
          title: name.replaceAll('_', ' '),
          about: `What ${name} is.`,
          moves_clock: false,
          unavailable: name === 'secret_of_public_client' ? 'This app is not public.' : null,
        })),
      ],
    }),
    simulator_unlock: () => ({ apps: [], personas: [], calls: [], profile: 'loop', unlocked: [] }),
    simulator_start: (asked: StartWalk) => {
      const session = begun(`walk_${fake.sessions.length + 1}`, asked);
      fake.sessions = [session, ...fake.sessions];
      return session;
    },
    simulator_get: ({ session }: { session: string }) => of(session),
    simulator_update: ({ session, name, kept, setup }: UpdateWalk) => {
      const old = of(session);
      const summary = { ...old.summary, name: name ?? old.summary.name, kept: kept ?? old.summary.kept };
      return replace({ ...old, summary, setup: changed(old.setup, setup ?? null) });
    },
    simulator_delete: ({ session }: { session: string }) => {
      fake.sessions = fake.sessions.filter(({ summary }) => summary.session !== session);
      fake.lost = fake.lost.filter((one) => one !== session);
      return {};
    },
    simulator_plan: ({ session, step: asked, tamper, edit, run: number }: PlanStep): Plan => {
      const run = of(session).runs.find((one) => one.run === number);
      if (number != null && (!run || (tamper != null && tamper !== run.tamper)))
        throw Object.assign(new Error('the session has no such run'), { code: run ? 'invalid' : 'not_found' });
      const step = run?.step ?? asked ?? of(session).summary.step ?? 'configure';
      // What was sent is shown with markers, as in the exchanges.
      const shown = (value: string) => (run ? value.replace(/\{\{(\w+)\}\}/, `[$1 0000000${run.run}]`) : value);
      const prediction = { ...PREDICTION, words: tamper ? 'It is refused.' : 'Tokens are given.' };
      return {
        step,
        purpose: `Why there is ${step}.`,
        action: `What ${step} does.`,
        blocked: null,
        requests: step === 'token' ? [tokenRequest(tamper ?? null, edit?.url, shown)] : [],
        prediction: step === 'token' && (!run || tamper) ? prediction : null,
        tamper: null,
      };
    },
    simulator_run: ({ session, step, tamper }: RunStep) => {
      const old = of(session);
      return replace(take(old, step ?? old.summary.step ?? 'configure', tamper ?? null));
    },
    simulator_run_all: ({ session }: { session: string }) => {
      let next = of(session);
      while (next.summary.step) next = take(next, next.summary.step, null);
      return replace(next);
    },
    simulator_restart: ({ session }: { session: string }) => {
      const old = of(session);
      return replace(settled({ ...old, runs: old.runs.map((run) => ({ ...run, set_aside: true })) }));
    },
    simulator_go: ({ session, step }: { session: string; step: Step }) => {
      const old = of(session);
      const place = STEPS.findIndex(([known]) => known === step);
      return replace(
        settled({
          ...old,
          runs: old.runs.map((run) => ({
            ...run,
            set_aside: run.set_aside || STEPS.findIndex(([known]) => known === run.step) >= place,
          })),
        }),
      );
    },
    simulator_diagram: ({ session }: { session: string }) => ({
      diagram: {
        lanes: [
          { party: 'browser', title: 'Browser', detail: 'Maya' },
          { party: 'app', title: 'App', detail: 'Demo Web App' },
          { party: 'identity', title: 'Identity', detail: '127.0.0.1:9400' },
        ],
        arrows: of(session).exchanges.flatMap(({ exchange, run, step, from, to }) => [
          {
            kind: 'request',
            exchange,
            run,
            step,
            from,
            to,
            label: 'POST /v1/oauth/token',
            detail: '',
            bad: false,
            foreseen: false,
          },
          {
            kind: 'response',
            exchange,
            run,
            step,
            from: to,
            to: from,
            label: '200 OK',
            detail: '',
            bad: false,
            foreseen: false,
          },
        ]),
      },
      text: 'sequenceDiagram',
      file_name: 'walk.mmd',
    }),
    simulator_exchange: ({ session, exchange }: WalkExchangeRef) => ({
      summary: of(session).exchanges.find((one) => one.exchange === exchange),
      request: 'POST /v1/oauth/token HTTP/1.1\r\n\r\n',
      response: 'HTTP/1.1 200 OK\r\n\r\n',
      request_parts: {
        start_line: 'POST /v1/oauth/token HTTP/1.1',
        status: null,
        headers: [],
        query: [],
        form: [],
        media_type: '',
        kind: 'empty',
        body_bytes: 0,
        body: null,
        truncated: false,
      },
      response_parts: null,
    }),
    simulator_hand_over: ({ form }: { form: string }) => ({
      text: `the walk in ${form}`,
      file_name: `walk.${form}`,
      beside: [],
      run: [],
    }),
    simulator_callback: ({ session }: { session: string }) => of(session),
  });
  return fake;
}
