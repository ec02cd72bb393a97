import { describe, expect, test } from 'vitest';
import { between, contains, count, shift, toggle } from '../src/shared/data/ranges';
import { extent, ticks, timeTicks } from '../src/shared/data/scale';
import { notices, notify } from '../src/shared/state/notices.svelte';
import { pref } from '../src/shared/state/prefs.svelte';
import { masked, presenter } from '../src/shared/state/presenter.svelte';
import { go, href, route, startRoute } from '../src/shared/state/route.svelte';
import { bytes, duration, relative, utc } from '../src/shared/state/time.svelte';
import { compare, difference, visible } from '../src/shared/ui/difference';

describe('ranges', () => {
  test('hold rows without naming each', () => {
    expect(contains([[0, 99_999]], 50_000)).toBe(true);
    expect(
      count([
        [0, 9],
        [20, 20],
      ]),
    ).toBe(11);
    expect(between(7, 3)).toEqual([3, 7]);
  });
  test('take rows in and out', () => {
    expect(toggle([[0, 4]], 2)).toEqual([
      [0, 1],
      [3, 4],
    ]);
    expect(
      toggle(
        [
          [0, 1],
          [3, 4],
        ],
        2,
      ),
    ).toEqual([[0, 4]]);
    expect(toggle([[2, 2]], 2)).toEqual([]);
  });
  test('move with their rows', () => {
    expect(
      shift(
        [
          [0, 4],
          [10, 12],
        ],
        -5,
      ),
    ).toEqual([[5, 7]]);
  });
});

describe('differences', () => {
  const marked = (expected: string, received: string) =>
    compare(expected, received).map((stretches) =>
      stretches.map(({ text, same }) => (same ? text : `[${text}]`)).join(''),
    );
  test('are counted in characters, not in code units', () => {
    expect(difference('a😀b', 'a😀c')).toEqual({ same_start: 2, same_end: 0 });
    expect(marked('a😀b', 'a😀c')).toEqual(['a😀[b]', 'a😀[c]']);
  });
  test('find a missing letter', () => {
    expect(marked('callback', 'calback')).toEqual(['cal[l]back', 'cal[]back']);
  });
  test('find several in texts that are alike', () => {
    expect(marked('http://localhost:3000/callback', 'http://localhost:3000/calback/ ')).toEqual([
      'http://localhost:3000/cal[l]back[]',
      'http://localhost:3000/cal[]back[/ ]',
    ]);
  });
  test('are one stretch in texts that are not alike', () => {
    expect(
      marked('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'),
    ).toEqual(['[E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM]', '[47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU]']);
    expect(marked('', 'x')).toEqual(['[]', '[x]']);
    expect(marked('same', 'same')).toEqual(['same', 'same']);
  });
  test('make invisible characters visible', () => {
    expect(visible('a b\t\r\n')).toBe('a␣b⇥␍␊');
  });
});

describe('presenter mode', () => {
  test('masks what looks like a credential, an id or an email, and nothing else', () => {
    expect(masked('client_01M7Z7GNBT5KFYW264Y491WGMA')).toBe('client_••••');
    expect(masked('Bearer eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.abc-_1')).toBe('Bearer ••••');
    expect(masked('maya@example.com')).toBe('••••@••••');
    expect(masked('code_verifier=dBjftJeZ4CVPmB92K27uhbUJU1p1rwW1gFWFOEjXk')).toBe('code_verifier=••••');
    expect(masked('a3bb189e-8bf9-3888-9912-ace4e6543002')).toBe('••••');
    for (const plain of [
      'http://127.0.0.1:9400/v1/oauth/token',
      'read:biomarkers write:check_ins',
      'GET /clinical/v1/biomarkers/ldl_cholesterol',
      'grant_type=authorization_code',
    ])
      expect(masked(plain)).toBe(plain);
  });
  test('masks who somebody is: names that are known, dates of birth, addresses', () => {
    const names = ['Maya Lindqvist', 'Sam Wei'];
    expect(masked('{"name":"Maya Lindqvist","sub":"x"}', names)).toBe('{"name":"M•••• L••••","sub":"x"}');
    expect(masked('Maya’s Wei-Lindqvist samples', names)).toBe('M••••’s W••••-L•••• samples');
    expect(masked('{"birthdate": "1988-04-12", "given_name":"Ada"}')).toBe(
      '{"birthdate": "••••", "given_name":"••••"}',
    );
    expect(masked('dob=1988-04-12&scope=openid')).toBe('dob=••••&scope=openid');
    expect(masked('login_hint=maya%40example.com')).toBe('login_hint=••••@••••');
    presenter.set(true);
    expect(presenter.name('Maya Lindqvist')).toBe('M•••• L••••');
    presenter.know(names);
    expect(presenter.shown('Alerted Maya')).toBe('Alerted M••••');
    presenter.know([]);
    presenter.set(false);
    expect(presenter.name('Maya Lindqvist')).toBe('Maya Lindqvist');
  });
  test('does so only while it is on', () => {
    expect(presenter.shown('maya@example.com')).toBe('maya@example.com');
    presenter.set(true);
    expect(presenter.shown('maya@example.com')).toBe('••••@••••');
  });
});

describe('words for numbers', () => {
  test('of time', () => {
    expect(relative(0, 0)).toBe('now');
    expect(relative(-3 * 60_000, 0)).toBe('3 minutes ago');
    expect(relative(25 * 3_600_000, 0)).toBe('tomorrow');
    expect(relative(5 * 3_600_000, 0)).toBe('in 5 hours');
    expect(utc(Date.UTC(2026, 4, 22, 12, 34, 56))).toBe('2026-05-22 12:34:56 UTC');
    expect(utc(Number.NaN)).toBe('no time');
    expect([850, 1234, 45_678, 4_200_000, 12_000_000_000].map(duration)).toEqual([
      '850 µs',
      '1.23 ms',
      '45.7 ms',
      '4.2 s',
      '3 h 20 min',
    ]);
  });
  test('of size', () => {
    expect([312, 4200, 2_097_152].map(bytes)).toEqual(['312 B', '4.1 KiB', '2.0 MiB']);
  });
});

describe('a chart’s lines', () => {
  test('are round and few', () => {
    expect(ticks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(ticks(1.3, 4.8, 4)).toEqual([2, 3, 4]);
    expect(ticks(5, 5)).toEqual([5]);
  });
  test('leave air, but not below zero', () => {
    expect(extent([1, 2], [0.1, null])[0]).toBe(0);
    expect(extent([], [])).toEqual([0, 1]);
  });
  test('name months, with the year in January', () => {
    const names = timeTicks(Date.UTC(2025, 9, 3), Date.UTC(2026, 2, 20)).map((tick) => tick.text);
    expect(names).toEqual(['Nov', 'Dec', 'Jan 2026', 'Feb', 'Mar']);
  });
});

describe('choices', () => {
  test('are found again, and nonsense is not', () => {
    pref('zoom-test', 1).value = 2;
    expect(localStorage.getItem('connect.pref.zoom-test')).toBe('2');
    localStorage.setItem('connect.pref.broken', '{');
    localStorage.setItem('connect.pref.other', '"text"');
    expect(pref('broken', 7).value).toBe(7);
    expect(pref('other', 7).value).toBe(7);
    const choice = pref('zoom-test', 1);
    choice.reset();
    expect(localStorage.getItem('connect.pref.zoom-test')).toBeNull();
  });
});

describe('addresses', () => {
  test('are made from parts', () => {
    expect(href('apps', 'a/b', { tab: 'code' })).toBe('#/apps/a%2Fb?tab=code');
  });
});

describe('the place', () => {
  test('is where a window was left, and an address goes before it', () => {
    const stop = startRoute({ goesOn: true });
    go(href('traffic', 'exchange_1'), { replace: true });
    stop();
    history.replaceState(null, '', '#');
    startRoute({ goesOn: true })();
    expect(location.hash).toBe('#/traffic/exchange_1');
    expect([route.panel, ...route.rest]).toEqual(['traffic', 'exchange_1']);
    history.replaceState(null, '', '#/apps');
    startRoute({ goesOn: true })();
    expect(route.panel).toBe('apps');
  });

  test('is written down without a text of the person’s own', () => {
    const kept = () => localStorage.getItem('connect.pref.place');
    const stop = startRoute({ goesOn: true });
    go(href('traffic', 'exchange_1', { q: 'maya "lph_at_x"', tab: 'why', with: 'exchange_2' }), { replace: true });
    expect(location.hash).toContain('maya');
    expect(kept()).toBe('"#/traffic/exchange_1?tab=why&with=exchange_2"');
    stop();
    // What an older version wrote down is not gone back to.
    pref('place', '').value = '#/traffic?q=maya';
    history.replaceState(null, '', '#');
    startRoute({ goesOn: true })();
    expect(location.hash).toBe('#/traffic');
    expect(kept()).toBe('"#/traffic"');
  });

  test('of a browser is its address alone', () => {
    pref('place', '').value = '#/traffic';
    history.replaceState(null, '', '#');
    startRoute()();
    expect(route.panel).toBe('');
  });
});

describe('notifications', () => {
  test('are kept, newest first, and failures stay until dismissed', () => {
    notify('good', 'one');
    notify('bad', 'two');
    expect(notices.all.map((notice) => notice.text)).toEqual(['two', 'one']);
    expect(notices.unseen).toBe(2);
    expect(notices.current?.text).toBe('two');
    notices.dismiss();
    expect(notices.current).toBeNull();
  });
});
