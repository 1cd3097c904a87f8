import { silentLogger, systemClock } from '@fanfare/kit';
import { describe, expect, it } from 'vitest';
import { Channel } from './channel.ts';
import type { History, StoredPosition } from './history.ts';
import type { Link } from './link.ts';
import type { Position } from './position.ts';
import type { EdgeRecord } from './record.ts';
import { recovery } from './recovery.ts';
import { TICK } from './subjects.ts';
import type { Member } from './subscription.ts';

const ROOM = 'room.1';

/** A stream and its live republishing in memory; a test decides which live messages arrive. */
function world() {
  const stored: StoredPosition[] = [];
  let arrived: (record: EdgeRecord, previous: number) => void = () => {};
  let tick: Position = { seq: 0, id: '' };
  let published = 0;
  const recordOf = ({ seq, id }: Position): EdgeRecord => ({
    seq,
    id,
    message: { name: `m${seq}`, data: null, class: 'reliable' },
    size: 1,
  });
  const history: History = {
    last: async (channel) => stored.findLast((one) => one.channel === channel) ?? null,
    at: async (seq) => stored.find((one) => one.seq === seq) ?? null,
    after: async (channel, seq) => stored.filter((one) => one.channel === channel && one.seq > seq).map(recordOf),
  };
  const link: Link = {
    history,
    recovery: recovery({ history, witnessAgeMostMs: Number.POSITIVE_INFINITY, now: () => 0 }),
    tick: () => tick,
    isStored: async ({ seq, id }) => stored.some((one) => one.seq === seq && one.id === id),
    subscribe: (_channel, listener) => {
      arrived = listener;
      return () => {
        arrived = () => {};
      };
    },
  };
  const put = (channel: string, id: string): StoredPosition => {
    const position = { seq: (stored.at(-1)?.seq ?? 0) + 1, id: `${id} of ${published}`, channel, at: 0 };
    published += 1;
    stored.push(position);
    return position;
  };
  return {
    link,
    stored,
    tick: () => {
      tick = put(TICK, `t${stored.length}`);
    },
    /** Stores a message; `live` false loses it on the way to this gateway. */
    publish: (live = true) => {
      const previous = stored.findLast((one) => one.channel === ROOM)?.seq ?? 0;
      const position = put(ROOM, `i${stored.length}`);
      if (live) arrived(recordOf(position), previous);
      return position;
    },
    /** The stream is deleted and created again, behind the back of everybody. */
    beginAnew: () => {
      stored.length = 0;
    },
    /** A message that is known already arrives. */
    repeat: (position: StoredPosition) => arrived(recordOf(position), 0),
    forgetBefore: (seq: number) =>
      stored.splice(
        0,
        stored.findIndex((one) => one.seq >= seq),
      ),
  };
}

function listener() {
  const names: string[] = [];
  const losses: Position[] = [];
  const member: Member = {
    deliver: ({ message }) => void names.push(message.name),
    lost: (position) => void losses.push(position),
  };
  return { member, names, losses };
}

const opened = (through: Link) => {
  const outcomes: string[] = [];
  const onCaughtUp = (outcome: string): void => void outcomes.push(outcome);
  const channel = new Channel(ROOM, { log: silentLogger, clock: systemClock, onCaughtUp }, () => {});
  channel.connect(through);
  return { channel, outcomes };
};

/** Long enough for everything in memory to have happened. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('a channel', () => {
  it('delivers what comes after a member has started, from the newest tick or message on', async () => {
    const { link, publish, tick } = world();
    publish();
    tick();
    const { channel } = opened(link);
    const { member, names } = listener();
    const place = await channel.join(member, null);
    expect(place).toMatchObject({ recovered: false, position: { seq: 2 }, replay: [] });
    place.start();
    publish();
    expect(names).toEqual(['m3']);
  });

  it('keeps what comes before a member has started, and delivers it after the replay', async () => {
    const { link, publish } = world();
    const first = publish();
    publish();
    const { channel } = opened(link);
    const { member, names } = listener();
    const place = await channel.join(member, { position: first, accepts: () => true });
    expect(place.recovered).toBe(true);
    publish();
    expect(names).toEqual([]);
    place.start();
    publish();
    expect(names).toEqual(['m2', 'm3', 'm4']);
  });

  it('gives a member whose replay is refused the position of now', async () => {
    const { link, publish } = world();
    const first = publish();
    publish();
    const { channel } = opened(link);
    const place = await channel.join(listener().member, { position: first, accepts: () => false });
    expect(place).toMatchObject({ recovered: false, position: { seq: 2 } });
  });

  it('repairs a message that was lost on the way when the next one shows the gap', async () => {
    const { link, publish } = world();
    const { channel, outcomes } = opened(link);
    const { member, names } = listener();
    (await channel.join(member, null)).start();
    publish();
    // The very first message of a channel without a witness cannot be repaired from; from here on there is one.
    publish(false);
    publish();
    await settled();
    publish();
    expect(names).toEqual(['m1', 'm2', 'm3', 'm4']);
    expect(outcomes).toEqual(['repaired']);
  });

  it('finds a lost message by comparing when none follows', async () => {
    const { link, publish } = world();
    publish();
    const { channel } = opened(link);
    const { member, names } = listener();
    (await channel.join(member, null)).start();
    publish(false);
    await channel.compare();
    await settled();
    expect(names).toEqual(['m2']);
  });

  it('takes a tick for a position only after comparing', async () => {
    const { link, publish, tick } = world();
    publish();
    const { channel } = opened(link);
    const place = await channel.join(listener().member, null);
    place.start();
    tick();
    expect(place.laterPosition()).toBeNull();
    await channel.compare();
    expect(place.laterPosition()).toMatchObject({ seq: 2 });
    publish();
    expect(place.laterPosition()).toBeNull();
  });

  it('delivers once what was stored while there was no connection', async () => {
    const { link, publish } = world();
    publish();
    const { channel } = opened(link);
    const { member, names } = listener();
    (await channel.join(member, null)).start();
    publish();
    channel.disconnect();
    publish();
    publish();
    channel.connect(link);
    await settled();
    publish();
    expect(names).toEqual(['m2', 'm3', 'm4', 'm5']);
  });

  it('tells its members when what they missed is gone, and goes on from now', async () => {
    const { link, publish, forgetBefore } = world();
    publish();
    const { channel, outcomes } = opened(link);
    const { member, names, losses } = listener();
    (await channel.join(member, null)).start();
    channel.disconnect();
    const last = [publish(), publish(), publish()].at(-1);
    forgetBefore(last?.seq ?? 0);
    channel.connect(link);
    await settled();
    publish();
    expect(names).toEqual(['m5']);
    expect(losses).toMatchObject([{ seq: 4 }]);
    expect(outcomes).toEqual(['lost']);
  });

  it('delivers nothing to who has left', async () => {
    const { link, publish } = world();
    const { channel } = opened(link);
    const { member, names } = listener();
    const place = await channel.join(member, null);
    place.start();
    place.leave();
    publish();
    expect(names).toEqual([]);
  });

  it('tells its members of a loss when the stream begins anew, and shows them what it says from there on', async () => {
    const { link, publish, beginAnew } = world();
    for (let count = 0; count < 5; count += 1) publish();
    const { channel, outcomes } = opened(link);
    const { member, names, losses } = listener();
    (await channel.join(member, null)).start();
    beginAnew();
    publish();
    publish();
    await settled();
    publish();
    expect(losses).toMatchObject([{ seq: 2 }]);
    expect(names).toEqual(['m3']);
    expect(outcomes).toEqual(['lost']);
  });

  it('is not fooled by a stream that has begun anew and is longer already', async () => {
    const { link, publish, tick, beginAnew } = world();
    tick();
    tick();
    tick();
    const { channel } = opened(link);
    const { member, names, losses } = listener();
    (await channel.join(member, null)).start();
    beginAnew();
    for (let count = 0; count < 6; count += 1) publish();
    await settled();
    publish();
    expect(losses).toMatchObject([{ seq: 6 }]);
    expect(names).toEqual(['m7']);
  });

  it('does not begin at a tick of a stream that has begun anew', async () => {
    const { link, publish, tick, beginAnew } = world();
    for (let count = 0; count < 9; count += 1) tick();
    beginAnew();
    publish();
    const { channel } = opened(link);
    const { member, names } = listener();
    const place = await channel.join(member, null);
    place.start();
    publish();
    expect(place.position).toMatchObject({ seq: 1 });
    expect(names).toEqual(['m2']);
  });

  it('goes on without a loss when a message that is known comes late', async () => {
    const { link, publish, repeat } = world();
    const early = publish();
    publish();
    const { channel, outcomes } = opened(link);
    const { member, names, losses } = listener();
    (await channel.join(member, null)).start();
    repeat(early);
    publish();
    await settled();
    publish();
    expect({ names, losses, outcomes }).toEqual({ names: ['m3', 'm4'], losses: [], outcomes: [] });
  });
});
