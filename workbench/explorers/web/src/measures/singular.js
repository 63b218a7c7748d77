/**
 * Singular values of small square matrices, row by row in flat arrays. The largest alone costs
 * about as much as one product of two such matrices, whatever the numbers are, so that a page can
 * have it for hundreds of matrices in one frame. Numbers far below 1 or above it are scaled first:
 * all that comes out is a log10.
 */

const EPS = Number.EPSILON;
const SWEEPS = 60;
const ITERATIONS = 200; // of Laguerre's method; a simple root takes about six
export const LOG2 = Math.log10(2);

/** The power of two that is just above a positive number, as frexp gives it. */
export function exponentOf(value) {
  let power = Math.floor(Math.log2(value)) + 1;
  // A logarithm rounds: the quotient tells. Halves, because 2^1074 is beyond float64.
  const part = scaled(value, -power);
  if (part >= 1) power += 1;
  else if (part < 0.5) power -= 1;
  return power;
}

/** value * 2^power, also where 2^power is out of range. */
export function scaled(value, power) {
  const half = Math.trunc(power / 2);
  return value * 2 ** half * 2 ** (power - half);
}

/** The largest magnitude among numbers; not-a-number where one is not finite. */
function magnitude(values, length) {
  let most = 0;
  for (let i = 0; i < length; i++) {
    const size = Math.abs(values[i]);
    if (!(size <= Number.MAX_VALUE)) return NaN;
    if (size > most) most = size;
  }
  return most;
}

/** Divide by a power of two so that no entry exceeds 1, in place; gives that power. */
export function rescale(values, length = values.length) {
  const most = magnitude(values, length);
  if (!(most > 0)) return 0;
  const power = exponentOf(most);
  if (Math.abs(power) < 1000) {
    const factor = 2 ** -power;
    for (let i = 0; i < length; i++) values[i] *= factor;
  } else for (let i = 0; i < length; i++) values[i] = scaled(values[i], -power);
  return power;
}

/** The spectral norm of matrices of up to n rows, with the memory that it works in. */
export class SpectralNorm {
  constructor(n) {
    this.part = new Float64Array(n * n);
    this.gram = new Float64Array(n * n);
    this.diagonal = new Float64Array(n);
    this.beside = new Float64Array(n); // squares of the entries beside the diagonal
    this.vector = new Float64Array(n);
    this.image = new Float64Array(n);
  }

  /**
   * log10 of the spectral norm of the block first..last-1 of a matrix of n rows; -Infinity for
   * zeros, not-a-number where an entry is not finite. The largest root of the tridiagonal form of
   * A A^T (Golub and Van Loan, sections 8.3 and 8.4), by Laguerre's method from above.
   */
  log10(matrix, n, first = 0, last = n) {
    const size = last - first;
    const { part } = this;
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) part[i * size + j] = matrix[(first + i) * n + first + j];
    const area = size * size;
    const most = magnitude(part, area);
    if (most === 0) return -Infinity;
    if (Number.isNaN(most)) return NaN;
    // A whole product comes rescaled; a block of it, or a parameter, may be far from 1.
    const power = most > 0.5 && most <= 1 ? 0 : rescale(part, area);
    this.square(size);
    this.tridiagonalise(size);
    return Math.log10(this.largestRoot(size)) / 2 + LOG2 * power;
  }

  /** gram = part part^T, on and below the diagonal. */
  square(size) {
    const { part, gram } = this;
    for (let i = 0; i < size; i++)
      for (let j = 0; j <= i; j++) {
        const [a, b] = [i * size, j * size];
        let sum = 0;
        for (let m = 0; m < size; m++) sum += part[a + m] * part[b + m];
        gram[a + j] = sum;
      }
  }

  /** Householder reflections, one for each column of the symmetric gram, in place. */
  tridiagonalise(size) {
    const { gram, diagonal, beside, vector: v, image: p } = this;
    for (let k = 0; k < size - 1; k++) {
      diagonal[k] = gram[k * size + k];
      let squared = 0;
      for (let i = k + 1; i < size; i++) {
        v[i] = gram[i * size + k];
        squared += v[i] * v[i];
      }
      beside[k] = squared;
      if (k === size - 2 || squared === 0) continue;
      const root = Math.sqrt(squared);
      const beta = 1 / (squared + Math.abs(v[k + 1]) * root);
      v[k + 1] += v[k + 1] < 0 ? -root : root;
      this.multiply(size, k + 1);
      let along = 0;
      for (let i = k + 1; i < size; i++) along += v[i] * p[i];
      for (let i = k + 1; i < size; i++) p[i] = beta * (p[i] - (beta / 2) * along * v[i]);
      for (let i = k + 1; i < size; i++) {
        const row = i * size;
        const vi = v[i];
        const pi = p[i];
        for (let j = k + 1; j <= i; j++) gram[row + j] -= vi * p[j] + pi * v[j];
      }
    }
    diagonal[size - 1] = gram[size * size - 1];
  }

  /** image = gram vector, from row and column `first` on; of gram only the lower half is kept. */
  multiply(size, first) {
    const { gram, vector: v, image: p } = this;
    for (let i = first; i < size; i++) {
      const row = i * size;
      const vi = v[i];
      let sum = gram[row + i] * vi;
      for (let j = first; j < i; j++) {
        const entry = gram[row + j];
        sum += entry * v[j];
        p[j] += entry * vi;
      }
      p[i] = sum;
    }
  }

  /**
   * The largest eigenvalue of the tridiagonal matrix, whose eigenvalues are 0 or more. From above
   * no step of Laguerre's method passes it, but for rounding, which is large where roots are
   * close together and x is not: then x is moved up again until it is above.
   */
  largestRoot(size) {
    const { diagonal } = this;
    let x = 0; // the trace: never below the largest eigenvalue
    for (let i = 0; i < size; i++) x += diagonal[i];
    let below = 0;
    let slack = 4 * EPS;
    for (let round = 0; round < ITERATIONS; round++) {
      const step = this.laguerre(size, x);
      if (step === null) {
        below = x;
        x *= 1 + slack;
        slack *= 16;
      } else {
        if (!(step > 2 * EPS * x) || x - below <= 8 * EPS * x) return x;
        x = x - step > below ? x - step : (x + below) / 2;
      }
    }
    return x;
  }

  /** How far Laguerre's method goes down from x; null where x is not above all eigenvalues. */
  laguerre(size, x) {
    const { diagonal, beside } = this;
    let inverse = 0;
    let q1 = 0;
    let q2 = 0;
    let G = 0; // the logarithmic derivative of the characteristic polynomial, and minus its slope
    let H = 0;
    for (let i = 0; i < size; i++) {
      const square = i === 0 ? 0 : beside[i - 1] * inverse;
      const r1 = q1 * inverse;
      const q = x - diagonal[i] - square;
      if (!(q > 0)) return null;
      q2 = square * (q2 * inverse - 2 * r1 * r1);
      q1 = 1 + square * r1;
      inverse = 1 / q;
      const g = q1 * inverse;
      G += g;
      H += g * g - q2 * inverse;
    }
    return size / (G + Math.sqrt(Math.max(0, (size - 1) * (size * H - G * G))));
  }
}

/**
 * All singular values of a matrix of n rows, largest first: (n). One-sided Jacobi rotations of
 * its rows (Hestenes 1958; Demmel and Veselic 1992). The matrix is changed.
 */
export function singularValuesOf(matrix, n) {
  const row = (i) => matrix.subarray(i * n, (i + 1) * n);
  const inner = (a, b) => {
    let sum = 0;
    for (let m = 0; m < n; m++) sum += a[m] * b[m];
    return sum;
  };
  for (let sweep = 0, turned = true; turned && sweep < SWEEPS; sweep++) {
    turned = false;
    for (let i = 0; i < n - 1; i++)
      for (let j = i + 1; j < n; j++) {
        const [a, b] = [row(i), row(j)];
        const [aa, bb, ab] = [inner(a, a), inner(b, b), inner(a, b)];
        if (!(Math.abs(ab) > n * EPS * Math.sqrt(aa * bb))) continue;
        turned = true;
        const zeta = (bb - aa) / (2 * ab);
        const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cosine = 1 / Math.hypot(1, tangent);
        const sine = cosine * tangent;
        for (let m = 0; m < n; m++) {
          const before = a[m];
          a[m] = cosine * before - sine * b[m];
          b[m] = sine * before + cosine * b[m];
        }
      }
  }
  const values = Float64Array.from({ length: n }, (_, i) => Math.hypot(...row(i)));
  return values.sort().reverse();
}
