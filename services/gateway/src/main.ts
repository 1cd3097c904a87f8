import { runService } from '@fanfare/kit';
import { readConfig } from './config.ts';
import { createGatewayService } from './service.ts';

await runService(async () => createGatewayService(readConfig(process.env)));
