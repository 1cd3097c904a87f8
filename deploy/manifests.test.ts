/** What is deployed by hand-written files is what each service's manifest says of it. */
import { existsSync, readFileSync } from 'node:fs';
import { addressVariable, services } from '@fanfare/contracts/services';
import type { Manifest } from '@fanfare/kit/manifest';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const manifests: readonly Manifest[] = await Promise.all(
  services.map(async (name) => (await import(`../services/${name}/manifest.ts`)).manifest),
);
/** A new service is in Kubernetes once somebody has put it there. */
const deployed = manifests.filter(({ name }) => existsSync(new URL(`../k8s/base/${name}`, import.meta.url)));

const calls = (caller: Manifest, called: Manifest): boolean =>
  called.rpc && caller !== called && (caller.calls === 'all' || caller.calls.includes(called.name));
const addressesOf = (caller: Manifest, among: readonly Manifest[]): readonly string[] =>
  among.filter((called) => calls(caller, called)).map(({ name }) => addressVariable(name));
const addressesIn = (names: readonly string[]): readonly string[] => names.filter((name) => name.endsWith('_RPC_URL'));

interface Labelled {
  readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
}

interface Document {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly minReplicas?: number;
    readonly maxReplicas?: number;
    readonly ingress?: readonly { readonly from: readonly Labelled[] }[];
    readonly template?: {
      readonly spec: {
        readonly containers: readonly {
          readonly resources: object;
          readonly env: readonly { readonly name: string }[];
        }[];
      };
    };
  };
}

const documents = (path: string): readonly Document[] =>
  parseAllDocuments(read(path)).map((document) => document.toJS() as Document);

test('there are services to compare', () => {
  expect(deployed.length).toBeGreaterThanOrEqual(5);
});

describe.for(deployed)('in Kubernetes $name', (manifest) => {
  const [deployment] = documents(`k8s/base/${manifest.name}/deployment.yaml`);
  const [container] = deployment?.spec.template?.spec.containers ?? [];

  test('has the resources and the replicas of its manifest', () => {
    expect(container?.resources).toEqual(manifest.resources);
    const scaler = documents(`k8s/base/${manifest.name}/availability.yaml`).find(
      ({ kind }) => kind === 'HorizontalPodAutoscaler',
    );
    const { minReplicas: least, maxReplicas: most } = scaler?.spec ?? {};
    expect({ least, most }).toEqual(manifest.replicas);
  });

  test('is told where those are whom it calls', () => {
    const told = addressesIn(container?.env.map(({ name }) => name) ?? []);
    expect([...told].sort()).toEqual([...addressesOf(manifest, deployed)].sort());
  });
});

test.for(deployed.filter(({ rpc }) => rpc))('$name lets in those who call it, and nobody else', (manifest) => {
  const policy = documents('k8s/base/network-policies.yaml').find(({ metadata }) => metadata.name === manifest.name);
  const labels = policy?.spec.ingress?.flatMap(({ from }) => from.map((peer) => peer.podSelector?.matchLabels));
  const callers = deployed.filter((caller) => calls(caller, manifest)).map(({ name }) => name);
  const letIn = labels?.map((label) => label?.['app.kubernetes.io/name']);
  expect([...(letIn ?? [])].sort()).toEqual([...callers].sort());
});

describe.for(manifests)('in compose $name', (manifest) => {
  const compose = parse(read('docker-compose.yml'), { merge: true }) as {
    readonly services: Readonly<Record<string, { readonly environment: Readonly<Record<string, string>> }>>;
  };

  test('is told where those are whom it calls', () => {
    const told = addressesIn(Object.keys(compose.services[manifest.name]?.environment ?? {}));
    expect([...told].sort()).toEqual([...addressesOf(manifest, manifests)].sort());
  });

  test('has a database of its own if it owns one', () => {
    const created = new RegExp(`^create database ${manifest.name} `, 'm').test(read('deploy/postgres/init.sql'));
    expect(created).toBe(manifest.database !== undefined);
  });
});
