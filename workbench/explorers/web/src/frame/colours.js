/** Colours of values, and the theme around the explorer: which it is, and when it changes. */

import { rgb } from "d3-color";
import { interpolateCividis, interpolateRdBu } from "d3-scale-chromatic";

const LEVELS = 256;

const table = (interpolate) => {
  const colours = new Uint8ClampedArray(LEVELS * 4);
  for (let k = 0; k < LEVELS; k++) {
    const { r, g, b } = rgb(interpolate(k / (LEVELS - 1)));
    colours.set([r, g, b, 255], 4 * k);
  }
  return colours;
};

const CIVIDIS = table(interpolateCividis);
const RDBU = table(interpolateRdBu);
export const POSITIVE = "#2166ac";
export const NEGATIVE = "#b2182b";

/** A scale: values in 0..1 in cividis. */
export const shares = { low: 0, high: 1, table: CIVIDIS };

/** A scale: signed values in RdBu, white at 0, symmetric ends. */
export const signed = (limit) => ({ low: -limit || -1, high: limit || 1, table: RDBU });

/** Write the colour of a value at a place of an ImageData's bytes; not-a-number is ink. */
export function paint(bytes, place, value, scale, ink) {
  if (value !== value) {
    bytes.set(ink, place);
    return;
  }
  const share = (value - scale.low) / (scale.high - scale.low);
  const level = 4 * Math.round(Math.min(1, Math.max(0, share)) * (LEVELS - 1));
  for (let k = 0; k < 4; k++) bytes[place + k] = scale.table[level + k];
}

/** The colour of one value as a CSS colour. */
export function colour(value, scale) {
  const bytes = new Uint8ClampedArray(4);
  paint(bytes, 0, value, scale, [0, 0, 0, 255]);
  return `rgb(${bytes[0]},${bytes[1]},${bytes[2]})`;
}

/** Bytes of a CSS colour. */
export function bytesOf(text) {
  const { r, g, b } = rgb(text);
  return [r, g, b, 255];
}

/** Whether the page around is dark: JupyterLab's theme, VS Code's, else the reader's system. */
export function isDark() {
  const { jpThemeLight, vscodeThemeKind } = document.body.dataset;
  if (jpThemeLight) return jpThemeLight === "false";
  if (vscodeThemeKind) return vscodeThemeKind.includes("dark");
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Call `changed` whenever the theme around may have changed; returns the way to stop. */
export function watchTheme(changed) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const observer = new MutationObserver(changed);
  const attributes = ["data-jp-theme-light", "data-vscode-theme-kind"];
  observer.observe(document.body, { attributes: true, attributeFilter: attributes });
  system.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    system.removeEventListener("change", changed);
  };
}
