import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { MailSender } from '@tidegate/client';
import { mailSendersSet } from '@tidegate/client/generated/limits/identity';
import { useRead, useWrite } from '../kernel/api.ts';
import { follow } from '../kernel/follow.rules.ts';
import { limits } from '../kernel/limits.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { useFollowing } from '../kernel/use-following.ts';

/** Who notifications and invitations are from. */
export function EditMailSender() {
  const sender = useRead('mailSendersGet', {});
  return (
    <section aria-labelledby="mail-sender" className="stack form">
      <h2 id="mail-sender">{t('Sender of mails')}</h2>
      <p className="quiet">
        {t(
          'Of notifications and invitations. Mails about accounts, such as a forgotten password, stay the operator’s.',
        )}
      </p>
      <Reading of={sender}>
        {(own) => <Form sender={own} newest={async () => (await sender.refetch()).data ?? own} />}
      </Reading>
    </section>
  );
}

const shownOf = ({ name, address, replyTo }: MailSender) => ({
  name: name ?? '',
  address: address ?? '',
  replyTo: replyTo ?? '',
});

function Form({ sender, newest }: { sender: MailSender; newest: () => Promise<MailSender> }) {
  const form = useForm({ initialValues: shownOf(sender) });
  const followed = useFollowing(form, shownOf(sender));
  const save = useWrite('mailSendersSet');
  const errors = fieldErrors(save.error);
  const field = (name: keyof typeof form.values) => ({
    ...limits(mailSendersSet[name]),
    ...form.getInputProps(name),
    error: errors[name],
  });
  // All of it is sent: what a colleague has changed meanwhile as well.
  const send = async (typed: ReturnType<typeof shownOf>) => {
    const all = follow(typed, followed.current, shownOf(await newest()));
    save.mutate(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')));
  };
  return (
    <form noValidate className="stack" onSubmit={form.onSubmit((typed) => void send(typed))}>
      <TextInput label={t('Sender’s name')} {...field('name')} />
      <TextInput
        label={t('Sender’s address')}
        type="email"
        description={t(
          'At a domain of yours that is proven above. The operator’s server sends it: let SPF and DKIM of the domain allow that, or it is taken for forged.',
        )}
        {...field('address')}
      />
      <TextInput
        label={t('Answers go to')}
        type="email"
        description={t('Your own address at once; any other is asked by mail first.')}
        {...field('replyTo')}
      />
      <ProblemNote error={restOf(save.error, errors)} />
      {save.isSuccess ? <p role="status">{t('Saved')}</p> : null}
      <div className="row">
        <Button type="submit" loading={save.isPending}>
          {t('Save')}
        </Button>
      </div>
      {sender.replyToState === 'waiting' ? <Waiting address={sender.replyTo ?? ''} /> : null}
    </form>
  );
}

/** Until the address has agreed, answers go to the operator's. */
function Waiting({ address }: { address: string }) {
  const again = useWrite('mailSendersResend');
  return (
    <div className="stack">
      <StateMark mark="pending">
        {t('{address} has not agreed yet: a mail asks it, and until then answers go to the operator.', { address })}
      </StateMark>
      <div className="row">
        <Button size="compact-sm" variant="default" loading={again.isPending} onClick={() => again.mutate({})}>
          {t('Send the mail again')}
        </Button>
        {again.isSuccess ? (
          <span role="status">{t('A mail to {email} is on its way.', { email: address })}</span>
        ) : null}
      </div>
      <ProblemNote error={again.error} />
    </div>
  );
}
