/** The views by the name that Python calls them. */

import { gates } from "./gates.js";
import { jacobian } from "./jacobian.js";

export const views = { gates, jacobian };
