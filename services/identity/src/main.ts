import { runService } from '@fanfare/kit';
import { readConfig } from './config.ts';
import { createIdentityService } from './service.ts';

await runService(async () => createIdentityService(readConfig(process.env)));
