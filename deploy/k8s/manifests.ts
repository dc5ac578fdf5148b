import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { renderedFile } from '../../scripts/render-k8s.mjs';

/* The rendered overlays as the tests read them: only what they look at. */

export interface Variable {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: { name: string; key: string } };
}
interface Probe {
  httpGet?: { path: string; port: string | number };
  periodSeconds: number;
  timeoutSeconds: number;
  failureThreshold: number;
}
export interface Container {
  name: string;
  image: string;
  command?: string[];
  env?: Variable[];
  envFrom?: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
  ports?: { name: string; containerPort: number }[];
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  resources: { requests: { cpu: string; memory: string }; limits: { memory: string } };
  securityContext: {
    readOnlyRootFilesystem: boolean;
    allowPrivilegeEscalation: boolean;
    capabilities: { drop: string[] };
  };
  volumeMounts?: { name: string; mountPath: string }[];
}
export interface Pod {
  containers: [Container];
  enableServiceLinks: boolean;
  automountServiceAccountToken: boolean;
  securityContext: { runAsNonRoot: boolean; runAsUser: number; seccompProfile: { type: string } };
  terminationGracePeriodSeconds: number;
  topologySpreadConstraints?: { topologyKey: string }[];
  volumes?: { name: string; secret?: { secretName: string } }[];
}
type Labels = Record<string, string>;
export interface Selector {
  matchLabels?: Labels;
  matchExpressions?: { key: string; operator: string; values: string[] }[];
}
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Labels };
  data?: Record<string, string>;
  spec: {
    replicas?: number;
    template: { metadata: { labels: Labels }; spec: Pod };
    selector: Selector;
    podSelector: Selector;
    policyTypes: string[];
    ingress?: { from?: { podSelector?: Selector }[]; ports?: { port: number }[] }[];
    egress?: { to?: { podSelector?: Selector }[]; ports?: { port: number }[] }[];
    dnsNames: string[];
    secretName: string;
    scaleTargetRef: { name: string };
    triggers: { type: string; metadata: Record<string, string> }[];
    groups: unknown;
    maxReplicaCount?: number;
    postgresql?: { parameters: Record<string, string> };
    maxUnavailable: number;
    target: { name: string };
  };
}

export class Manifests {
  readonly all: Manifest[];

  constructor(overlay: string) {
    this.all = parseAllDocuments(readFileSync(renderedFile(overlay), 'utf8')).map((one) => one.toJS() as Manifest);
  }

  of(kind: string): Manifest[] {
    return this.all.filter((one) => one.kind === kind);
  }

  find(kind: string, name: string): Manifest {
    const found = this.all.find((one) => one.kind === kind && one.metadata.name === name);
    if (!found) throw new Error(`There is no ${kind} ${name}.`);
    return found;
  }

  /** With a pod that this repository describes. */
  get workloads(): Manifest[] {
    return this.all.filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind));
  }

  /** What a container finds in its environment, when the Secrets are these. */
  environmentOf({ env = [], envFrom = [] }: Container, secrets: Record<string, Labels>): Labels {
    const given = envFrom.flatMap(({ configMapRef, secretRef }) =>
      Object.entries(
        configMapRef
          ? (this.find('ConfigMap', configMapRef.name).data ?? {})
          : (secrets[secretRef?.name ?? ''] ?? { [`no Secret ${secretRef?.name}`]: '' }),
      ),
    );
    const found: Labels = Object.fromEntries(given);
    for (const { name, value, valueFrom } of env) {
      const { name: secret = '', key = '' } = valueFrom?.secretKeyRef ?? {};
      const text = value ?? secrets[secret]?.[key] ?? '';
      found[name] = text.replaceAll(/\$\((\w+)\)/g, (_all, other: string) => found[other] ?? '');
    }
    return found;
  }
}

export const matches = ({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''));
