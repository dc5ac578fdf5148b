import { useEffect, useState } from 'react';
import { pageNow } from './page-clock.ts';

/** The time, again every so many milliseconds while the page is looked at. `read`: for how long ago something was read. */
export function useNow(everyMs: number, read: () => number = pageNow): number {
  const [now, setNow] = useState(read);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setNow(read());
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, read]);
  return now;
}
