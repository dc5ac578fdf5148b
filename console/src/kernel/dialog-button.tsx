import { Button, Modal } from '@mantine/core';
import { useState } from 'react';

interface Props {
  /** On the button. */
  label: string;
  /** What is asked. */
  question: string;
  disabled?: boolean;
  children: (close: () => void) => React.ReactNode;
}

/** A button whose dialog asks before anything is done. What its content keeps is not there the next time. */
export function DialogButton({ label, question, disabled = false, children }: Props) {
  // A dialog costs a millisecond to draw also while it is closed, and a long table has one in each row.
  const [isUsed, setUsed] = useState(false);
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        disabled={disabled}
        onClick={() => {
          setUsed(true);
          setOpen(true);
        }}
      >
        {label}
      </Button>
      {isUsed ? (
        <Modal opened={open} onClose={close} title={question}>
          {children(close)}
        </Modal>
      ) : null}
    </>
  );
}
