import { isDeepStrictEqual } from 'node:util';

export interface Drift {
  /** `subscription sub_1 status` */
  what: string;
  ours: unknown;
  theirs: unknown;
}

type Named = { id: string };

/** Where the copy is not what stands at Stripe, field by field. What is only in the copy may be older than what was read. */
export function driftsOf<T extends Named>(kind: string, ours: readonly T[], theirs: readonly T[]): Drift[] {
  const copies = new Map(ours.map((one) => [one.id, one]));
  return theirs.flatMap((their): Drift[] => {
    const our = copies.get(their.id);
    if (!our) return [{ what: `${kind} ${their.id}`, ours: null, theirs: their }];
    const fields = Object.keys(their) as (keyof T & string)[];
    return fields
      .filter((field) => !isDeepStrictEqual(our[field], their[field]))
      .map((field) => ({ what: `${kind} ${their.id} ${field}`, ours: our[field], theirs: their[field] }));
  });
}
