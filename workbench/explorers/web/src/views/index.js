/** The views by the name that Python calls them. */

import { gates } from "./gates.js";
import { gradients } from "./gradients.js";
import { padding } from "./padding.js";

export const views = { gates, gradients, padding };
