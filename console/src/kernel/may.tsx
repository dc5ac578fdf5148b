import { OPERATIONS } from '@tidegate/client/generated/operations';
import type { OperationName } from './api.ts';
import { Empty } from './empty.tsx';
import { useScopes } from './own-role.ts';
import { isStandingStill } from './page-clock.ts';
import { linkKey } from './shared-link.ts';
import { t } from './strings.ts';

/** Of everybody who is logged in, and of everybody. */
const OPEN: ReadonlySet<string> = new Set(['self', 'public']);

/**
 * Whether the reader may do it in the organisation of this page, by their role: what would be refused is not offered. By a link
 * and in the demo nobody changes anything. Undefined until it is known.
 */
export function useMay(): (op: OperationName) => boolean | undefined {
  const scopes = useScopes();
  if (linkKey() !== undefined || isStandingStill()) return () => false;
  return (op) => OPEN.has(OPERATIONS[op].scope) || scopes?.has(OPERATIONS[op].scope);
}

/** A button, a form or a link to one, for those who may use it. */
export function May({ op, children }: { op: OperationName; children: React.ReactNode }) {
  return useMay()(op) ? children : null;
}

/** A page that is there to change something: others are told whom to ask. */
export function MayOrAsk({ op, children }: { op: OperationName; children: React.ReactNode }) {
  const may = useMay()(op);
  if (may === undefined) return null;
  if (may) return children;
  if (isStandingStill())
    return (
      <Empty title={t('A demo can only be looked at')}>
        {t('In an organisation of yours this page is there to change something.')}
      </Empty>
    );
  return (
    <Empty title={t('Your role in this organisation may not do this')}>
      {t('Ask an admin or owner of it for another role, or to do it for you.')}
    </Empty>
  );
}
