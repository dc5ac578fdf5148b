import { Button } from '@mantine/core';
import { Suspense, useState } from 'react';

interface Props {
  label: string;
  /** Begins loading what opens; also called when the pointer or the focus comes near. */
  load: () => void;
  /** What takes the button's place, open. */
  children: () => React.ReactNode;
}

/** A button whose menu is loaded with its first use. */
export function OpenedLater({ label, load, children }: Props) {
  const [used, setUsed] = useState(false);
  const button = (
    <Button
      size="compact-sm"
      variant="subtle"
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={load}
      onFocus={load}
      onClick={() => setUsed(true)}
    >
      {label}
    </Button>
  );
  return used ? <Suspense fallback={button}>{children()}</Suspense> : button;
}
