import { Alert, Button } from '@mantine/core';
import { isProblem } from '@tidegate/client';
import { Copy } from './copy-text.tsx';
import { isPlanLimit, PlanLimit } from './plan-limit.tsx';
import { t } from './strings.ts';

/** Why something failed, what to do, and what to quote when asking about it. */
export function ProblemNote({ error, retry }: { error: unknown; retry?: () => void }) {
  if (!error) return null;
  const problem = isProblem(error) ? error : undefined;
  const trace = problem?.problem['traceId'];
  return (
    <Alert color="red" variant="outline" role="alert" title={titleOf(error)}>
      {problem && isPlanLimit(problem) ? (
        <PlanLimit problem={problem} />
      ) : (
        <p>{problem ? problem.message : String(error)}</p>
      )}
      {problem && problem.status === 0 ? (
        <p>{t('Your input is kept. Try again when the connection is back.')}</p>
      ) : null}
      {retry && !(problem && isPlanLimit(problem)) ? (
        <Button size="xs" variant="default" onClick={retry}>
          {t('Try again')}
        </Button>
      ) : null}
      {typeof trace === 'string' ? (
        <p>
          {t('Trace id')} <code>{trace}</code> <Copy text={`${problem?.code} ${trace}`} />
        </p>
      ) : null}
    </Alert>
  );
}

function titleOf(error: unknown): string {
  if (!isProblem(error)) return t('Something went wrong on this page');
  if (error.status === 0) return t('No answer');
  return String(error.problem['title'] ?? t('The request failed'));
}
