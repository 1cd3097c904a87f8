// Which module may import which, as dependency-cruiser rules. `./fanfare test imports` runs them.
const { globSync } = require('node:fs');

const root = `${__dirname}/../..`;
const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// A module of a service that has unit tests beside it is a rule: it decides, and others do what it decided. These have
// such tests for a part of them and are shells all the same.
const shells = [
  'services/economy/src/posting/retry.ts',
  'services/gateway/src/revocations.ts',
  'services/rooms/src/participation/presence.ts',
];
const rules = globSync('services/*/src/**/*.test.ts', { cwd: root })
  .map((test) => test.replace(/\.test\.ts$/, '.ts'))
  .filter((file) => !shells.includes(file));
const outsideWorld =
  'node_modules/(pg|ioredis|@nats-io|@prisma|@grpc|fastify|socket[.]io)/|^(node:)?(fs|net|http|https|child_process)$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'services-meet-in-contracts-only',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'packages-know-no-service',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/cli/' },
      to: { path: '^services/' },
    },
    {
      name: 'the-sdk-follows-the-gateway',
      comment: 'What the public sees is written in the gateway; the SDK is made of the documents that it writes.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/' },
      to: { path: '^packages/client/' },
    },
    {
      name: 'nothing-that-ships-imports-tests',
      severity: 'error',
      from: {
        path: '^(services|packages)/[^/]+/src/',
        pathNot: '[.]test[.]ts$|/src/soak([.]ts$|/)|^packages/(testing|cli)/',
      },
      to: { path: '^packages/(testing|cli)/' },
    },
    {
      name: 'nothing-that-ships-imports-its-proofs',
      severity: 'error',
      from: { path: '^(services|packages)/[^/]+/src/', pathNot: '[.]test[.]ts$|^packages/cli/' },
      to: { path: '^(services|packages)/[^/]+/(bench|sim|soak|test)/', pathNot: '^packages/testing/' },
    },
    {
      name: 'rules-are-pure',
      severity: 'error',
      from: { path: rules.length === 0 ? '^$' : `^(${rules.map(literal).join('|')})$` },
      // The shape of a row is no I/O.
      to: {
        path: `${outsideWorld}|^services/[^/]+/src/(commands|consumers|generated/prisma)/`,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'the-ledger-knows-nobody',
      severity: 'error',
      from: { path: '^services/economy/src/ledger/', pathNot: '[.]test[.]ts$' },
      to: { path: '^services/economy/src/', pathNot: '^services/economy/src/(ledger/|errors[.]ts$)' },
    },
    {
      name: 'features-of-economy-meet-in-the-ledger',
      severity: 'error',
      from: { path: '^services/economy/src/([^/]+)/' },
      to: { path: '^services/economy/src/[^/]+/', pathNot: '^services/economy/src/($1|ledger|posting|generated)/' },
    },
    {
      name: 'areas-do-not-import-each-other',
      severity: 'error',
      from: { path: '^services/gateway/src/areas/([^/]+)/' },
      to: { path: '^services/gateway/src/areas/[^/]+/', pathNot: '^services/gateway/src/areas/$1/' },
    },
    {
      name: 'machinery-imports-no-area',
      severity: 'error',
      from: { path: '^services/gateway/src/', pathNot: '^services/gateway/src/(areas/|areas[.]ts$)|[.]test[.]ts$' },
      to: { path: '^services/gateway/src/areas/' },
    },
    {
      // What is made of the list: the service, its configuration and the documents.
      name: 'the-list-of-areas-is-read-at-the-top',
      severity: 'error',
      from: { path: '^services/gateway/src/[^/]+/', pathNot: '[.]test[.]ts$' },
      to: { path: '^services/gateway/src/areas[.]ts$' },
    },
    { name: 'what-is-imported-exists', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/generated/(?!prisma)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: `${root}/tsconfig.json` },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.d.ts'],
    },
  },
};
