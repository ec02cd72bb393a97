/** The panels in the order of the rail. A new panel: its folder, and one line here. */

import apps from './apps';
import home from './home';
import people from './people';
import settings from './settings';
import simulator from './simulator';
import traffic from './traffic';

export const PANELS = [home, apps, people, simulator, traffic, settings] as const;
