import { Button, Textarea } from '@mantine/core';
import { plansApply } from '@tidegate/client/generated/limits/operator';
import { useState } from 'react';
import { useRead, useWrite } from '../kernel/api.ts';
import { limits } from '../kernel/limits.ts';
import { newestError } from '../kernel/newest-error.rules.ts';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { CatalogueDifference } from './catalogue-difference.tsx';

/** The catalogue as it is in force; a change is shown as a difference before it is applied. */
export function ChangeCatalogue() {
  const catalogue = useRead('plansExport', {});
  const diff = useWrite('plansDiff');
  const apply = useWrite('plansApply', { onDone: () => diff.reset() });
  const [text, setText] = useState<string | undefined>();
  return (
    <Page title={t('Plan catalogue')}>
      <Reading of={catalogue}>
        {({ catalogueVersion, yaml }) => (
          <div className="stack">
            <p className="quiet">{t('Version {version} is in force.', { version: catalogueVersion })}</p>
            <Textarea
              label={t('Catalogue')}
              classNames={{ input: 'mono' }}
              rows={24}
              {...limits(plansApply.yaml)}
              value={text ?? yaml}
              onChange={({ currentTarget }) => {
                setText(currentTarget.value);
                diff.reset();
              }}
            />
            <ProblemNote error={newestError(diff, apply)} />
            {diff.data ? <CatalogueDifference diff={diff.data} /> : null}
            <div className="row">
              <Button variant="default" loading={diff.isPending} onClick={() => diff.mutate({ yaml: text ?? yaml })}>
                {t('Show the difference')}
              </Button>
              <Button
                disabled={!diff.data}
                loading={apply.isPending}
                onClick={() => apply.mutate({ yaml: text ?? yaml })}
              >
                {t('Apply it')}
              </Button>
            </div>
          </div>
        )}
      </Reading>
    </Page>
  );
}
