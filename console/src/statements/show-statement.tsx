import { getRouteApi } from '@tanstack/react-router';
import { StatementDetail } from './statement-detail.tsx';

const route = getRouteApi('/o/$org/servers/$serverId/statements/$statementId');

export function ShowStatement() {
  const { serverId, statementId } = route.useParams();
  return <StatementDetail serverId={serverId} statementId={statementId} />;
}
