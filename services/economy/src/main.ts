import { runService } from '@fanfare/kit';
import { readConfig } from './config.ts';
import { createEconomyService } from './service.ts';

await runService(async () => createEconomyService(readConfig(process.env)));
