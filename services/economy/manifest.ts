import type { BackendManifest } from '@fanfare/kit/manifest';

export const manifest = {
  name: 'economy',
  rpc: true,
  calls: ['identity'],
  database: { poolSize: 4 },
  // Journals, with their entries and what gifting needs later: 6 million a week, 8.5 GB. At a peak of 1,500 gifts a
  // second they are kept for 67 minutes.
  publishes: { perSecond: 10, bytes: 1400 },
  // Batches queue at one row: a second replica is for availability, more add nothing.
  replicas: { least: 2, most: 2 },
  resources: { requests: { cpu: '500m', memory: '256Mi' }, limits: { cpu: '2', memory: '512Mi' } },
} as const satisfies BackendManifest;
