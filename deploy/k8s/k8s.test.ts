import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SERVICE_NAMES } from '@tidegate/contracts/kernel/service-names';
import { DEFAULT_LIMITS } from '@tidegate/database/limits';
import { Health } from '@tidegate/runtime/health';
import { kubernetesSecrets } from '@tidegate/runtime/kubernetes-secrets';
import { CLOSE_MS, DRAIN_MS } from '@tidegate/runtime/run';
import { loadSettings } from '@tidegate/runtime/settings';
import { START_TIMEOUT_SECONDS } from '@tidegate/runtime/settings-variables';
import { parse } from 'yaml';
import { OVERLAYS, render, renderedFile } from '../../scripts/render-k8s.mjs';
import { type Container, type Manifest, Manifests, matches } from './manifests.ts';

/* What of deploy/k8s follows from the code, in its rendered form. No cluster is needed, and none was there to try it on. */

const secrets = kubernetesSecrets();
const ours = [...SERVICE_NAMES, 'migrate', 'backups'];
const hasKustomize = spawnSync('kubectl', ['version', '--client']).status === 0;
const containerOf = (one: Manifest): Container => one.spec.template.spec.containers[0];
const isOurs = (one: Manifest) => ours.includes(one.metadata.name);
const megabytes = (text: string) => Number.parseInt(text, 10) * (text.endsWith('Gi') ? 1_024 : 1);

test.runIf(hasKustomize).each(OVERLAYS)('the rendered %s is what its overlay comes to', (overlay) => {
  expect(readFileSync(renderedFile(overlay), 'utf8')).toBe(render(overlay));
});

describe.each(OVERLAYS)('%s', (overlay) => {
  const manifests = new Manifests(overlay);
  const settings = () => manifests.all.find(({ data }) => data?.['PUBLIC_URL'])?.data ?? {};

  test('has a deployment and a budget for each role, of which one at a time may be taken away', () => {
    for (const role of SERVICE_NAMES) {
      const { spec } = manifests.find('Deployment', role);
      const environment = manifests.environmentOf(containerOf(manifests.find('Deployment', role)), secrets);
      expect(environment['ROLES']).toBe(role);
      const budget = manifests.find('PodDisruptionBudget', role).spec;
      expect(budget.maxUnavailable).toBe(1);
      expect(matches(budget.selector, spec.template.metadata.labels)).toBe(true);
      const places = spec.template.spec.topologySpreadConstraints?.map(({ topologyKey }) => topologyKey);
      expect(places).toEqual(['kubernetes.io/hostname', 'topology.kubernetes.io/zone']);
    }
  });

  test('gives each process all settings that it needs, from the Secrets of `tidegate env kubernetes`, and nobody else’s', () => {
    for (const one of manifests.workloads.filter(isOurs)) {
      const environment = manifests.environmentOf(containerOf(one), { ...secrets, 'tidegate-backup': {} });
      const migrates = ['migrate', 'backups'].includes(one.metadata.name);
      const settingsOf = () =>
        loadSettings({ ...environment, DATA_DIR: '/nowhere' }, migrates ? ['migrate', 'operate'] : ['host']);
      expect(settingsOf, one.metadata.name).not.toThrow();
      if (migrates) continue;
      const foreign = SERVICE_NAMES.filter((other) => other !== one.metadata.name).flatMap((other) =>
        Object.keys(secrets[`tidegate-${other}`] ?? {}),
      );
      expect(Object.keys(environment).filter((name) => foreign.includes(name))).toEqual([]);
    }
  });

  test('names no variable that is no setting', () => {
    const documented = readFileSync('docs/configuration.md', 'utf8');
    const known = [...documented.matchAll(/^\| ([A-Z0-9_]+) \|/gm)].map(([, name]) => name);
    const allowed = new Set([...known, ...Object.values(secrets).flatMap(Object.keys)]);
    for (const one of manifests.workloads.filter(isOurs)) {
      const environment = manifests.environmentOf(containerOf(one), { ...secrets, 'tidegate-backup': {} });
      const others = Object.keys(environment).filter((name) => !allowed.has(name) && !/^NODE_/.test(name));
      expect({ name: one.metadata.name, others }).toEqual({ name: one.metadata.name, others: [] });
    }
  });

  test('asks each process by the paths and at the port where it answers, for as long as it may start', async () => {
    const health = new Health([]);
    for (const role of SERVICE_NAMES) {
      const container = containerOf(manifests.find('Deployment', role));
      const port = role === 'gateway' ? 3_000 : Number(settings()['HEALTH_PORT']);
      expect(container.ports).toEqual([{ name: 'health', containerPort: port }]);
      const { startupProbe, readinessProbe, livenessProbe } = container;
      for (const [probe, path] of [
        [startupProbe, '/health/startup'],
        [readinessProbe, '/health/ready'],
        [livenessProbe, '/health/live'],
      ] as const) {
        expect(probe?.httpGet).toEqual({ path, port: 'health' });
        expect(await health.answer(path, () => false)).toMatchObject({ status: 200 });
      }
      const starts = (startupProbe?.periodSeconds ?? 0) * (startupProbe?.failureThreshold ?? 0);
      expect(starts).toBeGreaterThan(START_TIMEOUT_SECONDS);
    }
  });

  test('waits for a stop as long as the code takes at the most', () => {
    const delay = Number(settings()['STOP_DELAY_SECONDS']);
    for (const role of SERVICE_NAMES) {
      const { terminationGracePeriodSeconds: grace } = manifests.find('Deployment', role).spec.template.spec;
      expect(grace).toBeGreaterThan(delay + (DRAIN_MS + CLOSE_MS) / 1_000);
    }
    // Requests come until the endpoints know, which begins when the pod is told to end.
    expect(delay).toBeGreaterThanOrEqual(5);
  });

  test('runs nothing as root, with rights, or on a file system that it can change', () => {
    for (const { metadata, spec } of manifests.workloads) {
      const pod = spec.template.spec;
      expect({ name: metadata.name, ...pod }).toMatchObject({
        enableServiceLinks: false,
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect({ name: metadata.name, ...pod.containers[0].securityContext }).toEqual({
        name: metadata.name,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  test('leaves room in each memory limit beside the heap', () => {
    for (const one of manifests.workloads.filter(isOurs)) {
      const { env = [], resources } = containerOf(one);
      const options = env.find(({ name }) => name === 'NODE_OPTIONS')?.value ?? '--max-old-space-size=256';
      const heap = Number(/--max-old-space-size=(\d+)/.exec(options)?.[1]);
      expect(heap, one.metadata.name).toBeLessThanOrEqual(megabytes(resources.limits.memory) * 0.65);
      expect(megabytes(resources.requests.memory)).toBeLessThanOrEqual(megabytes(resources.limits.memory));
    }
  });

  test('names servers that are there, under names that their certificates have', () => {
    const hosts = ['NATS_URL', 'DATABASE_URL']
      .flatMap((name) => (settings()[name] ?? '').split(','))
      .map((url) => new URL(url).hostname);
    hosts.push(settings()['MONITOR_PLATFORM_HOST'] ?? '');
    const services = manifests.of('Service').map(({ metadata }) => metadata.name);
    // CloudNativePG makes these of its cluster.
    for (const { metadata } of manifests.of('Cluster')) services.push(`${metadata.name}-rw`);
    expect(hosts.filter((host) => !services.includes(host.split('.').at(-1) ?? ''))).toEqual([]);
    if (settings()['ALLOW_INSECURE'] === 'true') return;
    const named = manifests.of('Certificate').flatMap(({ spec }) => spec.dnsNames ?? []);
    expect(hosts.filter((host) => !named.includes(host))).toEqual([]);
    const conf = manifests.all.find(({ data }) => data?.['nats.conf'])?.data?.['nats.conf'] ?? '';
    const routes = [...conf.matchAll(/nats-route:\/\/([\w.-]+):/g)].map(([, host]) => host);
    expect(routes).toHaveLength(manifests.find('StatefulSet', 'nats').spec.replicas ?? 0);
    expect(routes.filter((host) => !named.includes(host ?? ''))).toEqual([]);
  });

  test('lets processes reach NATS and PostgreSQL, the gateway only NATS, and nobody else anything', () => {
    const policies = manifests.of('NetworkPolicy');
    const nobody = policies.find(({ metadata }) => metadata.name === 'nobody')?.spec;
    expect(nobody).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    const label = (component: string) => ({ 'app.kubernetes.io/component': component });
    const may = (from: string, to: string, port: number) => {
      const out = policies.some(
        ({ spec }) =>
          matches(spec.podSelector, label(from)) &&
          spec.egress?.some(
            (rule) =>
              rule.to?.some(({ podSelector }) => podSelector && matches(podSelector, label(to))) &&
              rule.ports?.some((one) => one.port === port),
          ),
      );
      const into = policies.some(
        ({ spec }) =>
          matches(spec.podSelector, label(to)) &&
          spec.ingress?.some(
            (rule) =>
              rule.from?.some(({ podSelector }) => podSelector && matches(podSelector, label(from))) &&
              rule.ports?.some((one) => one.port === port),
          ),
      );
      return out && into;
    };
    for (const name of ours) {
      expect({ name, nats: may(name, 'nats', 4_222) }).toEqual({ name, nats: true });
      expect({ name, postgres: may(name, 'postgres', 5_432) }).toEqual({ name, postgres: name !== 'gateway' });
      expect({ name, gateway: may(name, 'gateway', 3_000) }).toEqual({ name, gateway: false });
    }
  });
});

describe('small', () => {
  const manifests = new Manifests('small');

  test('tells Prometheus of its backups, at a port that it lets it reach', () => {
    const { metadata, spec } = manifests.find('Deployment', 'backups').spec.template;
    const port = Number(manifests.all.find(({ data }) => data?.['PUBLIC_URL'])?.data?.['HEALTH_PORT']);
    expect(spec.containers[0].ports).toEqual([{ name: 'health', containerPort: port }]);
    const policy = manifests.of('NetworkPolicy').find(({ metadata: { name } }) => name === 'monitoring');
    expect(policy && matches(policy.spec.podSelector, metadata.labels)).toBe(true);
  });
});

describe('ha', () => {
  const manifests = new Manifests('ha');

  test('scales every role by CPU, and by the lag of consumers that the bus lets it have', () => {
    const scaled = manifests.of('ScaledObject').map(({ spec }) => spec);
    expect(scaled.map(({ scaleTargetRef }) => scaleTargetRef.name).sort()).toEqual([...SERVICE_NAMES].sort());
    const conf = readFileSync('deploy/k8s/components/nats-cluster/nats.conf', 'utf8');
    for (const { scaleTargetRef, triggers } of scaled) {
      expect(triggers[0]).toMatchObject({ type: 'cpu' });
      for (const { type, metadata } of triggers.slice(1)) {
        expect({ type, stream: metadata['stream'] }).toEqual({ type: 'nats-jetstream', stream: 'EVENTS' });
        expect(metadata['consumer']).toMatch(new RegExp(`^${scaleTargetRef.name}-from-`));
        expect(conf).toContain(`$JS.API.CONSUMER.DURABLE.CREATE.EVENTS.${metadata['consumer']}"`);
      }
    }
  });

  test('has a connection for each that its processes may open, one more of each role while they are replaced', () => {
    const scaled = manifests.of('ScaledObject').map(({ spec }) => spec);
    const withDatabase = scaled.filter(({ scaleTargetRef }) => scaleTargetRef.name !== 'gateway');
    const processes = withDatabase.reduce((sum, { maxReplicaCount }) => sum + (maxReplicaCount ?? 0) + 1, 0);
    const most = processes * DEFAULT_LIMITS.poolSize;
    const there = Number(manifests.find('Cluster', 'postgres').spec.postgresql?.parameters['max_connections']);
    // For its operator, replicas, migrations, and tidegate_monitor.
    expect(there - most).toBeGreaterThan(50);
    const [, written] = /of which there are up to (\d+)/.exec(readFileSync('docs/kubernetes.md', 'utf8')) ?? [];
    expect(Number(written)).toBe(processes - withDatabase.length);
  });

  test('fetches each Secret that something asks for', () => {
    const fetched = manifests.of('ExternalSecret').map(({ spec }) => spec.target.name);
    const made = manifests.of('Certificate').map(({ spec }) => spec.secretName);
    const asked = manifests.workloads.flatMap(({ spec }) => {
      const { volumes = [], containers } = spec.template.spec;
      const [{ env = [], envFrom = [] }] = containers;
      return [
        ...volumes.map(({ secret }) => secret?.secretName),
        ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
        ...envFrom.map(({ secretRef }) => secretRef?.name),
      ];
    });
    // CloudNativePG makes that of the database's owner.
    const there = [...fetched, ...made, 'postgres-app'];
    expect([...new Set(asked)].filter((name) => name && !there.includes(name))).toEqual([]);
    expect(Object.keys(secrets).filter((name) => !fetched.includes(name))).toEqual([]);
  });

  test('has the same rules as every other Prometheus', () => {
    const { groups } = parse(readFileSync('deploy/prometheus/rules.yml', 'utf8')) as { groups: unknown };
    expect(manifests.find('PrometheusRule', 'tidegate').spec.groups).toEqual(groups);
  });
});
