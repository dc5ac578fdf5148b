import { Button, NativeSelect, PasswordInput, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { Server } from '@tidegate/client';
import { serversUpdate } from '@tidegate/client/generated/limits/monitor-agent';
import { useOrg, useRead, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { day } from '../kernel/format.ts';
import { limits } from '../kernel/limits.ts';
import { MayOrAsk } from '../kernel/may.tsx';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { useFollowing } from '../kernel/use-following.ts';
import { NAMED, TLS } from './connection-form.ts';
import { connectionOf, patchOf } from './server-patch.rules.ts';

const route = getRouteApi('/o/$org/servers/$serverId/settings');

/** How a server is reached; pausing it; and removing it with everything that was collected. */
export function EditServer() {
  const { serverId } = route.useParams();
  const server = useRead('serversGet', { serverId });
  return (
    <MayOrAsk op="serversUpdate">
      <Reading of={server}>{(data) => <Settings key={data.id} server={data} />}</Reading>
    </MayOrAsk>
  );
}

function Settings({ server }: { server: Server }) {
  const org = useOrg();
  const navigate = useNavigate();
  const save = useWrite('serversUpdate', { onDone: () => form.setFieldValue('password', '') });
  const pause = useWrite('serversUpdate');
  const remove = useWrite('serversDelete', {
    onDone: () => navigate({ to: '/o/$org/servers', params: { org } }),
  });
  const form = useForm({ initialValues: connectionOf(server) });
  const followed = useFollowing(form, connectionOf(server));
  const errors = fieldErrors(save.error, NAMED);
  const field = (name: keyof typeof form.values) => ({ ...form.getInputProps(name), error: errors[name] });
  const text = (name: 'name' | 'host' | 'database' | 'user' | 'password' | 'tlsCa') => ({
    ...limits(serversUpdate[name]),
    ...field(name),
  });
  const paused = server.state === 'paused';
  return (
    <div className="stack">
      <form
        noValidate
        className="stack form"
        onSubmit={form.onSubmit((values) => save.mutate(patchOf(server.id, followed.current, values)))}
      >
        <TextInput label={t('Name')} required {...text('name')} />
        {server.platform ? null : (
          <>
            <div className="row">
              <TextInput label={t('Host')} required {...text('host')} />
              <TextInput label={t('Port')} inputMode="numeric" required w={96} {...field('port')} />
            </div>
            <TextInput label={t('Database')} required {...text('database')} />
            <TextInput label={t('Role')} autoComplete="off" required {...text('user')} />
            <PasswordInput
              label={t('Password')}
              description={t('Empty: as it is. Needed again when host, port, role or encryption change.')}
              autoComplete="new-password"
              {...text('password')}
            />
            <NativeSelect label={t('Encryption')} data={TLS} {...field('tlsMode')} />
            <Textarea
              label={t('Certificate authority')}
              description={t('PEM text; empty: the well-known ones')}
              {...text('tlsCa')}
            />
          </>
        )}
        <ProblemNote error={restOf(save.error, errors)} />
        <div className="row">
          <Button type="submit" loading={save.isPending}>
            {t('Save')}
          </Button>
          {save.isSuccess ? <span role="status">{t('Saved')}</span> : null}
        </div>
      </form>
      <h2>{t('Pause')}</h2>
      <p className="quiet">
        {t('While it is paused nothing is collected: charts have a gap, and what was collected stays.')}
      </p>
      <div className="row">
        <Button
          size="compact-sm"
          variant="default"
          loading={pause.isPending}
          onClick={() => pause.mutate({ serverId: server.id, paused: !paused })}
        >
          {paused ? t('Resume') : t('Pause')}
        </Button>
      </div>
      <ProblemNote error={pause.error} />
      <h2>{t('Remove')}</h2>
      <Removal server={server} onYes={() => remove.mutate({ serverId: server.id })} />
      <ProblemNote error={remove.error} />
    </div>
  );
}

function Removal({ server: { id, name, createdAt }, onYes }: { server: Server; onYes: () => void }) {
  const overview = useRead('serversOverview', { serverId: id });
  return (
    <Reading of={overview}>
      {({ statements, tables, databases }) => (
        <div className="row">
          <Confirm
            label={t('Remove this server')}
            question={t('Remove {name}?', { name })}
            consequence={t(
              'Everything that was collected since {day} is deleted: {statements, plural, one {# statement} other {# statements}}, {tables, plural, one {# table} other {# tables}}, {databases, plural, one {# database} other {# databases}}, all charts, notes and dismissed findings. Nobody can bring it back. On the server itself nothing changes.',
              {
                day: day(createdAt),
                statements: statements.known,
                tables,
                databases,
              },
            )}
            typed={name}
            onYes={onYes}
          />
        </div>
      )}
    </Reading>
  );
}
