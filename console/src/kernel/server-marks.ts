import { useMemo } from 'react';
import { useRead } from './api.ts';
import type { ChartMark } from './time-chart.tsx';

/** What happened to a server and what people noted, as its charts show it. */
export function useServerMarks(serverId: string, range: { from: string; to: string }) {
  const annotations = useRead('serversAnnotations', { serverId, ...range }).data?.items;
  const marks = useMemo(
    () => annotations?.map(({ at, kind, text }): ChartMark => ({ at: Date.parse(at), text: text ?? kind })),
    [annotations],
  );
  return { annotations: annotations ?? [], marks };
}
