import type { BackendManifest } from '@fanfare/kit/manifest';

export const manifest = {
  name: 'gifting',
  rpc: true,
  calls: ['identity', 'economy', 'rooms'],
  database: { poolSize: 4 },
  // Gifts: 6 million a week, 6 GB. As many as economy's journals, so both are kept for as long.
  publishes: { perSecond: 10, bytes: 1000 },
  replicas: { least: 2, most: 6 },
  resources: { requests: { cpu: '500m', memory: '256Mi' }, limits: { cpu: '2', memory: '512Mi' } },
} as const satisfies BackendManifest;
