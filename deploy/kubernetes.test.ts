import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface Workload extends Manifest {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly securityContext: { readonly runAsNonRoot: boolean };
        readonly containers: readonly {
          readonly securityContext: { readonly readOnlyRootFilesystem: boolean };
          readonly resources: { readonly limits: object; readonly requests: object };
          readonly livenessProbe?: object;
          readonly readinessProbe?: object;
        }[];
      };
    };
  };
}

const root = fileURLToPath(new URL('..', import.meta.url));
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

function render(overlay: string): readonly Manifest[] {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', join(root, 'k8s/overlays', overlay)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

const nameOf = ({ kind, metadata }: Manifest): string => `${kind}/${metadata.name}`;

// Rendering needs `kubectl` (kustomize is built in) but no cluster.
describe.skipIf(!hasKubectl).for(['local', 'production'])('overlay %s', (overlay) => {
  test('every object is valid for its kind', async () => {
    for (const manifest of render(overlay)) await validate(manifest);
  });

  // The models accept fields that do not exist; the compiler does not.
  test('no object has a field that its kind does not know', () => {
    expect(unknownFields(render(overlay))).toBe('');
  });

  test('every container of ours is confined, bounded and probed', () => {
    const deployments = render(overlay).filter((manifest): manifest is Workload => manifest.kind === 'Deployment');
    expect(deployments.map(({ metadata }) => metadata.name).sort()).toEqual([
      'economy',
      'gateway',
      'gifting',
      'identity',
      'rooms',
    ]);
    for (const deployment of deployments) {
      const pod = deployment.spec.template.spec;
      expect(pod.securityContext.runAsNonRoot, nameOf(deployment)).toBe(true);
      for (const container of pod.containers) {
        expect(container.securityContext.readOnlyRootFilesystem, nameOf(deployment)).toBe(true);
        expect(container, nameOf(deployment)).toMatchObject({
          resources: { limits: { memory: expect.any(String) }, requests: { cpu: expect.any(String) } },
          livenessProbe: {},
          readinessProbe: {},
        });
      }
    }
  });

  test('every deployment has a disruption budget and an autoscaler', () => {
    const manifests = render(overlay);
    const named = (kind: string): readonly string[] =>
      manifests.filter((manifest) => manifest.kind === kind).map(({ metadata }) => metadata.name);
    expect(named('PodDisruptionBudget')).toEqual(named('Deployment'));
    expect(named('HorizontalPodAutoscaler')).toEqual(named('Deployment'));
  });
});

test.skipIf(!hasKubectl)('a wrong field and a wrong type are found', async () => {
  const [deployment] = render('local').filter(({ kind }) => kind === 'Deployment');
  const changed = (from: string, to: string): Manifest =>
    JSON.parse(JSON.stringify(deployment).replace(from, to)) as Manifest;
  expect(unknownFields([changed('"readinessProbe"', '"readynessProbe"')])).toContain('readynessProbe');
  await expect(validate(changed('"replicas":1', '"replicas":"one"'))).rejects.toThrow('replicas');
});

async function validate(manifest: Manifest): Promise<void> {
  const path = `kubernetes-models/${manifest.apiVersion}/${manifest.kind}`;
  const models = (await import(path)) as Record<string, new (data: Manifest) => { readonly validate: () => void }>;
  const Model = models[manifest.kind];
  if (Model === undefined) throw new Error(`no model of ${nameOf(manifest)}`);
  new Model(manifest).validate();
}

/** Writes the objects as typed literals and compiles them: an excess property is an error that names it. */
function unknownFields(manifests: readonly Manifest[]): string {
  // Below the root, so that the packages resolve.
  const dir = mkdtempSync(join(root, 'node_modules/.fanfare-manifests-'));
  try {
    const lines = manifests.map(
      (manifest, i) =>
        `import type { I${manifest.kind} as K${i} } from 'kubernetes-models/${manifest.apiVersion}/${manifest.kind}';\n` +
        `export const o${i}: K${i} = ${JSON.stringify(manifest)};`,
    );
    writeFileSync(join(dir, 'manifests.ts'), lines.join('\n'));
    const tsc = createRequire(import.meta.url)
      .resolve('typescript/package.json')
      .replace('package.json', 'bin/tsc');
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--ignoreConfig'];
    return spawnSync(process.execPath, [tsc, ...options, join(dir, 'manifests.ts')], { encoding: 'utf8' }).stdout;
  } finally {
    rmSync(dir, { recursive: true });
  }
}
