import { Button } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import type { TidegateProblem, UpgradeAddon } from '@tidegate/client';
import { dated, exact } from './format.ts';
import { Moment } from './moment.tsx';
import { useUpgradeName } from './plan-name.ts';
import { problemText } from './problem-text.ts';
import { t } from './strings.ts';
import { UpgradeButton } from './upgrade-button.tsx';

/** Refusals that a larger plan would lift. */
const CODES = new Set(['plan_limit_reached', 'feature_not_included', 'quota_exhausted', 'organisation_read_only']);

export const isPlanLimit = ({ code }: TidegateProblem): boolean => CODES.has(code);

/** What the plan allows, what there is, and the plan or the add-on that allows more: in a dialog, so that a form keeps its input. */
export function PlanLimit({ problem }: { problem: TidegateProblem }) {
  const { org } = useParams({ strict: false }) as { org?: string };
  const { limit, used, resetsAt, upgradeTo, product, feature, meter } = problem.problem as Record<
    string,
    string | number | null | undefined
  >;
  const said = problemText(problem);
  const addon = problem.problem['addon'] as UpgradeAddon | undefined;
  const named = String(feature ?? meter ?? '');
  const name = useUpgradeName(named, org && upgradeTo ? String(upgradeTo) : undefined);
  return (
    <div className="stack">
      {said && problem.message !== problem.problem['title'] ? <p>{said}</p> : null}
      {typeof limit === 'number' ? (
        <p>
          {t('{used} of {limit} are used.', {
            used: typeof used === 'number' ? exact(used) : '–',
            limit: exact(limit),
          })}{' '}
          {typeof resetsAt === 'string' ? (
            <Moment at={resetsAt}>{t('It resets on {at}.', { at: dated(resetsAt) })}</Moment>
          ) : (
            ''
          )}
        </p>
      ) : null}
      {org && (upgradeTo || addon) ? (
        <div className="row">
          {upgradeTo ? (
            <UpgradeButton
              text={name ? t('Look at the plan {plan}', { plan: name }) : t('Look at the larger plan')}
              product={product ? String(product) : null}
              feature={named}
              plan={String(upgradeTo)}
            />
          ) : null}
          {addon ? (
            <UpgradeButton
              text={t('Look at the add-on {addon}', { addon: addon.addonName })}
              variant={upgradeTo ? 'default' : 'filled'}
              product={addon.product}
              feature={named}
              plan={addon.plan}
              addon={addon}
            />
          ) : null}
        </div>
      ) : org ? (
        <div className="row">
          <Button component="a" size="compact-sm" target="_blank" href={`/o/${org}/plans`}>
            {t('Look at the plans')}
          </Button>
        </div>
      ) : null}
    </div>
  );
}
