import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { queryClient, readOf, useOrg } from '../kernel/api.ts';
import { useOwnRole } from '../kernel/own-role.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';

/** For owners: all that there is of the organisation, as a file. */
export function ExportOrganisation() {
  const org = useOrg();
  const role = useOwnRole();
  const save = useMutation({
    mutationFn: async () => {
      // A link cannot renew a session that is about to end: a call before it does.
      await queryClient.fetchQuery({ ...readOf(org, 'organisationsGet', {}), staleTime: 0 });
      const link = document.createElement('a');
      link.href = `/api/v1/organisation/export?organisation=${encodeURIComponent(org)}`;
      link.download = '';
      link.click();
    },
  });
  if (role !== 'owner') return null;
  return (
    <>
      <h2>{t('Data')}</h2>
      <p>
        {t('A file with everything that the organisation has here, without secrets: one line of JSON for each row.')}
      </p>
      <Button variant="default" onClick={() => save.mutate()} loading={save.isPending}>
        {t('Download all data')}
      </Button>
      <ProblemNote error={save.error} />
    </>
  );
}
