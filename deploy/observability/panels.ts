import {
  DashboardBuilder as Dashboard,
  type DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

/* Grafana's own placeholder for "a few scrapes long", which suits whatever interval Prometheus scrapes at. */
export const RATE = '$__rate_interval';
const SOURCE = { type: 'prometheus', uid: '$datasource' };
const [WIDTH, HEIGHT] = [8, 8];

export interface Query {
  expr: string;
  legend?: string;
}
export interface Panel {
  title: string;
  /** What it says and when to worry. */
  help: string;
  unit: string;
  queries: readonly Query[];
  /** One number instead of a chart: amber and red from these values on, or below them. */
  number?: { amber: number; red: number; below?: boolean };
}
export interface Board {
  uid: string;
  title: string;
  rows: readonly { title: string; panels: readonly Panel[] }[];
  /** Choices above the board: name, and the label of which metric they are. */
  choices?: readonly { name: string; label: string; metric: string }[];
}

/** A dashboard as Grafana's provisioning reads it. */
export function dashboardOf({ uid, title, rows, choices = [] }: Board): ReturnType<DashboardBuilder['build']> {
  const board = new Dashboard(title)
    .uid(uid)
    .tags(['tidegate'])
    .refresh('30s')
    .time({ from: 'now-3h', to: 'now' })
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'));
  for (const { name, label, metric } of choices) {
    board.withVariable(
      new QueryVariableBuilder(name)
        .label(label)
        .datasource(SOURCE)
        .query(`label_values(${metric}, ${label})`)
        .includeAll(true)
        .multi(true)
        .allValue('.*'),
    );
  }
  for (const row of rows) {
    board.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) board.withPanel(panelOf(panel));
  }
  return board.build();
}

function panelOf({ title, help, unit, queries, number }: Panel) {
  const panel = number
    ? new StatBuilder().thresholds(thresholds(number)).height(HEIGHT / 2)
    : new TimeseriesBuilder().fillOpacity(8).height(HEIGHT);
  panel
    .title(title)
    .description(help)
    .unit(unit)
    .datasource(SOURCE)
    .span(number ? WIDTH / 2 : WIDTH);
  for (const { expr, legend = '' } of queries) {
    panel.withTarget(new DataqueryBuilder().datasource(SOURCE).expr(expr).legendFormat(legend));
  }
  return panel;
}

function thresholds({ amber, red, below }: NonNullable<Panel['number']>) {
  const steps = below
    ? [
        { color: 'red', value: null },
        { color: 'orange', value: red },
        { color: 'green', value: amber },
      ]
    : [
        { color: 'green', value: null },
        { color: 'orange', value: amber },
        { color: 'red', value: red },
      ];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

/** A quantile of a histogram, over what its labels are summed by. */
export const quantile = (q: number, metric: string, labels = '', by = ''): string =>
  `histogram_quantile(${q}, sum by (${['le', by].filter(Boolean).join(', ')}) (rate(${metric}_bucket{${labels}}[${RATE}])))`;
/** What counts nothing while nothing happens is shown as zero. */
export const orZero = (expr: string): string => `${expr} or vector(0)`;
