/** What requests say about rooms; what breaks a rule is refused by the name that clients know it by. */
import type { CreateRoomRequest, ListRoomsRequest } from '@fanfare/contracts/rooms/v1/rooms_service';
import { decodeCursor, invalid, KEY_PARTS } from '@fanfare/kit';
import type { Config } from '../config.ts';
import { parseOptionalText, parseText } from '../parse-text.ts';
import { ANNOUNCEMENT, ROOM_LABEL, ROOM_NAME, type TextLimit } from '../text-limit.ts';
import type { NewRoom } from './create-room.ts';
import type { RoomFilter, RoomKey } from './room-queries.ts';

const MAX_URL_LENGTH = 2048;
const MAX_LEVEL = 1_000_000;

/** @throws INVALID_ARGUMENT */
export function parseNewRoom(request: CreateRoomRequest, config: Config): NewRoom {
  const most = config.ROOM_CAPACITY_MAX;
  if (request.maxParticipants < 0 || request.maxParticipants > most) {
    throw invalid('maxParticipants', `must be 1 to ${most}`);
  }
  return {
    name: parseText('name', request.name.trim(), ROOM_NAME),
    maxParticipants: request.maxParticipants || config.ROOM_CAPACITY_DEFAULT,
    category: parseNullable('category', request.category, ROOM_LABEL),
    language: parseNullable('language', request.language, ROOM_LABEL),
    announcement: parseNullable('announcement', request.announcement, ANNOUNCEMENT),
    backgroundMusicUrl: parseUrl('backgroundMusicUrl', request.backgroundMusicUrl),
  };
}

/** @throws INVALID_ARGUMENT */
export function parseRoomFilter(request: ListRoomsRequest): RoomFilter {
  const { category, language, featuredOnly, minimumLevel } = request;
  if (minimumLevel < 0 || minimumLevel > MAX_LEVEL) throw invalid('minimumLevel', `must be 0 to ${MAX_LEVEL}`);
  return {
    category,
    language,
    featuredOnly,
    minimumLevel,
    query: parseOptionalText('query', request.query, ROOM_NAME),
  };
}

/** @throws INVALID_ARGUMENT */
export function parseRoomKey(cursor: string): RoomKey {
  const [count = '', id = ''] = decodeCursor(cursor, [KEY_PARTS.count, KEY_PARTS.id]);
  return { participantCount: Number(count), id: BigInt(id) };
}

/** Absent and empty are the same. */
function parseNullable(field: string, text: string | undefined, limit: TextLimit): string | null {
  return parseOptionalText(field, text ?? '', limit) || null;
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
