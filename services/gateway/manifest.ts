import type { Manifest } from '@fanfare/kit/manifest';

export const manifest = {
  name: 'gateway',
  rpc: false,
  calls: 'all',
  redis: true,
  // To rooms, users and everybody: 3.5 million in ten minutes, 1 GiB.
  edge: { perSecond: 5800, bytes: 300 },
  http: { port: 8080 },
  secrets: ['ROOM_TOKEN_SECRETS'],
  replicas: { least: 3, most: 20 },
  resources: { requests: { cpu: '1', memory: '512Mi' }, limits: { cpu: '2', memory: '1Gi' } },
  // 12,500 clients at 500 a second take 25 s to be told.
  shutdownSeconds: 45,
  openFiles: 20_000,
  // A young generation of 16 MB from start to end: connections weigh less, and messages are swept up less often.
  nodeFlags: ['--min-semi-space-size=16', '--max-semi-space-size=16'],
} as const satisfies Manifest;
