/** Whether a gift may be sent in a room, by what the database said about it. Pure. */

/** What is true of one check. */
export interface GiftFacts {
  readonly roomId: bigint;
  readonly senderId: bigint;
  /** Null when there is no such room. */
  readonly roomStatus: string | null;
  readonly senderPresent: boolean;
  readonly senderBlocked: boolean;
  /** Recipients that are not in the room, in the order of the check. */
  readonly absentRecipients: readonly bigint[];
}

/** Why not; gifting refuses with these reasons. */
export type GiftRefusal =
  | 'ROOM_NOT_FOUND'
  | 'ROOM_CLOSED'
  | 'SENDER_BLOCKED'
  | 'SENDER_NOT_IN_ROOM'
  | 'RECIPIENT_NOT_IN_ROOM';

export interface GiftVerdict {
  /** Empty when the gift may be sent. */
  readonly reason: GiftRefusal | '';
  readonly metadata: Readonly<Record<string, string>>;
}

/** @param recipientsMustBePresent whether somebody who is elsewhere can be sent a gift in this room */
export function decideGift(facts: GiftFacts, recipientsMustBePresent: boolean): GiftVerdict {
  const room = { roomId: facts.roomId.toString() };
  const sender = { ...room, senderId: facts.senderId.toString() };
  if (facts.roomStatus === null) return { reason: 'ROOM_NOT_FOUND', metadata: room };
  if (facts.roomStatus !== 'active') return { reason: 'ROOM_CLOSED', metadata: room };
  // Who is blocked is not in the room either; the block is what they should be told.
  if (facts.senderBlocked) return { reason: 'SENDER_BLOCKED', metadata: sender };
  if (!facts.senderPresent) return { reason: 'SENDER_NOT_IN_ROOM', metadata: sender };
  const [absent] = facts.absentRecipients;
  if (recipientsMustBePresent && absent !== undefined) {
    return { reason: 'RECIPIENT_NOT_IN_ROOM', metadata: { ...room, recipientId: absent.toString() } };
  }
  return { reason: '', metadata: {} };
}
