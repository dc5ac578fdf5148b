import { useVirtualizer } from '@tanstack/react-virtual';
import type { RefObject } from 'react';

interface Props {
  count: number;
  columns: number;
  frame: RefObject<HTMLDivElement | null>;
  children: (index: number) => React.ReactNode;
}

const ROW_PX = 33;
const BEYOND = 20;

/** Only the rows that are in sight, between two that are as high as all others. Loaded with the first long table. */
export function LongRows({ count, columns, frame, children }: Props) {
  const rows = useVirtualizer({
    count,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: BEYOND,
  });
  const shown = rows.getVirtualItems();
  const [before, after] = [shown[0]?.start ?? 0, rows.getTotalSize() - (shown.at(-1)?.end ?? 0)];
  return (
    <tbody>
      <Gap height={before} columns={columns} />
      {shown.map(({ index }) => children(index))}
      <Gap height={after} columns={columns} />
    </tbody>
  );
}

function Gap({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    <tr>
      <td colSpan={columns} style={{ height, padding: 0, border: 'none' }} />
    </tr>
  );
}
