import type { BackendManifest } from '@fanfare/kit/manifest';

export const manifest = {
  name: 'identity',
  rpc: true,
  calls: [],
  database: { poolSize: 4 },
  // Registrations, bans, ended sessions: 600,000 a week, 0.4 GB.
  publishes: { perSecond: 1, bytes: 640 },
  secrets: ['SIGNING_KEY_SECRET'],
  replicas: { least: 2, most: 6 },
  // argon2id takes 19 MiB and some 50 ms of CPU for each login.
  resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { cpu: '1', memory: '512Mi' } },
} as const satisfies BackendManifest;
