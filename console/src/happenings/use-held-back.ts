import { useEffect, useRef, useState } from 'react';
import { heldBack } from './held-back.rules.ts';

/** A list that goes on at its top, without moving what is read: `show` takes in what has come since. */
export function useHeldBack<Row extends { id: string; at: string }>(rows: readonly Row[]) {
  const [upTo, setUpTo] = useState(rows[0]?.at);
  const seen = useRef<ReadonlyMap<string, Row>>(new Map());
  const { shown, fresh } = heldBack(rows, upTo, seen.current);
  useEffect(() => {
    seen.current = new Map(shown.map((row) => [row.id, row]));
  });
  const newest = rows[0]?.at;
  // Nothing was there to read so far.
  useEffect(() => setUpTo((before) => before ?? newest), [newest]);
  return { shown, fresh, show: () => setUpTo(newest) };
}
