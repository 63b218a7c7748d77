/**
 * One binary message each way between Python and the page, in the safetensors format: eight bytes
 * that say how long the header is, a JSON header, then the numbers. What is no array stands as
 * JSON text under "about" in the format's own metadata.
 */

const TYPES = { F64: Float64Array, F32: Float32Array, I16: Int16Array, U8: Uint8Array, BOOL: Uint8Array };

/** bytes: DataView, ArrayBuffer or Uint8Array -> { about, arrays: name -> {values, shape} }. */
export function unpack(bytes) {
  const view = ArrayBuffer.isView(bytes)
    ? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new DataView(bytes);
  const length = Number(view.getBigUint64(0, true));
  const inside = (start, end) =>
    view.buffer.slice(view.byteOffset + start, view.byteOffset + end);
  const header = JSON.parse(new TextDecoder().decode(inside(8, 8 + length)));
  const { __metadata__: metadata = {}, ...tensors } = header;
  const arrays = {};
  for (const [name, { dtype, shape, data_offsets: [start, end] }] of Object.entries(tensors)) {
    arrays[name] = {
      values: new TYPES[dtype](inside(8 + length + start, 8 + length + end)),
      shape,
    };
  }
  return { about: JSON.parse(metadata.about ?? "{}"), arrays };
}

/** about: plain values. arrays: name -> Float64Array, or {values, shape}. */
export function pack(about, arrays = {}) {
  const header = { __metadata__: { about: JSON.stringify(about) } };
  const parts = [];
  let place = 0;
  for (const [name, array] of Object.entries(arrays)) {
    // A typed array has a method of the name `values`.
    const bare = ArrayBuffer.isView(array);
    const { values, shape } = bare ? { values: array, shape: [array.length] } : array;
    const numbers = Float64Array.from(values);
    header[name] = { dtype: "F64", shape, data_offsets: [place, place + numbers.byteLength] };
    place += numbers.byteLength;
    parts.push(new Uint8Array(numbers.buffer));
  }
  let text = JSON.stringify(header);
  text = text.padEnd(Math.ceil(new TextEncoder().encode(text).length / 8) * 8);
  const head = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + head.length + place);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  let at = 8 + head.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
