/* The entry point of one Tidegate process whose servers somebody else runs (a cluster, or `start --services`). */
import '@tidegate/telemetry/own-source-maps';

const { hostRoles } = await import('@tidegate/cli/host-roles');
await hostRoles();
