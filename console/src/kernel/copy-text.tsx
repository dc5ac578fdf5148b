import { Button } from '@mantine/core';
import { useState } from 'react';
import { t } from './strings.ts';

/** A browser may refuse, and has no clipboard at all at an address without encryption. */
export function Copy({ text, size = 'compact-xs' }: { text: string; size?: 'compact-xs' | 'compact-sm' }) {
  const [state, setState] = useState<'copied' | 'failed'>();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState('copied');
    } catch {
      setState('failed');
    }
  };
  return (
    <>
      <Button size={size} variant="default" onClick={() => void copy()}>
        {state === 'copied' ? t('Copied') : t('Copy')}
      </Button>
      {state === 'failed' ? (
        <span role="alert"> {t('The browser does not allow it: mark the text and copy it.')}</span>
      ) : null}
    </>
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
