/** Signs of the parties, drawn with lines: 16 by 16 units. The exported picture has the same. */

import type { Party } from '../../../rpc';

export const ICONS: Record<Party, string> = {
  // A window.
  browser: 'M1.5 2.5h13v11h-13zM1.5 6h13M4 4.3h.01M6.2 4.3h.01',
  // Angle brackets.
  app: 'M5 4 1.5 8 5 12M11 4l3.5 4L11 12M9.2 2.8 6.8 13.2',
  // A shield with a tick.
  identity: 'M8 1.2 13.8 3.4v4.2c0 3.4-2.4 5.8-5.8 7.2-3.4-1.4-5.8-3.8-5.8-7.2V3.4zM5.4 8l1.9 1.9 3.4-3.6',
  // Two drawers.
  service: 'M1.8 2h12.4v5H1.8zM1.8 9h12.4v5H1.8zM4.4 4.5h.01M4.4 11.5h.01M7 4.5h4.6M7 11.5h4.6',
};
