/** The views by the name that Python calls them. */

import { gates } from "./gates.js";
import { unfold } from "./unfold.js";

export const views = { gates, unfold };
