import { describe, expect, test } from 'vitest';
import { FilterText, forgetPassing } from './filter.svelte';
import { plausible } from './plausible';
import { suggestions, type KnownField } from './suggest';
import { asks, condition, partsOf, toggled, written } from './text';

const kinds = (text: string) => partsOf(text).map((part) => `${part.kind} ${text.slice(part.start, part.end)}`);

describe('the text of a filter', () => {
  test('is taken apart as the sandbox does', () => {
    expect(kinds('status:4xx (app:"Demo Web App" or service:clinical) -is:pinned took>100ms "a b" word')).toEqual([
      'field status:4xx',
      'open (',
      'field app:"Demo Web App"',
      'or or',
      'field service:clinical',
      'close )',
      'not -',
      'field is:pinned',
      'field took>100ms',
      'text "a b"',
      'text word',
    ]);
    expect(partsOf('app:"Demo \\"Web\\""')[0]?.value).toBe('Demo "Web"');
    expect(kinds('http://localhost:3000 - "open')).toEqual(['text http://localhost:3000', 'text -', 'text "open']);
  });

  test('has values in quotes where they need them', () => {
    expect(written('maya@example.com')).toBe('maya@example.com');
    expect(written('Demo Web App')).toBe('"Demo Web App"');
    expect(written('or')).toBe('"or"');
    expect(condition('app', 'a"b')).toBe('app:"a\\"b"');
  });

  test('takes and gives up a condition', () => {
    expect(toggled('', 'is:refused')).toBe('is:refused');
    expect(toggled('status:4xx', 'is:refused')).toBe('status:4xx is:refused');
    expect(toggled('a or b', 'is:refused')).toBe('(a or b) is:refused');
    expect(toggled('status:4xx is:refused word', 'is:refused')).toBe('status:4xx word');
    expect(toggled('status:4xx and is:refused', 'is:refused')).toBe('status:4xx');
    expect(toggled('is:refused and word', 'is:refused')).toBe('word');
    expect(toggled('IS:Refused', 'is:refused')).toBe('');
  });

  test('asks for a condition only where it must hold', () => {
    expect(asks('is:refused status:4xx', 'is:refused')).toBe(true);
    expect(asks('not is:refused', 'is:refused')).toBe(false);
    expect(asks('-is:refused', 'is:refused')).toBe(false);
    expect(asks('a or is:refused', 'is:refused')).toBe(false);
    expect(asks('(is:refused)', 'is:refused')).toBe(false);
  });
});

describe('what was filtered by', () => {
  const stored = () => JSON.stringify(Object.entries(localStorage));

  test('is offered again while the page lasts, and not written down', () => {
    localStorage.setItem('connect.pref.traffic.recent', '["older"]');
    const filter = new FilterText(() => {});
    filter.remember('maya@example.com');
    filter.remember('is:refused');
    expect(filter.recent).toEqual(['is:refused', 'maya@example.com']);
    expect(new FilterText(() => {}).recent).toEqual(filter.recent);
    expect(stored()).not.toContain('traffic.recent');
    expect(stored()).not.toContain('maya@');
    forgetPassing();
  });

  test('is written down when it is saved under a name, unless there is a credential in it', () => {
    const filter = new FilterText(() => {});
    const token = `"lph_at_${'x'.repeat(32)}"`;
    expect(filter.save('Refused', 'is:refused')).toBe(true);
    expect(filter.save('Its token', token)).toBe(false);
    expect(filter.saved.map((one) => one.name)).toEqual(['Refused', 'Its token']);
    expect(stored()).toContain('is:refused');
    expect(stored()).not.toContain('lph_at_');
    // Under the same name it takes the place of the other, wherever that was.
    expect(filter.save('Refused', token)).toBe(false);
    expect(filter.saved).toHaveLength(2);
    expect(stored()).not.toContain('is:refused');
    filter.forget('Refused');
    filter.forget('Its token');
    expect(filter.saved).toEqual([]);
    forgetPassing();
  });
});

describe('suggestions', () => {
  const fields: KnownField[] = [
    {
      name: 'status',
      aliases: [],
      operators: [':', '>'],
      description: 'The status.',
      example: 'status:4xx',
      values: [{ value: '200', count: 12 }, { value: '404' }],
    },
    {
      name: 'app',
      aliases: ['client'],
      operators: [':'],
      description: 'The app.',
      example: 'app:x',
      values: [{ value: 'Demo Web App', label: 'web' }],
    },
    { name: 'is', aliases: [], operators: [':'], description: 'More.', example: '', values: [{ value: 'refused' }] },
  ];
  const labels = (text: string, caret = text.length) => suggestions(text, caret, fields).map(({ label }) => label);
  const chosen = (text: string, index = 0, caret = text.length) => {
    const one = suggestions(text, caret, fields)[index];
    return one && text.slice(0, one.start) + one.insert + text.slice(one.end);
  };

  test('are fields where a condition may begin, and words that join after one', () => {
    expect(labels('')).toEqual(['status:', 'app:', 'is:', 'not']);
    expect(labels('status:200 ')).toEqual(['status:', 'app:', 'is:', 'or', 'not']);
    expect(labels('st')).toEqual(['status:']);
    expect(labels('cli')).toEqual(['app:']);
    expect(labels('ref')).toEqual(['is:refused']);
    expect(labels('-')).toEqual(['status:', 'app:', 'is:']);
  });

  test('are values behind a field, found by what they are called too', () => {
    expect(labels('status:')).toEqual(['200', '404']);
    expect(labels('status:4')).toEqual(['404']);
    expect(labels('client:WEB')).toEqual(['Demo Web App']);
    expect(labels('"quoted st')).toEqual([]);
    expect(labels('unknown:')).toEqual([]);
  });

  test('take the place of what was typed', () => {
    expect(chosen('is:refused st')).toBe('is:refused status:');
    expect(chosen('app:"De')).toBe('app:"Demo Web App" ');
    expect(chosen('st is:refused', 0, 2)).toBe('status: is:refused');
    expect(chosen('-')).toBe('-status:');
  });
});

describe('a text that is listed at once', () => {
  const field = (name: string, operators = [':'], values: string[] = []): KnownField => ({
    name,
    aliases: name === 'app' ? ['client'] : [],
    operators,
    description: '',
    example: '',
    values: values.map((value) => ({ value })),
  });
  const known = [
    field('status', [':', '>', '>=', '<', '<=']),
    field('took', ['>', '>=', '<', '<=']),
    field('app'),
    field('is', [':'], ['refused', 'pinned']),
    field('after'),
  ];

  test.each([
    'status:4xx',
    'status>=400 -is:pinned',
    '(app:"Demo Web App" or client:x) and not is:refused',
    'took>100ms after:10m "some text" word',
    'status:none',
  ])('%s', (text) => expect(plausible(text, known)).toBe(true));

  test.each([
    'status:',
    'status:4x',
    'status>4xx',
    'took:100ms',
    'appp:x',
    'is:nice',
    '(status:200',
    'status:200)',
    'or x',
    'x or',
    '()',
    'not',
    '"open',
    'app:"open',
    '- -',
    'after:tomorrow',
  ])('is not %s', (text) => expect(plausible(text, known)).toBe(false));
});
