import { Button, CopyButton } from '@mantine/core';
import { t } from './strings.ts';

/** Something to take elsewhere, such as a secret that is shown once. */
export function CopyText({ text }: { text: string }) {
  return (
    <div>
      <pre className="sql">{text}</pre>
      <CopyButton value={text}>
        {({ copy, copied }) => (
          <Button variant="default" size="compact-sm" onClick={copy}>
            {copied ? t('Copied') : t('Copy')}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
