/** The views by the name that Python calls them. */

import { gates } from "./gates.js";

export const views = { gates };
