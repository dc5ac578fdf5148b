import { bus } from './dashboards/bus.ts';
import { business } from './dashboards/business.ts';
import { monitoring } from './dashboards/monitoring.ts';
import { platform } from './dashboards/platform.ts';
import { postgres } from './dashboards/postgres.ts';
import { service } from './dashboards/service.ts';
import { trading } from './dashboards/trading.ts';
import type { Board } from './panels.ts';

export const BOARDS: readonly Board[] = [platform, service, bus, postgres, business, monitoring, trading];
