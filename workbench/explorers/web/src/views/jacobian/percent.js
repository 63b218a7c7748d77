/** Parts of a whole, all in one unit; norms and factors of a step are plain numbers. */

import { share } from "../../frame/words.js";

const LEAST = 0.001;

/** A part in percent, with two digits; `only` stands before one that is told. */
export const percent = (part, only = "") =>
  part > 0 && part < LEAST ? `less than ${share(LEAST)}` : `${only}${share(part)}`;
