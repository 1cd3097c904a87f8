/** Requests as what commands and queries take; what breaks a rule is refused here, by the name clients know it by. */
import type {
  BlockUserRequest,
  CheckGiftsRequest,
  CreateRoomRequest,
  ListRoomsRequest,
  SendChatRequest,
} from '@fanfare/contracts/rooms/v1/rooms_service';
import { type Call, decodeCursor, invalid, requireUser } from '@fanfare/kit';
import type { Block } from './blocks/block-user.ts';
import type { Saying } from './chat/say-rule.ts';
import type { Config } from './config.ts';
import type { GiftCheck } from './gift-checks/gift-facts.ts';
import type { RoomFilter } from './rooms/room-queries.ts';
import type { NewRoom } from './rooms/room-store.ts';
import {
  ANNOUNCEMENT,
  BLOCK_REASON,
  CHAT_TEXT,
  lengthProblem,
  ROOM_LABEL,
  ROOM_NAME,
  type TextLimit,
  textProblem,
} from './text-limit.ts';

const MAX_ID = 2n ** 53n - 1n;
const MAX_CHECKS = 256;
const DEFAULT_PAGE = 20;
const MAX_PAGE = 100;
const MAX_URL_LENGTH = 2048;
const MAX_LEVEL = 1_000_000;
/** Of a cursor. */
const NUMBER = /^\d{1,16}$/;
const CLIENT_ID = /^[\x20-\x7e]{1,128}$/;

export function parseId(field: string, id: bigint): bigint {
  if (id < 1n || id > MAX_ID) throw invalid(field, 'must be a positive id');
  return id;
}

/** 0: the default of 20. */
export function parseLimit(limit: number): number {
  if (limit < 0 || limit > MAX_PAGE) throw invalid('limit', `must be 1 to ${MAX_PAGE}`);
  return limit === 0 ? DEFAULT_PAGE : limit;
}

export function parseRoom(request: CreateRoomRequest, { caller }: Call, config: Config): NewRoom {
  const most = config.ROOM_CAPACITY_MAX;
  if (request.maxParticipants < 0 || request.maxParticipants > most) {
    throw invalid('maxParticipants', `must be 1 to ${most}`);
  }
  return {
    ownerId: requireUser(caller),
    name: said('name', request.name.trim(), ROOM_NAME),
    maxParticipants: request.maxParticipants || config.ROOM_CAPACITY_DEFAULT,
    category: optional('category', request.category, ROOM_LABEL),
    language: optional('language', request.language, ROOM_LABEL),
    announcement: optional('announcement', request.announcement, ANNOUNCEMENT),
    backgroundMusicUrl: parseUrl('backgroundMusicUrl', request.backgroundMusicUrl),
    tenantId: caller.tenantId ?? null,
  };
}

export function parseFilter(request: ListRoomsRequest): RoomFilter {
  const { category, language, featuredOnly, minimumLevel } = request;
  if (minimumLevel < 0 || minimumLevel > MAX_LEVEL) throw invalid('minimumLevel', `must be 0 to ${MAX_LEVEL}`);
  const query = request.query.trim();
  const problem = lengthProblem(query, ROOM_NAME);
  if (problem !== null) throw invalid('query', problem);
  return { category, language, featuredOnly, minimumLevel, query };
}

export function parseRoomsCursor(cursor: string): readonly [bigint, bigint] | null {
  if (cursor === '') return null;
  const [count = 0n, id = 0n] = decodeCursor(cursor, [NUMBER, NUMBER]).map(BigInt);
  // The count is compared with a 32-bit column.
  if (count > 0x7fff_ffffn) throw invalid('cursor', 'must be the nextCursor of an earlier page');
  return [count, id];
}

export function parseParticipantsCursor(cursor: string): bigint {
  const [id = 0n] = cursor === '' ? [] : decodeCursor(cursor, [NUMBER]).map(BigInt);
  return id;
}

export function parseBlock(request: BlockUserRequest, { caller }: Call): Block {
  const reason = request.reason.trim();
  const problem = lengthProblem(reason, BLOCK_REASON);
  if (problem !== null) throw invalid('reason', problem);
  return {
    roomId: parseId('roomId', request.roomId),
    userId: parseId('userId', request.userId),
    byUserId: caller.userId ?? 0n,
    reason,
  };
}

export function parseSaying(request: SendChatRequest, { caller }: Call): Saying {
  if (!CLIENT_ID.test(request.id)) throw invalid('id', 'must be 1 to 128 printable ASCII characters');
  return {
    roomId: parseId('roomId', request.roomId),
    userId: requireUser(caller),
    id: request.id,
    text: said('text', request.text, CHAT_TEXT),
  };
}

export function parseChecks({ checks }: CheckGiftsRequest): readonly GiftCheck[] {
  if (checks.length > MAX_CHECKS) throw invalid('checks', `must be at most ${MAX_CHECKS}`);
  return checks;
}

function said(field: string, text: string, limit: TextLimit): string {
  const problem = textProblem(text, limit);
  if (problem !== null) throw invalid(field, problem);
  return text;
}

/** Absent and empty are the same. */
function optional(field: string, text: string | undefined, limit: TextLimit): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : said(field, trimmed, limit);
}

function parseUrl(field: string, text: string | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') return null;
  const url = trimmed.length <= MAX_URL_LENGTH ? URL.parse(trimmed) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw invalid(field, `must be an http or https address of at most ${MAX_URL_LENGTH} characters`);
  }
  return url.href;
}
