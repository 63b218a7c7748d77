/** Numbers as people read them, as workbench/pictures/digits.py writes them. */

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/** A power of ten for an axis: 10⁻⁸, and 1 and 10 as they are. */
export function power(exponent) {
  if (exponent === 0) return "1";
  if (exponent === 1) return "10";
  return "10" + String(exponent).replace(/[-0-9]/g, (digit) => RAISED[digit]);
}

const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** [mantissa, exponent] in so many digits; a tie goes to the even digit, as in Python. */
function rounded(value, digits) {
  const [exact, exactExponent] = value.toExponential(100).split("e");
  const figures = exact.replace(".", "");
  if (/^50*$/.test(figures.slice(digits)) && Number(figures[digits - 1]) % 2 === 0)
    return [`${figures[0]}.${figures.slice(1, digits)}`, Number(exactExponent)];
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  return [mantissa, Number(exponent)];
}

/** A number with so many significant digits, 1 to 4; 1.2e-7 becomes a power of ten. */
export function number(value, digits = 3) {
  const sign = value < 0 ? "−" : "";
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return `${sign}infinity`;
  if (value === 0) return "0";
  const [mantissa, exponent] = rounded(Math.abs(value), digits);
  if (exponent < -3 || exponent >= 4) return `${sign}${trimmed(mantissa)} × ${power(exponent)}`;
  // Digits before the decimal point are never dropped.
  const [whole, place] = rounded(Math.abs(value), Math.max(digits, exponent + 1));
  const decimals = Math.max(0, digits - 1 - exponent);
  return sign + trimmed(Number(`${whole}e${place}`).toFixed(decimals));
}

/** The number whose log10 is given, also where float64 cannot hold it; -Infinity is 0. */
export function numberOfLog(log, digits = 3) {
  if (Math.abs(log) <= 300 || !Number.isFinite(log)) return number(10 ** log, digits);
  const exponent = Math.floor(log);
  const mantissa = Number((10 ** (log - exponent)).toFixed(digits - 1));
  return mantissa < 10 ? `${mantissa} × ${power(exponent)}` : `1 × ${power(exponent + 1)}`;
}

/** A part of a whole with two digits: 12 %, 0.75 %; below a thousandth, a power of ten. */
export function share(fraction) {
  if (!Number.isFinite(fraction) || Math.abs(fraction) < 0.995e-3) return number(fraction, 2);
  return `${number(100 * fraction, 2)} %`;
}
