/**
 * The public objects as REST answers and socket acks carry them. Ids of users, rooms and gifts are numbers up to
 * 2^53 - 1, money is a decimal string with two places, times are ISO 8601 in UTC.
 */
export type Asset = 'coin' | 'diamond' | 'point';

/** What a user can spend of each asset: balance minus holds. */
export interface Balances {
  readonly coin: string;
  readonly diamond: string;
  readonly point: string;
}

export interface User {
  readonly id: number;
  readonly username: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  /** Coins spent on gifts. */
  readonly totalSpent: string;
  /** Diamonds earned by gifts. */
  readonly totalReceived: string;
  readonly wealthLevel: number;
  readonly charmLevel: number;
  readonly vipLevel: number;
  readonly agencyId: number | null;
  readonly activeRoomId: number | null;
  readonly ownedRoomId: number | null;
  readonly lastActiveAt: string | null;
}

/** The answer of register, login and refresh. */
export interface Session {
  readonly user: User;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

export interface Gift {
  readonly id: number;
  readonly name: string;
  /** Coins for one piece. */
  readonly price: string;
  readonly category: string;
  readonly rarity: string;
  readonly animationUrl: string | null;
  readonly thumbnailUrl: string | null;
  readonly wealthXpMultiplier: number;
  readonly charmXpMultiplier: number;
  readonly isActive: boolean;
}

export interface SentGift {
  /** The sender's own id: unique together with `senderId`. */
  readonly id: string;
  readonly roomId: number | null;
  readonly senderId: number;
  readonly recipientIds: readonly number[];
  readonly giftId: number;
  readonly quantity: number;
  readonly price: string;
  readonly totalCost: string;
  readonly comboId: string | null;
  readonly comboCount: number;
  readonly sentAt: string;
}

/** What the sender gets: the gift, and their balances as recorded with it, the same at every repeat. */
export interface SentGiftReceipt extends SentGift {
  readonly balances: Balances;
}

export interface Room {
  readonly id: number;
  readonly name: string;
  readonly ownerId: number;
  readonly status: 'active' | 'closed';
  readonly participantCount: number;
  readonly maxParticipants: number;
  readonly roomLevel: number;
  readonly isFeatured: boolean;
  readonly category: string | null;
  readonly language: string | null;
  readonly announcement: string | null;
  readonly backgroundMusicUrl: string | null;
  readonly createdAt: string;
}

export interface Participant {
  readonly userId: number;
  /** participant, speaker (seated) or moderator */
  readonly role: string;
  readonly joinedAt: string;
}

export interface Seat {
  readonly number: number;
  /** free, locked or taken */
  readonly state: string;
  readonly userId: number | null;
  readonly muted: boolean;
}

export interface ChatMessage {
  readonly id: string;
  readonly roomId: number;
  readonly userId: number;
  readonly text: string;
  readonly sentAt: string;
}

export interface UserPresence {
  readonly userId: number;
  readonly online: boolean;
}

/** One page of a list, newest first where time matters; `nextCursor` is null on the last one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** What `room.join` answers when nothing could be recovered: all there is to show. */
export interface RoomSnapshot {
  readonly room: Room;
  readonly seats: readonly Seat[];
  readonly participants: readonly Participant[];
  /** The last 50, oldest first. */
  readonly messages: readonly ChatMessage[];
}

/** The kinds of error; programs decide by `code`, and by `kind` for codes they do not know. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'already_exists'
  | 'failed_precondition'
  | 'aborted'
  | 'exhausted'
  | 'unavailable'
  | 'deadline'
  | 'internal';

export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** Ids, counts and durations are numbers; money and everything else is text. */
export type ErrorFact = string | number;

/** Facts of a refusal by name: `{required: '200.00', available: '150.00'}`, `{roomId: 42, maxCapacity: 100}`. */
export type ErrorDetails = Readonly<Record<string, ErrorFact>>;

/** The body of every refused REST request. */
export interface ErrorBody {
  readonly success: false;
  readonly message: string;
  readonly errors: FieldErrors | null;
  readonly code: string;
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  readonly details: ErrorDetails;
  readonly requestId: string;
  readonly timestamp: string;
}

/** `error` of a refused socket command. */
export interface SocketError {
  readonly kind: ErrorKind;
  readonly reason: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly details: ErrorDetails;
  readonly requestId: string;
  readonly errors: FieldErrors | null;
}
