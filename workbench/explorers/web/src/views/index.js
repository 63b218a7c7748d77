/** The views by the name that Python calls them. */

import { carousel } from "./carousel.js";
import { gates } from "./gates.js";
import { gradients } from "./gradients.js";
import { jacobian } from "./jacobian.js";
import { padding } from "./padding.js";
import { phases } from "./phases.js";
import { unfold } from "./unfold.js";

export const views = { carousel, gates, gradients, jacobian, padding, phases, unfold };
