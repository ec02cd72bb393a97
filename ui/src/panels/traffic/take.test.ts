import { beforeEach, describe, expect, test, vi } from 'vitest';
import { sandbox, testSandbox } from '../../../tests/sandbox';

const { host } = await import('../../shared');
const { notices } = await import('../../shared/state/notices.svelte');
const { copyRequest, said, saveHar } = await import('./take');

const EXPORTED = {
  har: { log: { entries: [] } },
  file_name: 'traffic.har',
  exchanges: 12,
  left_out: 0,
  redacted: [
    { what: 'access_token', places: 3 },
    { what: 'cookie', places: 1 },
  ],
  lost: 0,
};

let saved: { name: string; content: unknown }[] = [];
beforeEach(() => {
  sandbox.current = testSandbox();
  host.copyText = sandbox.current.platform.copyText;
  saved = [];
  host.saveFile = async (file) => {
    saved.push(file);
    return 'Downloads';
  };
});

describe('a request', () => {
  test('is copied without its credentials, which are offered', async () => {
    sandbox.current.answers['traffic_copy_as'] = ({ with_credentials: all }: { with_credentials: boolean }) => ({
      text: all ? 'curl -H "Bearer x"' : 'curl -H "Bearer [access_token 00000000]"',
      masked: all ? 0 : 1,
    });
    await copyRequest('exchange_1', 'curl');
    expect(sandbox.current.copied).toEqual(['curl -H "Bearer [access_token 00000000]"']);
    expect(notices.current?.text).toBe('Copied as cURL; a marker stands for 1 credential.');
    notices.current?.action?.run();
    await vi.waitFor(() => expect(sandbox.current.copied.at(-1)).toBe('curl -H "Bearer x"'));
    await vi.waitFor(() => expect(notices.current?.text).toBe('Copied as cURL, credentials included.'));
  });

  test('that can’t be copied says why', async () => {
    await copyRequest('exchange_1', 'python');
    expect(notices.current?.tone).toBe('bad');
  });
});

describe('a file', () => {
  test('is written where the person says, and what was taken out is told', async () => {
    sandbox.current.answers['traffic_export'] = () => EXPORTED;
    await saveHar({ query: 'is:refused', format: 'har', with_credentials: false });
    expect(saved).toEqual([
      { name: 'traffic.har', content: expect.stringMatching(/^\{\n "log"/), type: 'application/json' },
    ]);
    expect(notices.current?.text).toBe(
      'Saved: Downloads. 12 exchanges; 3 access tokens, 1 cookie replaced by placeholders.',
    );
  });

  test('is not written when they change their mind', async () => {
    sandbox.current.answers['traffic_export'] = () => EXPORTED;
    host.saveFile = async () => null;
    expect(await saveHar({})).toBeNull();
    expect(notices.current).toBeNull();
  });

  test('says what is not in it', () => {
    expect(said({ ...EXPORTED, redacted: [], left_out: 2, lost: 1 })).toBe(
      '12 exchanges; 2 left out that were no requests; 1 credential could not be put back.',
    );
  });
});
