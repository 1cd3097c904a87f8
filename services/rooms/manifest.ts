import type { BackendManifest } from '@fanfare/kit/manifest';

export const manifest = {
  name: 'rooms',
  rpc: true,
  calls: ['identity'],
  database: { poolSize: 4 },
  redis: true,
  // Messages, joins, leaves and counts: 12 million a week, 7.3 GB.
  publishes: { perSecond: 20, bytes: 600 },
  secrets: ['ROOM_TOKEN_SECRETS'],
  replicas: { least: 2, most: 6 },
  resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { cpu: '1', memory: '512Mi' } },
} as const satisfies BackendManifest;
