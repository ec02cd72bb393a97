/** What can be written about an app, as a form holds it, and how that becomes a command's request. */

import type { App, AppType, CheckApp, CreateApp, IdTokenAlg, UpdateApp } from '../../rpc';

/** Texts are as typed: blanks around them and empty rows are left out when they are sent. */
export interface Fields {
  name: string;
  app_type: AppType;
  redirect_uris: readonly string[];
  scopes: readonly string[];
  webhook_url: string;
  allowed_origins: readonly string[];
  client_uri: string;
  logo_uri: string;
  /** In seconds, as typed. */
  access_token_lifetime_seconds: string;
  id_token_alg: IdTokenAlg;
  /** Registration only: neither can be changed later. */
  brand_id: string;
  is_first_party: boolean;
}

export type FieldName = keyof Fields;

/** In the order of the form. */
export const FIELD_NAMES = [
  'name',
  'app_type',
  'redirect_uris',
  'scopes',
  'webhook_url',
  'allowed_origins',
  'client_uri',
  'logo_uri',
  'access_token_lifetime_seconds',
  'id_token_alg',
  'brand_id',
  'is_first_party',
] as const satisfies readonly FieldName[];

/** What a field is called, for lists of changes and of flaws. */
export const FIELD_WORDS: Record<FieldName, string> = {
  name: 'Name',
  app_type: 'Type',
  redirect_uris: 'Redirect URIs',
  scopes: 'Scopes',
  webhook_url: 'Webhook URL',
  allowed_origins: 'Allowed origins',
  client_uri: 'Home page',
  logo_uri: 'Logo',
  access_token_lifetime_seconds: 'Access token lifetime',
  id_token_alg: 'id_token algorithm',
  brand_id: 'Brand',
  is_first_party: 'First-party app',
};

export function emptyFields(): Fields {
  return {
    name: '',
    app_type: 'web',
    redirect_uris: [''],
    scopes: [],
    webhook_url: '',
    allowed_origins: [''],
    client_uri: '',
    logo_uri: '',
    access_token_lifetime_seconds: '3600',
    id_token_alg: 'EdDSA',
    brand_id: 'loop',
    is_first_party: false,
  };
}

export function fieldsOf(app: App): Fields {
  return {
    name: app.name,
    app_type: app.app_type,
    redirect_uris: app.redirect_uris,
    scopes: app.scopes,
    webhook_url: app.webhook_url ?? '',
    allowed_origins: app.allowed_origins,
    client_uri: app.client_uri ?? '',
    logo_uri: app.logo_uri ?? '',
    access_token_lifetime_seconds: String(app.access_token_lifetime_seconds),
    id_token_alg: app.id_token_alg,
    brand_id: app.brand_id,
    is_first_party: app.is_first_party,
  };
}

/** The rows that say something, without the blanks around them. */
export const said = (rows: readonly string[]): string[] => rows.map((row) => row.trim()).filter(Boolean);

/** Which typed row each said one is: a flaw of `redirect_uris[0]` may be about the second row. */
export const placesOf = (rows: readonly string[]): number[] =>
  rows.flatMap((row, place) => (row.trim() ? [place] : []));

/** A whole number of seconds; null when it is not one. */
export function secondsOf(text: string): number | null {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : null;
}

/** What a machine is not asked for is not sent either. */
const machine = (fields: Fields): boolean => fields.app_type === 'm2m';

export function toCreate(fields: Fields): CreateApp {
  return {
    name: fields.name.trim(),
    app_type: fields.app_type,
    redirect_uris: machine(fields) ? [] : said(fields.redirect_uris),
    scopes: [...fields.scopes],
    webhook_url: machine(fields) ? null : fields.webhook_url.trim() || null,
    allowed_origins: machine(fields) ? [] : said(fields.allowed_origins),
    client_uri: fields.client_uri.trim() || null,
    logo_uri: fields.logo_uri.trim() || null,
    brand_id: fields.brand_id,
    is_first_party: !machine(fields) && fields.is_first_party,
    access_token_lifetime_seconds: secondsOf(fields.access_token_lifetime_seconds),
    id_token_alg: fields.id_token_alg,
  };
}

/** Only what was changed; an empty text removes what can be removed. */
export function toUpdate(client_id: string, fields: Fields, changed: readonly FieldName[]): UpdateApp {
  const whole: Omit<UpdateApp, 'client_id'> = {
    name: fields.name.trim(),
    redirect_uris: said(fields.redirect_uris),
    scopes: [...fields.scopes],
    webhook_url: fields.webhook_url.trim(),
    allowed_origins: said(fields.allowed_origins),
    client_uri: fields.client_uri.trim(),
    logo_uri: fields.logo_uri.trim(),
    access_token_lifetime_seconds: secondsOf(fields.access_token_lifetime_seconds),
    id_token_alg: fields.id_token_alg,
  };
  const wanted = new Set<string>(changed);
  return { client_id, ...Object.fromEntries(Object.entries(whole).filter(([name]) => wanted.has(name))) };
}

/** The whole of an app to be registered, as a question. A name not written yet is a flaw like any other. */
export function toCheck(fields: Fields): CheckApp {
  const { is_first_party: _, ...asked } = toCreate(fields);
  return asked;
}

/** Whether two values say the same, however they were typed. */
export function same(a: Fields[FieldName], b: Fields[FieldName]): boolean {
  const plain = (value: Fields[FieldName]) =>
    Array.isArray(value) ? JSON.stringify(said(value)) : typeof value === 'string' ? value.trim() : value;
  return plain(a) === plain(b);
}
