import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sandbox, testSandbox } from '../../../../tests/sandbox';
import { AT, MAYA, PRIYA, HEALTH, NOTHING, APP, readOf, ALERT, detailOf, countsOf, LDL, FERRITIN } from './world';

const { default: Panel } = await import('../People.svelte');
const { default: ConfirmHost } = await import('../../../shared/ui/ConfirmHost.svelte');
const { asks } = await import('../asks.svelte');
const { forgetAnswers, startChanges } = await import('../../../rpc');
const { startRoute, route, go } = await import('../../../shared/state/route.svelte');
const { provideHost } = await import('../../../shared/state/host');
const { question } = await import('../../../shared/state/confirm.svelte');
const { presenter } = await import('../../../shared/state/presenter.svelte');
const { notices } = await import('../../../shared/state/notices.svelte');

let stops: (() => void)[] = [];
beforeEach(() => {
  forgetAnswers();
  sandbox.current = testSandbox();
  sandbox.current.answers = {
    people_list: () => ({ people: [MAYA, PRIYA] }),
    people_get: ({ user_id }: { user_id: string }) =>
      detailOf([user_id, user_id.replace('priya@example.com', PRIYA.user_id)].includes(PRIYA.user_id) ? PRIYA : MAYA),
    people_health: ({ user_id }: { user_id: string }) => (user_id === PRIYA.user_id ? NOTHING : HEALTH),
    people_connected_apps: () => ({ apps: [APP] }),
    people_reads: () => ({ reads: [], next: null }),
    people_alerts: () => ({ alerts: [], more: false }),
    people_protocols: () => ({ protocols: [] }),
    people_counts: () => ({ counts: [countsOf(MAYA, 1, 12, 3), countsOf(PRIYA, 0, 0, 0)] }),
    people_biomarkers: () => ({ biomarkers: [LDL, FERRITIN] }),
  } as never;
  provideHost({ copyText: (text: string) => sandbox.current.platform.copyText(text) } as never);
  go('#/people', { replace: true });
  asks.newPersona = false;
  stops = [startRoute(), startChanges()];
});
afterEach(() => {
  stops.forEach((stop) => stop());
  question.close();
});

const user = () => userEvent.setup();
const calls = (cmd: string) => sandbox.current.calls.filter((call) => call.cmd === cmd).map((call) => call.payload);
/** The panel as the frame shows it: what follows its name in the address is its path. */
function open(hash = '#/people') {
  go(hash, { replace: true });
  const shown = render(Panel, { props: { path: [...route.rest] } });
  render(ConfirmHost);
  return shown;
}

describe('the list', () => {
  test('shows everybody, the first one chosen, and what the address names', async () => {
    open();
    const list = await screen.findByRole('navigation', { name: 'Personas' });
    expect(within(list).getAllByRole('link')).toHaveLength(2);
    expect(within(list).getByRole('link', { name: /Maya/ })).toHaveAttribute('aria-current', 'page');
    expect(await screen.findByRole('heading', { level: 2, name: 'Maya Lindqvist' })).toBeVisible();
  });

  test('says so when a link names nobody, and leads back', async () => {
    const { PlatformError } = await import('../../../platform/types');
    sandbox.current.answers['people_get'] = () => {
      throw new PlatformError('not_found', 'there is no persona `user_gone`; see people_list');
    };
    open('#/people/user_gone');
    expect(await screen.findByText('There is no such persona')).toBeVisible();
    expect(screen.getByRole('link', { name: 'All personas' })).toHaveAttribute('href', '#/people');
  });

  test('takes an email for an id', async () => {
    open('#/people/priya@example.com');
    expect(await screen.findByRole('heading', { level: 2, name: 'Priya Raman' })).toBeVisible();
    expect(screen.getByRole('link', { name: /Priya/ })).toHaveAttribute('aria-current', 'page');
  });

  test('is walked by arrows with one tab stop, and keeps the part that is shown', async () => {
    open(`#/people/${MAYA.user_id}?tab=reads`);
    const maya = await screen.findByRole('link', { name: /Maya/ });
    maya.focus();
    await user().keyboard('{ArrowDown}');
    expect(location.hash).toBe(`#/people/${PRIYA.user_id}?tab=reads`);
    expect(screen.getByRole('link', { name: /Priya/ })).toHaveFocus();
    expect(screen.getAllByRole('link', { name: /Maya|Priya/ }).filter((link) => link.tabIndex === 0)).toHaveLength(1);
  });

  test('is searched, and says what to do when nobody is found', async () => {
    open();
    await user().type(await screen.findByRole('searchbox', { name: 'Find a persona' }), 'loopbio');
    expect(screen.getByRole('link', { name: /Priya/ })).toBeVisible();
    expect(screen.queryByRole('link', { name: /Maya/ })).toBeNull();
    await user().type(screen.getByRole('searchbox'), ' nobody');
    await user().click(screen.getByRole('button', { name: 'Show everybody' }));
    expect(screen.getByRole('link', { name: /Maya/ })).toBeVisible();
  });

  test('says how much there is of each, asked once for all of them', async () => {
    open();
    expect(await screen.findByRole('link', { name: /Maya.*1 app.*3 out of range/ })).toBeVisible();
    expect(screen.getByRole('link', { name: /Priya.*0 apps.*no results/ })).toBeVisible();
    expect(calls('people_counts')).toHaveLength(1);
  });

  test('masks names and addresses in presenter mode, in all of the panel', async () => {
    presenter.set(true);
    // As the frame does.
    presenter.know([MAYA.name, PRIYA.name]);
    for (const tab of ['health', 'apps', 'reads', 'alerts', 'details']) {
      const shown = open(`#/people/${MAYA.user_id}?tab=${tab}`);
      expect(await screen.findByRole('heading', { level: 2, name: 'M•••• L••••' })).toBeVisible();
      for (const part of ['Maya', 'Lindqvist', 'maya@example.com', 'Priya'])
        expect(document.body.textContent).not.toContain(part);
      shown.unmount();
    }
  });

  test('says what a persona is when there is none', async () => {
    sandbox.current.answers['people_list'] = () => ({ people: [] });
    open();
    expect(await screen.findByText('Nobody lives here yet')).toBeVisible();
  });
});

describe('health', () => {
  test('stands by category, the newest value large, what is out of range told in words', async () => {
    open();
    const ldl = await screen.findByRole('article', { name: 'LDL cholesterol' });
    expect(within(ldl).getByText('128')).toBeVisible();
    expect(ldl).toHaveTextContent('above range');
    expect(ldl).toHaveTextContent('reference up to 99 mg/dL');
    expect(ldl).toHaveTextContent('+36 since Jan 10, 2026');
    expect(screen.getByText(/^1 of 3 biomarkers is out of range/)).toBeVisible();
    expect(screen.getByRole('region', { name: 'Lipids' })).toHaveTextContent('2 biomarkers, 1 out of range');
    expect(screen.getByRole('slider', { name: /^Steps, 2 values/ })).toHaveAttribute(
      'aria-valuetext',
      'May 21, 2026: 9,100',
    );
    expect(screen.getByRole('progressbar', { name: 'Days on Iron restoration' })).toHaveAttribute(
      'aria-valuetext',
      'Day 45 of 90',
    );
    expect(screen.getByText('Iron every other day')).toBeVisible();
    expect(screen.getByText('Core membership')).toBeVisible();
  });

  test('is told as a table too, and by what is out of range only', async () => {
    open();
    await user().click(await screen.findByRole('radio', { name: /^Out of range/ }));
    expect(screen.queryByRole('article', { name: 'HDL cholesterol' })).toBeNull();
    await user().click(screen.getByRole('radio', { name: 'Table' }));
    expect(screen.getByRole('rowheader', { name: 'LDL cholesterol' }).closest('tr')).toHaveTextContent(
      '128 mg/dLabove rangeup to 99 mg/dL92Feb 10, 2026',
    );
  });

  test('of a newcomer says what to add', async () => {
    open(`#/people/${PRIYA.user_id}`);
    expect(await screen.findByText('No health data yet')).toBeVisible();
    await user().click(screen.getByRole('button', { name: 'Start a protocol' }));
    expect(await screen.findByRole('dialog', { name: 'Start a protocol' })).toBeVisible();
  });

  test('values of a metric are walked by arrows', async () => {
    open();
    const steps = await screen.findByRole('slider', { name: /^Steps/ });
    steps.focus();
    await user().keyboard('{ArrowLeft}');
    expect(steps).toHaveAttribute('aria-valuetext', 'May 20, 2026: 8,000');
  });
});

describe('adding a lab result', () => {
  const dialog = () => screen.findByRole('dialog', { name: 'Add a lab result' });

  test('fills in what the catalogue knows, judges the value, and says who is told', async () => {
    sandbox.current.answers['people_add_lab_result'] = ((payload: { value: number }) => ({
      id: 'biomarker_9',
      biomarker_code: 'ldl_cholesterol',
      biomarker_name: 'LDL cholesterol',
      value: payload.value,
      unit: 'mg/dL',
      reference_low: null,
      reference_high: 99,
      status: 'high',
      collected_at: AT,
    })) as never;
    open();
    await user().click(await screen.findByRole('button', { name: 'Add a result of LDL cholesterol' }));
    const form = within(await dialog());
    expect(form.getByLabelText(/^Unit/)).toHaveAttribute('placeholder', 'mg/dL');
    await user().type(form.getByLabelText(/^Value/), '131,5');
    expect(form.getByText(/131,5 mg\/dL is above its range: up to 99 mg\/dL/)).toBeVisible();
    expect(form.getByText('clinical.biomarker.parsed.v1')).toBeVisible();
    expect(form.getByText(/may be told:/)).toHaveTextContent('Demo Web App');
    await user().click(form.getByRole('button', { name: 'Add result' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(calls('people_add_lab_result')).toEqual([{ user_id: MAYA.user_id, code: 'ldl_cholesterol', value: 131.5 }]);
    expect(notices.current?.text).toContain('LDL cholesterol 131.5 mg/dL');
  });

  test('knows the whole catalogue, also what was never measured of them', async () => {
    open(`#/people/${PRIYA.user_id}`);
    await user().click((await screen.findAllByRole('button', { name: /Add lab result|Lab result/ }))[0]!);
    const form = within(await dialog());
    await user().type(form.getByRole('combobox'), 'ferritin');
    await user().tab();
    expect(form.getByLabelText(/^Unit/)).toHaveAttribute('placeholder', 'ng/mL');
    await user().type(form.getByLabelText(/^Value/), '5');
    expect(form.getByText(/5 ng\/mL is below its range, and critical: 15–400 ng\/mL/)).toBeVisible();
  });

  test('takes one’s own biomarker, and sends nothing before there is a value', async () => {
    sandbox.current.answers['people_add_lab_result'] = () => ({
      biomarker_name: 'magnesium_rbc',
      value: 5.2,
      unit: 'mg/dL',
    });
    open();
    await user().click(await screen.findByRole('button', { name: 'Add lab result' }));
    const form = within(await dialog());
    await user().type(form.getByRole('combobox'), 'magnesium_rbc');
    await user().tab();
    await user().click(form.getByRole('button', { name: 'Add result' }));
    expect(form.getByText('A number is needed.')).toBeVisible();
    expect(calls('people_add_lab_result')).toEqual([]);
    await user().type(form.getByLabelText(/^Value/), '5.2');
    await user().type(form.getByLabelText(/^Unit/), 'mg/dL');
    await user().click(form.getByRole('button', { name: 'Add result' }));
    await waitFor(() =>
      expect(calls('people_add_lab_result')).toEqual([
        { user_id: MAYA.user_id, code: 'magnesium_rbc', value: 5.2, unit: 'mg/dL' },
      ]),
    );
  });

  test('shows what the sandbox finds wrong at its field', async () => {
    const { PlatformError } = await import('../../../platform/types');
    sandbox.current.answers['people_add_lab_result'] = () => {
      throw new PlatformError('invalid', 'one field is wrong', {
        flaws: [{ field: 'collected_at', message: 'not after now is wanted' }],
      });
    };
    open();
    await user().click(await screen.findByRole('button', { name: 'Add a result of LDL cholesterol' }));
    const form = within(await dialog());
    await user().type(form.getByLabelText(/^Value/), '100');
    await user().click(form.getByRole('button', { name: 'Add result' }));
    expect(await form.findByText('not after now is wanted')).toBeVisible();
  });
});

test('a check-in is recorded of the running protocol', async () => {
  sandbox.current.answers['people_check_in'] = () => ({ ...HEALTH.check_ins[0], day_marker: 60 });
  open();
  await user().click(await screen.findByRole('button', { name: 'Record it' }));
  const form = within(await screen.findByRole('dialog', { name: 'Record a check-in' }));
  await user().type(await form.findByLabelText('What went well'), 'Ran ten kilometres');
  await user().click(form.getByRole('button', { name: 'Record check-in' }));
  await waitFor(() => expect(calls('people_check_in')).toHaveLength(1));
  expect(calls('people_check_in')[0]).toEqual({
    user_id: MAYA.user_id,
    enrollment_id: 'enrollment_1',
    day_marker: 60,
    mood: 7,
    sleep_quality: 7,
    wins: ['Ran ten kilometres'],
  });
});

describe('connected apps', () => {
  test('say in plain English what they may do, and what disconnecting stops', async () => {
    sandbox.current.answers['grants_revoke'] = () => ({ done: true });
    open(`#/people/${MAYA.user_id}?tab=apps`);
    expect(await screen.findByText('View your lab results')).toBeVisible();
    await user().click(screen.getByRole('button', { name: 'Disconnect…' }));
    const asked = within(await screen.findByRole('alertdialog', { name: 'Disconnect Demo Web App?' }));
    expect(asked.getByText('View your lab results')).toBeVisible();
    expect(asked.getByText(/tokens stop working at once/)).toBeVisible();
    expect(calls('grants_revoke')).toEqual([]);
    await user().click(asked.getByRole('button', { name: 'Disconnect' }));
    await waitFor(() => expect(calls('grants_revoke')).toEqual([{ grant_id: 'grant_1' }]));
  });

  test('that were disconnected are shown on request', async () => {
    open(`#/people/${MAYA.user_id}?tab=apps`);
    await user().click(await screen.findByRole('switch', { name: 'Disconnected ones too' }));
    await waitFor(() =>
      expect(calls('people_connected_apps')).toContainEqual({ user_id: MAYA.user_id, with_revoked: true }),
    );
  });
});

describe('reads', () => {
  test('lead to their exchange, say under which consent, and go on where they end', async () => {
    const pages: Record<string, unknown> = {
      undefined: {
        reads: [readOf(9), readOf(8, { status: 403, refused_by: 'scope_granted', is_read: true })],
        next: 8,
      },
      '8': { reads: [readOf(5, { is_read: false, status: 201 })], next: null },
    };
    sandbox.current.answers['people_reads'] = (({ before }: { before?: number }) => pages[String(before)]) as never;
    open(`#/people/${MAYA.user_id}?tab=reads`);
    const [first] = await screen.findAllByRole('link', { name: 'The lab results' });
    expect(first).toHaveAttribute('href', '#/traffic/exchange_9');
    expect(screen.getByRole('link', { name: /403 refused/ })).toHaveAttribute('href', '#/traffic/exchange_8?tab=why');
    expect((await screen.findAllByTitle('May 22, 2026, 12:00, UTC')).length).toBe(2);
    await user().click(screen.getByRole('button', { name: 'Show older calls' }));
    expect(await screen.findByText('201 changed')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Show older calls' })).toBeNull();
    await user().click(screen.getByRole('radio', { name: 'Changes' }));
    expect(screen.getAllByRole('row')).toHaveLength(2);
  });
});

test('an alert leads to the exchange that raised it', async () => {
  sandbox.current.answers['people_alerts'] = () => ({ alerts: [ALERT], more: false });
  sandbox.current.answers['journal_list'] = () => ({
    entries: [{ kind: 'alert.raised', subject: 'alert_1', exchange: 'exchange_7' }],
    total: 1,
  });
  open(`#/people/${MAYA.user_id}?tab=alerts`);
  await user().click(await screen.findByRole('button', { name: 'Show what led to it' }));
  await waitFor(() => expect(location.hash).toBe('#/traffic/exchange_7?tab=trace'));
});

describe('details', () => {
  test('send what changed and nothing else', async () => {
    sandbox.current.answers['people_update'] = () => ({ ...MAYA, name: 'Maya L.' });
    open(`#/people/${MAYA.user_id}?tab=details`);
    const name = await screen.findByLabelText(/^Name/);
    await user().clear(name);
    await user().type(name, 'Maya L.');
    await user().click(screen.getByRole('button', { name: 'Save changes' }));
    await waitFor(() => expect(calls('people_update')).toEqual([{ user_id: MAYA.user_id, name: 'Maya L.' }]));
  });

  test('delete only after the name was written', async () => {
    sandbox.current.answers['people_delete'] = () => ({ done: true });
    open(`#/people/${MAYA.user_id}?tab=details`);
    await user().click(await screen.findByRole('button', { name: 'Delete Maya Lindqvist…' }));
    const asked = within(await screen.findByRole('alertdialog'));
    const sure = asked.getByRole('button', { name: 'Delete persona' });
    expect(sure).toBeDisabled();
    await user().type(asked.getByRole('textbox'), 'Maya Lindqvist');
    await user().click(sure);
    await waitFor(() => expect(calls('people_delete')).toEqual([{ user_id: MAYA.user_id }]));
    expect(location.hash).toBe('#/people');
  });

  test('copy the sign-in address', async () => {
    open(`#/people/${MAYA.user_id}?tab=details`);
    await user().click((await screen.findAllByRole('button', { name: /^Sign-in address: maya@example.com/ }))[0]!);
    expect(sandbox.current.copied).toEqual(['maya@example.com']);
  });
});

test('a link may ask for something to be added, once', async () => {
  open(`#/people/${MAYA.user_id}?add=result`);
  expect(await screen.findByRole('dialog', { name: 'Add a lab result' })).toBeVisible();
  expect(location.hash).toBe(`#/people/${MAYA.user_id}`);
});

test('a new persona proposes an address, and refuses one that is taken', async () => {
  sandbox.current.answers['people_create'] = ((payload: { name: string; email: string }) => ({
    ...PRIYA,
    user_id: 'user_new',
    ...payload,
  })) as never;
  asks.newPersona = true;
  open();
  const form = within(await screen.findByRole('dialog', { name: 'New persona' }));
  await user().type(form.getByLabelText(/^Name/), 'Maya Other');
  expect(await form.findByText('Maya Lindqvist has this address already.')).toBeVisible();
  expect(form.getByRole('button', { name: 'Create persona' })).toBeDisabled();
  await user().clear(form.getByLabelText(/^Email/));
  await user().type(form.getByLabelText(/^Email/), 'other@example.com');
  await user().click(form.getByRole('radio', { name: 'None yet' }));
  await user().click(form.getByRole('button', { name: 'Create persona' }));
  await waitFor(() => expect(location.hash).toBe('#/people/user_new'));
  expect(calls('people_create')).toEqual([
    { name: 'Maya Other', email: 'other@example.com', brand_id: 'loop', description: '', without_data: true },
  ]);
});

test.each(['health', 'apps', 'reads', 'alerts', 'details'])('%s has nothing that axe complains of', async (tab) => {
  sandbox.current.answers['people_reads'] = () => ({ reads: [readOf(9)], next: null });
  sandbox.current.answers['people_alerts'] = () => ({ alerts: [ALERT], more: true });
  const { container } = open(`#/people/${MAYA.user_id}?tab=${tab}`);
  await screen.findByRole('heading', { level: 2, name: 'Maya Lindqvist' });
  await waitFor(() => expect(screen.queryByRole('status', { name: 'Loading' })).toBeNull());
  const found = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
  expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)).toEqual([]);
});
