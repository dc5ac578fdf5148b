import { Button, CopyButton } from '@mantine/core';
import { t } from './strings.ts';

export function Copy({ text, size = 'compact-xs' }: { text: string; size?: 'compact-xs' | 'compact-sm' }) {
  return (
    <CopyButton value={text}>
      {({ copy, copied }) => (
        <Button size={size} variant="default" onClick={copy}>
          {copied ? t('Copied') : t('Copy')}
        </Button>
      )}
    </CopyButton>
  );
}

/** Something to take elsewhere, such as a secret that is shown once. */
export function CopyText({ text }: { text: string }) {
  return (
    <div>
      <pre className="sql">{text}</pre>
      <Copy text={text} size="compact-sm" />
    </div>
  );
}
