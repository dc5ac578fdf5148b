import { Button, CopyButton } from '@mantine/core';
import { t } from './strings.ts';

/** SQL to read and to copy. */
export function Sql({ text }: { text: string }) {
  return (
    <>
      <pre className="sql">{text}</pre>
      <CopyButton value={text}>
        {({ copy, copied }) => (
          <Button size="compact-xs" variant="default" onClick={copy}>
            {copied ? t('Copied') : t('Copy')}
          </Button>
        )}
      </CopyButton>
    </>
  );
}
