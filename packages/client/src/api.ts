/** The REST surface, area by area. Money is a decimal string; what moves it is sent under an id and safe to repeat. */
import { v7 as newId } from 'uuid';
import { adminApi } from './admin-api.ts';
import type { Send } from './http.ts';
import type {
  ChatMessage,
  Gift,
  Page,
  Participant,
  Room,
  SentGift,
  SentGiftReceipt,
  User,
  UserPresence,
} from './objects.ts';
import type { Command, Paging } from './requests.ts';
import { walletApi } from './wallet-api.ts';

export interface GiftToSend extends Command {
  readonly giftId: number;
  /** Pieces for each recipient. */
  readonly quantity: number;
  readonly recipientIds: readonly number[];
  readonly comboId?: string | undefined;
  /** Refuses with PRICE_CHANGED when the catalogue has moved. */
  readonly expectedPrice?: string | undefined;
}

export interface RoomToOpen {
  readonly name: string;
  readonly maxParticipants?: number;
  readonly category?: string;
  readonly language?: string;
  readonly announcement?: string;
  readonly backgroundMusicUrl?: string;
}

export interface RoomFilters extends Paging {
  readonly category?: string;
  readonly language?: string;
  readonly featured?: boolean;
  readonly minimumLevel?: number;
  readonly query?: string;
}

export type Api = ReturnType<typeof restApi>;

export const restApi = (send: Send) => ({
  /** Oneself. */
  me: () => send<User>({ method: 'GET', path: '/me' }),
  user: (userId: number) => send<User>({ method: 'GET', path: `/users/${userId}` }),
  /** Which of at most 100 users have a connected socket. */
  presence: async (userIds: readonly number[]) =>
    (await send<Page<UserPresence>>({ method: 'GET', path: '/presence', query: { userIds: userIds.join(',') } })).items,
  wallet: walletApi(send),
  gifts: giftApi(send),
  rooms: roomApi(send),
  admin: adminApi(send),
});

const giftApi = (send: Send) => ({
  list: async () => (await send<Page<Gift>>({ method: 'GET', path: '/gifts' })).items,
  /** Without a room, a direct gift: nobody but the recipients see it. */
  send: ({ id = newId(), roomId, ...body }: GiftToSend & { readonly roomId?: number }) =>
    send<SentGiftReceipt>({
      method: 'POST',
      path: roomId === undefined ? '/gifts/send' : `/rooms/${roomId}/gifts`,
      body,
      idempotencyKey: id,
    }),
  history: (query: Paging & { readonly direction?: 'sent' | 'received' } = {}) =>
    send<Page<SentGift>>({ method: 'GET', path: '/gifts/history', query: { ...query } }),
});

const roomApi = (send: Send) => ({
  open: (body: RoomToOpen) => send<Room>({ method: 'POST', path: '/rooms', body }),
  list: (query: RoomFilters = {}) => send<Page<Room>>({ method: 'GET', path: '/rooms', query: { ...query } }),
  get: (roomId: number) => send<Room>({ method: 'GET', path: `/rooms/${roomId}` }),
  close: (roomId: number) => send<Room>({ method: 'POST', path: `/rooms/${roomId}/close` }),
  /** Becomes a participant. To hear the room too, use `connection.joinRoom`, which calls this. */
  join: (roomId: number) => send<{ room: Room; token: string }>({ method: 'POST', path: `/rooms/${roomId}/join` }),
  leave: (roomId: number) => send<null>({ method: 'POST', path: `/rooms/${roomId}/leave` }),
  block: (roomId: number, userId: number, reason?: string) =>
    send<null>({ method: 'POST', path: `/rooms/${roomId}/block`, body: { userId, reason } }),
  unblock: (roomId: number, userId: number) =>
    send<null>({ method: 'POST', path: `/rooms/${roomId}/unblock`, body: { userId } }),
  participants: (roomId: number, query: Paging = {}) =>
    send<Page<Participant>>({ method: 'GET', path: `/rooms/${roomId}/participants`, query: { ...query } }),
  messages: async (roomId: number) =>
    (await send<Page<ChatMessage>>({ method: 'GET', path: `/rooms/${roomId}/messages` })).items,
  gifts: (roomId: number, query: Paging = {}) =>
    send<Page<SentGift>>({ method: 'GET', path: `/rooms/${roomId}/gifts`, query: { ...query } }),
});
