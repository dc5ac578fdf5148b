import { Button, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useRead, useWrite } from '../kernel/api.ts';
import { useMay } from '../kernel/may.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

/** Where the days of usage begin at midnight: those of the reports and of limits by the day. */
export function ChooseDays() {
  const settings = useRead('settingsGet', {});
  const mayChange = useMay()('settingsSet');
  return (
    <section aria-label={t('Days of usage')}>
      <h2>{t('Days of usage')}</h2>
      <Reading of={settings}>
        {({ timeZone }) =>
          mayChange ? (
            <Choice timeZone={timeZone} />
          ) : (
            <p>{t('Days of reports and of limits begin at midnight in {zone}.', { zone: timeZone })}</p>
          )
        }
      </Reading>
    </section>
  );
}

function Choice({ timeZone }: { timeZone: string }) {
  const [chosen, setChosen] = useState<string>();
  const save = useWrite('settingsSet', { onDone: () => setChosen(undefined) });
  const zone = chosen ?? timeZone;
  const zones = Intl.supportedValuesOf('timeZone').filter((one) => one !== 'UTC' && one !== timeZone);
  return (
    <form
      noValidate
      className="stack form"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ timeZone: zone });
      }}
    >
      <NativeSelect
        label={t('Time zone of days and of limits by the day')}
        description={t('Months stay as they are. The current day lasts until a whole one of the new zone begins.')}
        data={[...new Set([timeZone, 'UTC', ...zones])]}
        value={zone}
        onChange={({ currentTarget }) => setChosen(currentTarget.value)}
      />
      <ProblemNote error={save.error} />
      <div className="row">
        <Button type="submit" variant="default" loading={save.isPending} disabled={zone === timeZone}>
          {t('Save')}
        </Button>
        {save.isSuccess && zone === timeZone ? <StateMark mark="ok">{t('Saved')}</StateMark> : null}
      </div>
    </form>
  );
}
