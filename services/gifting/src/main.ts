import { runService } from '@fanfare/kit';
import { readConfig } from './config.ts';
import { createGiftingService } from './service.ts';

await runService(async () => createGiftingService(readConfig(process.env)));
