import { Alert, Button } from '@mantine/core';
import { isProblem, type TidegateProblem } from '@tidegate/client';
import { Copy } from './copy-text.tsx';
import { faultText } from './fault-text.ts';
import { dated } from './format.ts';
import { Moment } from './moment.tsx';
import { isPlanLimit, PlanLimit } from './plan-limit.tsx';
import { faultsOf } from './problem-form.ts';
import { problemText } from './problem-text.ts';
import { linkKey } from './shared-link.ts';
import { t } from './strings.ts';

/** What those can do who are not inside yet. */
const CURES: Record<string, string> = {
  wrong_credentials: 'Check both. Capital letters count in the password.',
  token_invalid: 'It was used already, a newer one has replaced it, or its time is over. Ask for a new one.',
  invitation_invalid: 'It was accepted already, withdrawn, or its time is over. Ask whoever invited you for a new one.',
};

/** Why something failed, what to do, and what to quote when asking about it. */
export function ProblemNote({ error, retry }: { error: unknown; retry?: () => void }) {
  if (!error) return null;
  const problem = isProblem(error) ? error : undefined;
  const trace = problem?.problem['traceId'];
  // Whoever has a link has no credentials that could be wrong: the link itself is over.
  if (linkKey() && problem?.code === 'unauthenticated')
    return (
      <Alert color="red" variant="outline" role="alert" title={t('This link does not work any more')}>
        <p>{t('It was revoked, or its time is over. Whoever gave it to you can make a new one.')}</p>
      </Alert>
    );
  return (
    <Alert color="red" variant="outline" role="alert" title={titleOf(error)}>
      {problem && isPlanLimit(problem) ? <PlanLimit problem={problem} /> : <Said error={error} problem={problem} />}
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

/** What to do, where the title does not say it already. */
function Said({ error, problem }: { error: unknown; problem: TidegateProblem | undefined }) {
  if (!problem) return <p>{String(error)}</p>;
  if (problem.code === 'payment_needs_holder') return <HolderPage {...(problem.problem as unknown as Waiting)} />;
  const cure = CURES[problem.code];
  if (cure) return <p>{t(cure)}</p>;
  const faults = problem.code === 'validation_failed' ? faultsOf(problem) : [];
  if (faults.length > 0)
    return (
      <ul>
        {faults.map((fault) => (
          <li key={`${fault.field} ${fault.message}`}>
            {faultText(fault)} <code>{fault.field}</code>
          </li>
        ))}
      </ul>
    );
  if (problem.message === problem.problem['title']) return null;
  const said = problemText(problem);
  return said ? <p>{said}</p> : <p lang="en">{problem.message}</p>;
}

interface Waiting {
  url: string;
  expiresAt: string;
}

/** Where a payment is confirmed, in another tab: what was chosen stays here. */
function HolderPage({ url, expiresAt }: Waiting) {
  return (
    <p>
      <a href={url} target="_blank" rel="noreferrer">
        {t('Confirm it on its page')}
      </a>
      {'. '}
      <Moment at={expiresAt}>
        {t('Nothing changes before, and what waits is given up on {at}.', { at: dated(expiresAt) })}
      </Moment>
    </p>
  );
}

function titleOf(error: unknown): string {
  if (!isProblem(error)) return t('Something went wrong on this page');
  if (error.status === 0) return t('No answer');
  const { title } = error.problem;
  return typeof title === 'string' ? t(title) : t('The request failed');
}
