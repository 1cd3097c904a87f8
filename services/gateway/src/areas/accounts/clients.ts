import { GiftingServiceService } from '@fanfare/contracts/gifting/v1/gifting_service';
import { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import { RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import { asking } from '../../area.ts';

/** Gifting and rooms know what a user is shown with besides the profile. */
export const clients = {
  identity: IdentityServiceService,
  gifting: GiftingServiceService,
  rooms: RoomsServiceService,
};

export const { defineRoute } = asking(clients);
