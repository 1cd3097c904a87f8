import { events } from '@fanfare/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Room } from '../generated/prisma/client.ts';
import { COUNT_INTERVAL_MS, changeRoom, closeRoomFor, fact } from './room-change.ts';

const at = (ms: number) => new Date(Date.UTC(2026, 10, 21) + ms);
const quiet: Room = {
  id: 7n,
  name: 'r',
  nameKey: 'r',
  ownerId: 1n,
  status: 'active',
  maxParticipants: 100,
  participantCount: 3,
  roomLevel: 0,
  isFeatured: false,
  category: null,
  language: null,
  announcement: null,
  backgroundMusicUrl: null,
  version: 10n,
  countDirty: false,
  countAnnouncedAt: null,
  tenantId: null,
  createdAt: at(0),
  closedAt: null,
};
const said = fact(events.chatPosted, { id: 'm', roomId: 7n, userId: 1n, text: 'x', sentAt: at(0) });
const subjects = (change: ReturnType<typeof changeRoom>) => change.facts.map(({ subject }) => subject);
const COUNTED = events.participantsCounted.subject;

describe('a change of a room', () => {
  it('numbers its events on from the room’s version, which ends at the last', () => {
    const { room, facts } = changeRoom(quiet, [said, said], at(1));
    expect(facts.map(({ version }) => version)).toEqual([11n, 12n]);
    expect(room.version).toBe(12n);
  });

  it('announces a count that changed after a quiet time at once, behind what changed it', () => {
    const change = changeRoom({ ...quiet, countAnnouncedAt: at(0) }, [said], at(COUNT_INTERVAL_MS), 4);
    expect(subjects(change)).toEqual([said.subject, COUNTED]);
    expect(change.room).toMatchObject({
      participantCount: 4,
      countDirty: false,
      countAnnouncedAt: at(COUNT_INTERVAL_MS),
    });
  });

  it('marks the room when its count changes sooner, and announces nothing', () => {
    const change = changeRoom({ ...quiet, countAnnouncedAt: at(0) }, [said], at(COUNT_INTERVAL_MS - 1), 4);
    expect(subjects(change)).toEqual([said.subject]);
    expect(change.room).toMatchObject({ participantCount: 4, countDirty: true, countAnnouncedAt: at(0) });
  });

  it('announces the count of a marked room when it is due, also when nothing else happens', () => {
    const marked = { ...quiet, countDirty: true, countAnnouncedAt: at(0) };
    expect(subjects(changeRoom(marked, [], at(COUNT_INTERVAL_MS)))).toEqual([COUNTED]);
    expect(subjects(changeRoom(marked, [], at(COUNT_INTERVAL_MS - 1)))).toEqual([]);
  });

  it('says nothing about a count that did not change', () => {
    expect(subjects(changeRoom(quiet, [said], at(1)))).toEqual([said.subject]);
  });

  it('closing ends the counting', () => {
    const { room, facts } = closeRoomFor({ ...quiet, countDirty: true }, [said], at(5));
    expect(room).toMatchObject({
      status: 'closed',
      closedAt: at(5),
      participantCount: 0,
      countDirty: false,
      version: 11n,
    });
    expect(facts).toHaveLength(1);
  });

  it('announces at most twice a second, and in the end what is true, however the count moves', () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat(700), count: fc.nat(5) }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(steps, (moves) => {
        let room = quiet;
        let now = 0;
        const told: { at: number; count: unknown }[] = [];
        const apply = (count: number) => {
          const change = changeRoom(room, [], at(now), count);
          for (const each of change.facts) told.push({ at: now, count: each.message });
          room = change.room;
        };
        for (const { afterMs, count } of moves) {
          now += afterMs;
          apply(count);
        }
        now += COUNT_INTERVAL_MS;
        apply(room.participantCount);
        const gaps = told.slice(1).map((each, index) => each.at - (told[index]?.at ?? 0));
        expect(gaps.every((gap) => gap >= COUNT_INTERVAL_MS)).toBe(true);
        if (told.length > 0) expect(told.at(-1)?.count).toEqual({ roomId: 7n, count: room.participantCount });
        expect(room.countDirty).toBe(false);
      }),
    );
  });
});
