/** Theme, zoom and movement. */

import { pref, presenter } from '../shared';

export type Theme = 'system' | 'light' | 'dark' | 'contrast';
export const THEMES: readonly { value: Theme; label: string }[] = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
  { value: 'contrast', label: 'High contrast' },
];

const LEVELS = [0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2];
const PRESENTER = 1.25;

export const theme = pref<Theme>('theme', 'system', (value) => THEMES.some((known) => known.value === value));
export const zoom = pref<number>('zoom', 1, (value) => LEVELS.includes(value as number));
export const motion = pref<'system' | 'reduced'>(
  'motion',
  'system',
  (value) => value === 'system' || value === 'reduced',
);

export function nextTheme(): void {
  const at = THEMES.findIndex((known) => known.value === theme.value);
  theme.value = THEMES[(at + 1) % THEMES.length]?.value ?? 'system';
}

export function zoomBy(steps: number): void {
  const at = LEVELS.indexOf(zoom.value);
  zoom.value = LEVELS[Math.min(LEVELS.length - 1, Math.max(0, (at < 0 ? 3 : at) + steps))] ?? 1;
}

const asks = (media: string) => typeof matchMedia === 'function' && matchMedia(media).matches;

/** The theme that is seen: what the system asks for when it is left to it. */
export function seenTheme(choice: Theme): Exclude<Theme, 'system'> {
  if (choice !== 'system') return choice;
  if (asks('(prefers-contrast: more)')) return 'contrast';
  return asks('(prefers-color-scheme: dark)') ? 'dark' : 'light';
}

/** Puts the choices on the page, and again whenever they or the system's change. */
export function applyAppearance(): () => void {
  let changed = $state(0);
  const again = () => (changed += 1);
  const queries =
    typeof matchMedia === 'function'
      ? ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'].map((media) => matchMedia(media))
      : [];
  for (const query of queries) query.addEventListener('change', again);
  const stop = $effect.root(() => {
    $effect.pre(() => {
      void changed;
      const root = document.documentElement;
      root.dataset['theme'] = seenTheme(theme.value);
      root.dataset['motion'] = motion.value;
      root.dataset['presenter'] = String(presenter.on);
      root.style.fontSize = `${16 * zoom.value * (presenter.on ? PRESENTER : 1)}px`;
    });
  });
  return () => {
    stop();
    for (const query of queries) query.removeEventListener('change', again);
  };
}
