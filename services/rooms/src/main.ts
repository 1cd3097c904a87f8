import { runService } from '@fanfare/kit';
import { readConfig } from './config.ts';
import { createRoomsService } from './service.ts';

await runService(async () => createRoomsService(readConfig(process.env)));
