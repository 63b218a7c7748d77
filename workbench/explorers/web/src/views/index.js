/** The views by the name that Python calls them. */

import { carousel } from "./carousel.js";
import { gates } from "./gates.js";

export const views = { carousel, gates };
