/**
 * The catalogue of events: every subject on the bus with the message its body holds (JSON of the proto message).
 * A producer announces and a consumer subscribes by these entries only, so that a subject exists in one place.
 */
import { PaymentRefunded, PaymentSucceeded } from './generated/proto/fanfare/billing/event/v1/billing_events.ts';
import { JournalPosted, PointsMerged } from './generated/proto/fanfare/economy/event/v1/economy_events.ts';
import { CatalogueChanged, GiftSent } from './generated/proto/fanfare/gifting/event/v1/gifting_events.ts';
import {
  SessionRevoked,
  UserBanned,
  UserRegistered,
  UserUnbanned,
} from './generated/proto/fanfare/identity/event/v1/identity_events.ts';
import {
  ChatPosted,
  MemberBlocked,
  MemberUnblocked,
  ParticipantJoined,
  ParticipantLeft,
  ParticipantsCounted,
  RoomClosed,
  RoomCreated,
} from './generated/proto/fanfare/rooms/event/v1/rooms_events.ts';
import { EngagementRecorded } from './generated/proto/fanfare/social/event/v1/social_events.ts';

/** How a message becomes JSON and back; unknown fields are ignored on the way in. */
export interface JsonCodec<T> {
  readonly fromJSON: (json: unknown) => T;
  readonly toJSON: (message: T) => unknown;
}

/** One kind of event. `subject` is `evt.<service>.<entity>.<past_verb>.v<major>`. */
export interface EventType<T> {
  readonly subject: string;
  readonly codec: JsonCodec<T>;
}

const event = <T>(subject: string, codec: JsonCodec<T>): EventType<T> => ({ subject, codec });

export const events = {
  userRegistered: event('evt.identity.user.registered.v1', UserRegistered),
  userBanned: event('evt.identity.user.banned.v1', UserBanned),
  userUnbanned: event('evt.identity.user.unbanned.v1', UserUnbanned),
  sessionRevoked: event('evt.identity.session.revoked.v1', SessionRevoked),
  journalPosted: event('evt.economy.journal.posted.v1', JournalPosted),
  pointsMerged: event('evt.economy.points.merged.v1', PointsMerged),
  paymentSucceeded: event('evt.billing.payment.succeeded.v1', PaymentSucceeded),
  paymentRefunded: event('evt.billing.payment.refunded.v1', PaymentRefunded),
  engagementRecorded: event('evt.social.engagement.recorded.v1', EngagementRecorded),
  giftSent: event('evt.gifting.gift.sent.v1', GiftSent),
  catalogueChanged: event('evt.gifting.catalogue.changed.v1', CatalogueChanged),
  roomCreated: event('evt.rooms.room.created.v1', RoomCreated),
  roomClosed: event('evt.rooms.room.closed.v1', RoomClosed),
  participantJoined: event('evt.rooms.room.participant_joined.v1', ParticipantJoined),
  participantLeft: event('evt.rooms.room.participant_left.v1', ParticipantLeft),
  participantsCounted: event('evt.rooms.room.participants_counted.v1', ParticipantsCounted),
  memberBlocked: event('evt.rooms.room.member_blocked.v1', MemberBlocked),
  memberUnblocked: event('evt.rooms.room.member_unblocked.v1', MemberUnblocked),
  chatPosted: event('evt.rooms.room.chat_posted.v1', ChatPosted),
} as const;

/** `evt.gifting.gift.sent.v1` -> `gifting`. */
export function producerOf(subject: string): string {
  const [root, service] = subject.split('.');
  if (root !== 'evt' || service === undefined) throw new Error(`not an event subject: ${subject}`);
  return service;
}

/** The stream that keeps a producer's events: `gifting` -> `EVT_GIFTING`, which captures `evt.gifting.>`. */
export const streamOf = (service: string): string => `EVT_${service.toUpperCase()}`;
