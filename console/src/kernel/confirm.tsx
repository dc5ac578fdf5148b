import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { DialogButton } from './dialog-button.tsx';
import { t } from './strings.ts';

interface Props {
  label: string;
  question: string;
  /** What happens besides. */
  consequence?: string;
  /** A name that has to be typed, for what cannot be undone. */
  typed?: string;
  /** It takes nothing away. */
  harmless?: boolean;
  disabled?: boolean;
  onYes: () => void;
}

/** A button that asks once more before it does something dangerous, or that costs something. */
export function Confirm({ label, question, consequence, typed, harmless, disabled = false, onYes }: Props) {
  const [text, setText] = useState('');
  return (
    <DialogButton label={label} question={question} disabled={disabled}>
      {(close) => (
        <form
          noValidate
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            // In a form, that one would be sent as well.
            event.stopPropagation();
            close();
            onYes();
          }}
        >
          {consequence ? <p>{consequence}</p> : null}
          {typed ? (
            <TextInput
              label={t('Type {name} to go on', { name: typed })}
              value={text}
              onChange={({ currentTarget }) => setText(currentTarget.value)}
              autoComplete="off"
            />
          ) : null}
          <div className="row">
            <Button type="submit" {...(!harmless && { color: 'red' })} disabled={typed !== undefined && text !== typed}>
              {label}
            </Button>
            <Button variant="default" onClick={close}>
              {t('No')}
            </Button>
          </div>
        </form>
      )}
    </DialogButton>
  );
}
