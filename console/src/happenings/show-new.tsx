import { Button } from '@mantine/core';
import { t } from '../kernel/strings.ts';

/** What has come since, on demand: nothing moves under the eyes of who reads. It is said aloud as well. */
export const ShowNew = ({ fresh, show }: { fresh: number; show: () => void }) => (
  <p role="status">
    {fresh > 0 ? (
      <Button size="compact-sm" variant="default" onClick={show}>
        {t('{count, plural, one {Show # new} other {Show # new}}', { count: fresh })}
      </Button>
    ) : null}
  </p>
);
