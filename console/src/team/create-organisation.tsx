import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { organisationsCreate } from '@tidegate/client/generated/limits/identity';
import { useWrite } from '../kernel/api.ts';
import { limits } from '../kernel/limits.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';

export function CreateOrganisation({ onDone }: { onDone: (made: { id: string }) => void | Promise<void> }) {
  const form = useForm({ initialValues: { name: '' } });
  const create = useWrite('organisationsCreate', { org: null, onDone });
  const errors = fieldErrors(create.error);
  return (
    <form noValidate className="stack form" onSubmit={form.onSubmit((values) => create.mutate(values))}>
      <TextInput
        label={t('Name of the new organisation')}
        {...limits(organisationsCreate.name)}
        {...form.getInputProps('name')}
        error={errors['name']}
      />
      <ProblemNote error={restOf(create.error, errors)} />
      <div>
        <Button type="submit" loading={create.isPending}>
          {t('Create')}
        </Button>
      </div>
    </form>
  );
}
