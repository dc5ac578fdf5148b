/*
 * Arrays as PostgreSQL's binary protocol has them: thousands of keys are sent with each snapshot, and as text they would
 * have to be printed here and parsed there. Layout (src/backend/utils/adt/arrayfuncs.c, array_recv): dimensions, a flag
 * for nulls, type of the elements, length, lower bound; then each element with its size in bytes before it.
 */
const HEADER = 20;
const SIZE = 4;

const INT4 = 23;
const INT8 = 20;
const OID = 26;

const WORD = 2 ** 32;

type Write = (view: DataView, at: number, index: number) => void;

function array(type: number, bytes: number, length: number, write: Write): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER + length * (SIZE + bytes));
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  view.setInt32(0, 1);
  view.setInt32(4, 0);
  view.setUint32(8, type);
  view.setInt32(12, length);
  view.setInt32(16, 1);
  for (let index = 0, at = HEADER; index < length; index += 1, at += SIZE + bytes) {
    view.setInt32(at, bytes);
    write(view, at + SIZE, index);
  }
  return buffer;
}

export const oidArray = (values: ArrayLike<number>): Buffer =>
  array(OID, 4, values.length, (view, at, index) => view.setUint32(at, values[index] ?? 0));

export const intArray = (values: Int32Array): Buffer =>
  array(INT4, 4, values.length, (view, at, index) => view.setInt32(at, values[index] ?? 0));

/** Whole numbers that are not negative, as int8. */
export const countArray = (values: Float64Array): Buffer =>
  array(INT8, 8, values.length, (view, at, index) => {
    const value = values[index] ?? 0;
    view.setUint32(at, Math.floor(value / WORD));
    view.setUint32(at + 4, value % WORD);
  });

/** Up to 64 bits wide. */
export const bigintArray = (values: BigInt64Array): Buffer =>
  array(INT8, 8, values.length, (view, at, index) => view.setBigInt64(at, values[index] ?? 0n));
