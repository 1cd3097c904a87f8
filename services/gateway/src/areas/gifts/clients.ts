import { GiftingServiceService } from '@fanfare/contracts/gifting/v1/gifting_service';
import { RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import { asking } from '../../area.ts';

export const clients = { gifting: GiftingServiceService, rooms: RoomsServiceService };

export const { defineRoute, defineCommand } = asking(clients);
