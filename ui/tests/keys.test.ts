import { describe, expect, test } from 'vitest';
import { canonical, refused, shown, spellings, split, type Press } from '../src/app/keys';

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

describe('keys', () => {
  test('are split at every plus but the last', () => {
    expect(split('Mod+Shift+C')).toEqual({ modifiers: ['Mod', 'Shift'], key: 'C' });
    expect(split('Mod++')).toEqual({ modifiers: ['Mod'], key: '+' });
    expect(split('F9')).toEqual({ modifiers: [], key: 'F9' });
  });

  test('have one spelling on each desktop', () => {
    expect(canonical('Mod+K', 'linux')).toBe('Ctrl+K');
    expect(canonical('Mod+k', 'mac')).toBe('Meta+K');
    expect(canonical('Shift+Mod+C', 'windows')).toBe('Ctrl+Shift+C');
    expect(canonical('Mod++', 'linux')).toBe('Ctrl++');
  });

  test('are shown as people know them', () => {
    expect(shown('Mod+Shift+C', 'linux')).toBe('Ctrl+Shift+C');
    expect(shown('Mod+Shift+C', 'mac')).toBe('⇧⌘C');
  });

  test('match letters with Shift exactly', () => {
    expect(spellings(press('C', { code: 'KeyC', ctrlKey: true, shiftKey: true }))).toEqual(['Ctrl+Shift+C']);
    expect(spellings(press('k', { code: 'KeyK', ctrlKey: true }))).toEqual(['Ctrl+K']);
  });

  test('match signs with and without the Shift that makes them', () => {
    expect(spellings(press('+', { code: 'Equal', ctrlKey: true, shiftKey: true }))).toEqual(['Ctrl+Shift++', 'Ctrl++']);
    expect(spellings(press('/', { code: 'Slash', ctrlKey: true }))).toEqual(['Ctrl+/']);
  });

  test('match letters by their place in another script', () => {
    expect(spellings(press('л', { code: 'KeyK', ctrlKey: true }))).toEqual(['Ctrl+K']);
    expect(spellings(press('ñ', { code: 'KeyN', ctrlKey: true, altKey: true }))).toContain('Ctrl+Alt+N');
  });

  test('are nothing while only modifiers are held', () => {
    expect(spellings(press('Control', { ctrlKey: true }))).toEqual([]);
    expect(spellings(press('Shift', { code: 'ShiftLeft', shiftKey: true, altKey: true }))).toEqual([]);
  });

  test('that belong to the browser or to typing are refused with a reason', () => {
    expect(refused('Mod+W', 'linux')).toMatch(/browser/);
    expect(refused('K', 'linux')).toMatch(/typed/);
    expect(refused('Tab', 'linux')).toMatch(/moves/);
    expect(refused('F8', 'linux')).toBeNull();
    expect(refused('Mod+Shift+K', 'linux')).toBeNull();
  });
});
