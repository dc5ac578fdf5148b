import { Button, NativeSelect, PasswordInput, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import type { NewServer, TlsMode } from '@tidegate/client';
import { serversCreate } from '@tidegate/client/generated/limits/monitor-agent';
import { useOrg, useWrite } from '../kernel/api.ts';
import { limits } from '../kernel/limits.ts';
import { May, MayOrAsk } from '../kernel/may.tsx';
import { newestError } from '../kernel/newest-error.rules.ts';
import { Page } from '../kernel/page.tsx';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';
import { CheckList } from './check-list.tsx';
import { NAMED, TLS } from './connection-form.ts';

/** The test says what is missing before anything is stored; both take the same input. */
export function AddServer() {
  const org = useOrg();
  const navigate = useNavigate();
  const test = useWrite('serversTestNew');
  const add = useWrite('serversCreate', {
    onDone: ({ id }) => navigate({ to: '/o/$org/servers/$serverId', params: { org, serverId: id } }),
  });
  const form = useForm({
    initialValues: {
      name: '',
      host: '',
      port: '5432',
      database: 'postgres',
      user: '',
      password: '',
      tlsMode: 'verify-full' as TlsMode,
      tlsCa: '',
    },
  });
  const failed = newestError(add, test);
  const errors = fieldErrors(failed, NAMED);
  const field = (name: keyof typeof form.values) => ({ ...form.getInputProps(name), error: errors[name] });
  const text = (name: 'name' | 'host' | 'database' | 'user' | 'password' | 'tlsCa') => ({
    ...limits(serversCreate[name]),
    ...field(name),
  });
  const input = (): NewServer => {
    const { port, password, tlsCa, ...rest } = form.values;
    return { ...rest, port: Number(port), ...(password ? { password } : {}), ...(tlsCa ? { tlsCa } : {}) };
  };
  // Nothing is named before it exists, and a field that a test does not have is refused.
  const connection = () => {
    const { name: _name, ...rest } = input();
    return rest;
  };
  return (
    <Page title={t('Add a server')}>
      <MayOrAsk op="serversCreate">
        <form noValidate className="stack form" onSubmit={form.onSubmit(() => add.mutate(input()))}>
          <TextInput label={t('Name')} {...text('name')} />
          <div className="row">
            <TextInput label={t('Host')} flex={1} {...text('host')} />
            <TextInput label={t('Port')} inputMode="numeric" required w={96} {...field('port')} />
          </div>
          <TextInput label={t('Database')} {...text('database')} />
          <TextInput
            label={t('Role')}
            description={t('With the rights of pg_monitor')}
            autoComplete="off"
            {...text('user')}
          />
          <PasswordInput label={t('Password')} autoComplete="new-password" {...text('password')} />
          <NativeSelect label={t('Encryption')} data={TLS} {...field('tlsMode')} />
          <Textarea
            label={t('Certificate authority')}
            description={t('PEM text; empty: the well-known ones')}
            {...text('tlsCa')}
          />
          <ProblemNote error={restOf(failed, errors)} />
          {test.data ? <CheckList report={test.data} /> : null}
          <div className="row">
            <Button type="submit" loading={add.isPending}>
              {t('Add')}
            </Button>
            <Button variant="default" loading={test.isPending} onClick={() => test.mutate(connection())}>
              {t('Test the connection')}
            </Button>
          </div>
        </form>
        <May op="serversAddPlatform">
          <AddPlatform />
        </May>
      </MayOrAsk>
    </Page>
  );
}

/** Its address and password are settings of the installation. Where it is watched already, this leads to it. */
function AddPlatform() {
  const org = useOrg();
  const navigate = useNavigate();
  const add = useWrite('serversAddPlatform', {
    onDone: ({ id }) => navigate({ to: '/o/$org/servers/$serverId', params: { org, serverId: id } }),
  });
  return (
    <section className="stack form">
      <h2>{t('The database of this installation')}</h2>
      <p className="quiet">{t('For operators. It needs no address, and does not count against the plan.')}</p>
      <ProblemNote error={add.error} />
      <div className="row">
        <Button variant="default" loading={add.isPending} onClick={() => add.mutate({})}>
          {t('Watch it')}
        </Button>
      </div>
    </section>
  );
}
