/** Schemas of the public objects, for the reference page. A test compares real answers with them. */
import type * as objects from '@fanfare/client/objects';
import { z } from 'zod';
import { socketError } from '../protocol/ack.ts';

export const id = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
export const money = z.string().regex(/^-?\d+\.\d{2}$/);
export const time = z.iso.datetime();

export const balances: z.ZodType<objects.Balances> = z
  .object({ coin: money, diamond: money, point: money })
  .meta({ id: 'Balances' });

export const user: z.ZodType<objects.User> = z
  .object({
    id,
    username: z.string(),
    displayName: z.string(),
    avatarUrl: z.string().nullable(),
    totalSpent: money,
    totalReceived: money,
    wealthLevel: z.int(),
    charmLevel: z.int(),
    vipLevel: z.int(),
    agencyId: id.nullable(),
    activeRoomId: id.nullable(),
    ownedRoomId: id.nullable(),
    lastActiveAt: time.nullable(),
  })
  .meta({ id: 'User' });

export const session: z.ZodType<objects.Session> = z
  .object({
    user,
    accessToken: z.string(),
    refreshToken: z.string(),
    expiresIn: z.int().meta({ description: 'Seconds until the access token expires.' }),
  })
  .meta({ id: 'Session' });

export const gift: z.ZodType<objects.Gift> = z
  .object({
    id,
    name: z.string(),
    price: money,
    category: z.string(),
    rarity: z.string(),
    animationUrl: z.string().nullable(),
    thumbnailUrl: z.string().nullable(),
    wealthXpMultiplier: z.number(),
    charmXpMultiplier: z.number(),
    isActive: z.boolean(),
  })
  .meta({ id: 'Gift' });

const sentGiftFields = {
  id: z.string(),
  roomId: id.nullable(),
  senderId: id,
  recipientIds: z.array(id),
  giftId: id,
  quantity: z.int(),
  price: money,
  totalCost: money,
  comboId: z.string().nullable(),
  comboCount: z.int(),
  sentAt: time,
};

export const sentGift: z.ZodType<objects.SentGift> = z.object(sentGiftFields).meta({ id: 'SentGift' });

export const sentGiftReceipt: z.ZodType<objects.SentGiftReceipt> = z
  .object({ ...sentGiftFields, balances })
  .meta({ id: 'SentGiftReceipt' });

export const room: z.ZodType<objects.Room> = z
  .object({
    id,
    name: z.string(),
    ownerId: id,
    status: z.enum(['active', 'closed']),
    participantCount: z.int(),
    maxParticipants: z.int(),
    roomLevel: z.int(),
    isFeatured: z.boolean(),
    category: z.string().nullable(),
    language: z.string().nullable(),
    announcement: z.string().nullable(),
    backgroundMusicUrl: z.string().nullable(),
    createdAt: time,
  })
  .meta({ id: 'Room' });

export const participant: z.ZodType<objects.Participant> = z
  .object({ userId: id, role: z.string(), joinedAt: time })
  .meta({ id: 'Participant' });

export const seat: z.ZodType<objects.Seat> = z
  .object({ number: z.int(), state: z.string(), userId: id.nullable(), muted: z.boolean() })
  .meta({ id: 'Seat' });

export const message: z.ZodType<objects.ChatMessage> = z
  .object({ id: z.string(), roomId: id, userId: id, text: z.string(), sentAt: time })
  .meta({ id: 'ChatMessage' });

const { reason, ...errorFields } = socketError.shape;

export const errorBody = z
  .object({ success: z.literal(false), code: reason, ...errorFields, timestamp: time })
  .meta({ id: 'ErrorBody' });

/** Nothing but success. */
export const none = z.object({});

export const page = <T>(item: z.ZodType<T>): z.ZodType<objects.Page<T>> =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** The last page has an empty cursor on the wire and null at the edge. */
export const pageOf = <S, T>(items: readonly S[], nextCursor: string, present: (item: S) => T): objects.Page<T> => ({
  items: items.map(present),
  nextCursor: nextCursor === '' ? null : nextCursor,
});
