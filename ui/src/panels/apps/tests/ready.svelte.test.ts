import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test } from 'vitest';
import { sandbox, testSandbox } from '../../../../tests/sandbox';
import { app } from './samples';

const { default: ConnectButton } = await import('../ready/ConnectButton.svelte');
const { default: Code } = await import('../ready/Code.svelte');
const { default: Env } = await import('../ready/Env.svelte');
const { copyDemoEnv } = await import('../ready/env');
const { maskedEnv } = await import('../ready/masked');
const { dataUrl, svgUrl } = await import('../form/picture');
const { forgetAnswers } = await import('../../../rpc');
const { host, provideHost } = await import('../../../shared/state/host');
const { notices } = await import('../../../shared/state/notices.svelte');

const ENV = {
  text: '# Demo\nLOOP_CLIENT_ID=client_1\nLOOP_CLIENT_SECRET=secret_x\nEMPTY=\n',
  variables: [
    { name: 'LOOP_CLIENT_ID', value: 'client_1', secret: false },
    { name: 'LOOP_CLIENT_SECRET', value: 'secret_x', secret: true },
    { name: 'EMPTY', value: '', secret: true },
  ],
};
const CODE = {
  title: 'Node.js with Express',
  unsuitable: null,
  files: [
    { path: 'src/server.mjs', language: 'javascript', text: 'const LOOP = 1;' },
    { path: 'package.json', language: 'json', text: '{}' },
  ],
  requires: ['Node.js 20.6 or newer'],
  steps: [
    { what: 'Put the variables into .env.', command: 'connect-sandbox env > .env', is_env: true },
    { what: 'Start it.', command: 'npm start', is_env: false },
  ],
  redirect_uri: 'http://localhost:3000/callback',
  open: 'http://localhost:3000/login',
  notes: ['Any server runs `app:app`.'],
  proof: 'Run by a test.',
};
let opened: string[];
let saved: { name: string; content: string | Uint8Array }[];

beforeEach(() => {
  forgetAnswers();
  saved = [];
  opened = [];
  sandbox.current = testSandbox();
  sandbox.current.answers = {
    apps_list: () => ({
      apps: [app({ app_type: 'm2m', seeded: true }), app({ client_id: 'client_demo', seeded: true })],
    }),
    apps_env: () => ENV,
    apps_code: ({ language }: { language: string }) =>
      language === 'react_native'
        ? { ...CODE, title: 'React Native', files: [], unsuitable: 'A phone can’t keep a secret.' }
        : CODE,
    apps_button: () => ({
      label: 'Connect with Loop',
      connected: 'Connected to Loop',
      href: 'http://localhost:3000/login',
      html: '<a class="loop-connect">',
      react: 'export function ConnectWithLoopButton()',
      svg_dark: '<svg id="dark"/>',
      svg_light: '<svg id="light"/>',
      rules: ['Never "Sign in with Loop".'],
    }),
  };
  provideHost({
    ...host,
    openExternal: async (url) => void opened.push(url),
    copyText: async (text) => void sandbox.current.copied.push(text),
    saveFile: async (file) => {
      saved.push(file);
      return `downloads/${file.name}`;
    },
  });
});

describe('the variables of an app', () => {
  test('are masked in view and whole in the copy', async () => {
    const user = userEvent.setup();
    render(Env, { app: app() });
    expect(await screen.findByText(/LOOP_CLIENT_ID=client_1/)).toBeInTheDocument();
    expect(document.body.textContent).not.toContain('secret_x');
    await user.click(screen.getByRole('button', { name: 'Copy .env' }));
    await waitFor(() => expect(sandbox.current.copied).toEqual([ENV.text]));
  });

  test('are asked for in the chosen form, and saved under its name', async () => {
    const user = userEvent.setup();
    render(Env, { app: app() });
    await user.click(await screen.findByRole('radio', { name: 'JSON' }));
    await waitFor(() =>
      expect(sandbox.current.calls.at(-1)).toEqual({
        cmd: 'apps_env',
        payload: { client_id: app().client_id, format: 'json' },
      }),
    );
    await user.click(await screen.findByRole('button', { name: 'Save' }));
    await waitFor(() => expect(saved).toMatchObject([{ name: 'env.json', content: ENV.text }]));
    expect(notices.current?.text).toMatch(/downloads\/env\.json/);
  });

  test('have nothing masked where there is no secret', () => {
    expect(maskedEnv({ text: 'A=1', variables: [{ name: 'A', value: '1', secret: false }] })).toBe('A=1');
  });

  test('of the demo app are those of the one that keeps a secret', async () => {
    await copyDemoEnv();
    expect(sandbox.current.calls.at(-1)?.payload).toEqual({ client_id: 'client_demo' });
    expect(sandbox.current.copied).toEqual([ENV.text]);
  });
});

describe('ready code', () => {
  test('is copied and saved file by file, with what to do and how far it is proved', async () => {
    const user = userEvent.setup();
    render(Code, { app: app() });
    expect(await screen.findByText('const LOOP = 1;')).toBeInTheDocument();
    expect(screen.getByText('Run by a test.')).toBeInTheDocument();
    expect(screen.getByText('app:app').tagName).toBe('CODE');
    await user.click(screen.getByRole('button', { name: 'Copy src/server.mjs' }));
    await user.click(screen.getByRole('button', { name: /^Command of step 2: npm start/ }));
    await user.click(screen.getByRole('button', { name: 'Copy .env instead' }));
    await waitFor(() => expect(sandbox.current.copied).toEqual(['const LOOP = 1;', 'npm start', ENV.text]));
    await user.click(screen.getByRole('button', { name: 'Open http://localhost:3000/login' }));
    expect(opened).toEqual(['http://localhost:3000/login']);
    await user.click(screen.getByRole('radio', { name: 'package.json' }));
    await user.click(screen.getByRole('button', { name: 'Save package.json' }));
    await waitFor(() => expect(saved).toMatchObject([{ name: 'package.json', content: '{}' }]));
  });

  test('says why there is none in a language, and keeps the choice', async () => {
    const user = userEvent.setup();
    const { unmount } = render(Code, { app: app() });
    await user.click(await screen.findByRole('radio', { name: 'React Native' }));
    expect(await screen.findByText('A phone can’t keep a secret.')).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: /^Save src/ })).toBeNull();
    unmount();
    render(Code, { app: app() });
    expect(await screen.findByRole('radio', { name: 'React Native' })).toBeChecked();
  });
});

describe('the button', () => {
  test('is seen on both pages, copied and saved in every form, and its rules are told', async () => {
    const user = userEvent.setup();
    render(ConnectButton, { app: app() });
    const dark = await screen.findByRole('img', { name: /dark, on a light page/ });
    expect(dark).toHaveAttribute('src', svgUrl('<svg id="dark"/>'));
    expect(screen.getByText('Never "Sign in with Loop".')).toBeInTheDocument();
    await user.click(screen.getByRole('radio', { name: 'React' }));
    await user.click(screen.getByRole('button', { name: /^Copy ConnectWithLoopButton/ }));
    await user.click(screen.getByRole('radio', { name: 'SVG, dark' }));
    await user.click(screen.getByRole('button', { name: /^Save/ }));
    await waitFor(() =>
      expect(saved).toMatchObject([{ name: 'connect-with-loop-dark.svg', content: '<svg id="dark"/>' }]),
    );
    expect(sandbox.current.copied).toEqual(['export function ConnectWithLoopButton()']);
  });
});

describe('a logo', () => {
  test('is put into the app as it is', () => {
    expect(dataUrl('a.PNG', Uint8Array.of(1, 2, 255))).toBe('data:image/png;base64,AQL/');
    expect(dataUrl('a.exe', Uint8Array.of(1))).toBeNull();
  });
});
