import { Button, TextInput } from '@mantine/core';
import type { Backtest } from '@tidegate/client';
import { backtestsRename } from '@tidegate/client/generated/limits/bot-executor';
import { useState } from 'react';
import { useWrite } from '../kernel/api.ts';
import { limits } from '../kernel/limits.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';

/** A name by which it is found again. */
export function NameBacktest({ backtest: { id, name } }: { backtest: Pick<Backtest, 'id' | 'name'> }) {
  const [text, setText] = useState(name ?? '');
  const rename = useWrite('backtestsRename');
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        rename.mutate({ backtestId: id, name: text });
      }}
    >
      <TextInput
        aria-label={t('Name')}
        placeholder={t('Name')}
        {...limits(backtestsRename.name)}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <Button type="submit" variant="default" loading={rename.isPending} disabled={!text.trim() || text === name}>
        {t('Save')}
      </Button>
      <ProblemNote error={rename.error} />
    </form>
  );
}
