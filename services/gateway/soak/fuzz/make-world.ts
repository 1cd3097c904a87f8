/** Tokens and positions that frames are made of, some good, some almost. */
import { createHmac } from 'node:crypto';
import { AppError } from '@fanfare/kit';
import type { Fleet } from '../../test/gateway-fleet.ts';
import { connectClient } from '../../test/test-client.ts';
import { REACHED } from './deliver.ts';
import type { World } from './frame.ts';

/** Whose sessions send the frames. */
export const ATTACKER = 666;
export const ROOM = 1;
const QUIET_ROOM = 2;
const SOMEBODY = 100;

const DAY = '24h';

export async function makeWorld(fleet: Fleet, port: number): Promise<World> {
  const { signer, roomToken } = fleet;
  const attacker = { sub: String(ATTACKER), sid: 'fuzz' };
  const valid = await signer.sign(attacker, { lifetime: DAY });
  const [jwk] = (JSON.parse(signer.jwks) as { readonly keys: readonly { readonly x: string }[] }).keys;
  const room = (user: number, expires = DAY) => roomToken(BigInt(user), ROOM, new Date(), expires);
  const roomValid = await room(ATTACKER);
  return {
    tokens: {
      valid,
      expired: await signer.sign(attacker, { lifetime: '-1s' }),
      otherAudience: await signer.sign(attacker, { lifetime: DAY, audience: 'somebody' }),
      otherIssuer: await signer.sign(attacker, { lifetime: DAY, issuer: 'somebody' }),
      publicKeyAsSecret: signedWith(jwk?.x ?? '', valid, { kid: 'one' }),
    },
    roomTokens: {
      valid: roomValid,
      ofAnother: await room(ATTACKER + 1),
      expired: await room(ATTACKER, '-1s'),
      otherSecret: signedWith('another-secret-of-nobody-in-particular', roomValid),
    },
    positions: await somebodysPositions(fleet, port),
  };
}

/** The claims of another token, signed with HS256. */
function signedWith(secret: string, token: string, header: object = {}): string {
  const head = Buffer.from(JSON.stringify({ alg: 'HS256', ...header })).toString('base64url');
  const content = `${head}.${token.split('.')[1]}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

async function somebodysPositions({ accessToken, roomToken }: Fleet, port: number): Promise<World['positions']> {
  const client = await connectClient(port, { token: await accessToken(SOMEBODY), v: 1 });
  const enter = async (room: number): Promise<string> => {
    const { data } = await client.ask('room.join', { token: await roomToken(BigInt(SOMEBODY), room) });
    return data.off;
  };
  const positions = {
    otherUser: client.shown[0]?.data.off,
    room: await enter(ROOM),
    quietRoom: await enter(QUIET_ROOM),
  };
  client.socket.disconnect();
  return positions;
}

/** What reaches a service is told from what the gateway refuses by itself. */
export function refuseEverything({ peers }: Fleet): void {
  const refuse = async (): Promise<never> => {
    throw new AppError('failed_precondition', REACHED, 'Refused by the service.');
  };
  peers.rooms.sendChat = refuse;
  peers.gifting.sendGift = refuse;
}
