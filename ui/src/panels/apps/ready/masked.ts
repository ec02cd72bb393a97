/** Variables as they may be shown. */

import type { AppEnv } from '../../../rpc';

const BULLETS = '••••••••••••••••';

/** The text with every secret's value masked. */
export const maskedEnv = ({ text, variables }: AppEnv): string =>
  variables
    .filter(({ secret, value }) => secret && value)
    .reduce((shown, { value }) => shown.replaceAll(value, BULLETS), text);
