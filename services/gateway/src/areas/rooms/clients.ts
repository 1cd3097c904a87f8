import { RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import { asking } from '../../area.ts';
import type { ClientsOf } from '../../rpc-clients.ts';
import type { CommandDeps } from '../../socket/command.ts';

export const clients = { rooms: RoomsServiceService };

/** What a command that enters rooms needs. */
export type Deps = CommandDeps<ClientsOf<typeof clients>>;

export const { defineRoute, defineCommand } = asking(clients);
