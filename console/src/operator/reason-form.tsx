import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { needed, type TextLimit } from '../kernel/limits.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';

interface Props {
  /** What is done, on the button that does it. */
  label: string;
  consequence: string;
  /** Of the reason, in the contract of the act. */
  limit: TextLimit;
  /** It takes something away. */
  dangerous?: boolean;
  disabled?: boolean;
  write: { error: unknown; isPending: boolean };
  onSend: (reason: string) => void;
  children?: React.ReactNode;
}

/** What an act of an operator needs, and why it is done: the story of the organisation keeps it with who did it. */
export function ReasonForm({
  label,
  consequence,
  limit,
  dangerous = false,
  disabled = false,
  write,
  onSend,
  children,
}: Props) {
  // Whoever acts for others says why, also where the contract lets a program say nothing.
  const form = useForm({
    initialValues: { reason: '' },
    validate: { reason: (text) => (text.trim() === '' ? t('Write something.') : null) },
  });
  const errors = fieldErrors(write.error, {}, ['reason']);
  return (
    <form noValidate className="stack" onSubmit={form.onSubmit(({ reason }) => onSend(reason.trim()))}>
      <p>{consequence}</p>
      {children}
      <TextInput
        label={t('Reason')}
        description={t('It is kept with who did it.')}
        {...needed(limit)}
        autoComplete="off"
        {...form.getInputProps('reason')}
        error={errors['reason'] ?? form.errors['reason']}
      />
      <ProblemNote error={restOf(write.error, errors)} />
      <div className="row">
        <Button type="submit" {...(dangerous && { color: 'red' })} loading={write.isPending} disabled={disabled}>
          {label}
        </Button>
      </div>
    </form>
  );
}
