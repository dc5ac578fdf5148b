import { Button, SegmentedControl } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { chooseUtc, isUtc, zoneName } from './format.ts';
import { Moment } from './moment.tsx';
import { t } from './strings.ts';
import { nameOf, RANGES, type RangeSearch } from './time-range.ts';

/** Writes into the address, which every link of the page carries on. */
export function RangePicker({ search }: { search: RangeSearch }) {
  const navigate = useNavigate();
  const go = (next: RangeSearch) =>
    void navigate({
      to: '.',
      search: (before: object) => ({ ...before, range: undefined, from: undefined, to: undefined, ...next }) as never,
    });
  const name = nameOf(search);
  return (
    <div className="row">
      {name === 'fixed' && search.from && search.to ? (
        <>
          <span>
            <Moment at={search.from} /> – <Moment at={search.to} />
          </span>
          <Button size="compact-sm" variant="default" onClick={() => go({})}>
            {t('Back to now')}
          </Button>
        </>
      ) : null}
      <SegmentedControl
        size="xs"
        aria-label={t('Time range')}
        data={Object.keys(RANGES)}
        value={name === 'fixed' ? '' : name}
        onChange={(range) => go({ range: range as keyof typeof RANGES })}
      />
      <Button
        size="compact-xs"
        variant="subtle"
        title={isUtc() ? t('Show my time zone') : t('Show UTC')}
        onClick={() => chooseUtc(!isUtc())}
      >
        {zoneName()}
      </Button>
    </div>
  );
}
