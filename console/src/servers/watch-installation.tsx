import { useNavigate } from '@tanstack/react-router';
import { useOrg, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';

/** For operators, who may have removed it: the first organisation has it from the start. */
export function WatchInstallation() {
  const org = useOrg();
  const navigate = useNavigate();
  const add = useWrite('serversAddPlatform', {
    onDone: ({ id }) => navigate({ to: '/o/$org/servers/$serverId', params: { org, serverId: id } }),
  });
  return (
    <section className="note stack" aria-label={t('The PostgreSQL of this installation')}>
      <div className="row">
        <span className="quiet">{t('The PostgreSQL of this installation is not watched in this organisation.')}</span>
        <Confirm
          label={t('Watch it here')}
          question={t('Watch the PostgreSQL of this installation here?')}
          consequence={t(
            'Everybody who may read servers in this organisation sees the statements of all organisations. It counts against no plan.',
          )}
          harmless
          onYes={() => add.mutate({})}
        />
      </div>
      <ProblemNote error={add.error} />
    </section>
  );
}
