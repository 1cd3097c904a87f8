import { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import { asking } from '../../area.ts';

export const clients = { economy: EconomyServiceService };

export const { defineRoute } = asking(clients);
