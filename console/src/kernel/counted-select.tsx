import { NativeSelect } from '@mantine/core';
import { exact } from './format.ts';

type Counts<Kind extends string> = Partial<Record<Kind | 'total', number>> | null | undefined;

interface Props<Kind extends string> {
  label: string;
  /** What it is called when nothing is chosen. */
  all: string;
  kinds: readonly (readonly [Kind, string])[];
  value: Kind | undefined;
  /** Of each kind, as the list's `count` says; absent until it is known. */
  counts: Counts<Kind>;
  onChange: (value: Kind | undefined) => void;
}

/** How many rows there are of what is chosen, of all when nothing is. */
export const totalOf = <Kind extends string>(counts: Counts<Kind>, chosen: Kind | undefined): number | undefined =>
  counts?.[chosen ?? 'total'];

/** A filter that says how many there are of each kind. */
export function CountedSelect<Kind extends string>({ label, all, kinds, value, counts, onChange }: Props<Kind>) {
  const counted = (text: string, count: number | undefined) =>
    count === undefined ? text : `${text} (${exact(count)})`;
  return (
    <NativeSelect
      aria-label={label}
      mb="sm"
      value={value ?? ''}
      onChange={({ currentTarget }) => onChange(kinds.find(([kind]) => kind === currentTarget.value)?.[0])}
      data={[
        { value: '', label: counted(all, counts?.total) },
        ...kinds.map(([kind, text]) => ({ value: kind, label: counted(text, counts?.[kind]) })),
      ]}
    />
  );
}
