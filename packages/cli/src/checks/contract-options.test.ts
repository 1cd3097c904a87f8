import { expect, it } from 'vitest';
import { contractProblems } from './contract-options.ts';

const cheered = { name: 'Cheered', package: 'fanfare.party.event.v1', file: 'fanfare/party/event/v1/party_events' };

it('an RPC must say who may call it, and an event its subject', () => {
  const path = '/fanfare.party.v1.PartyService/Cheer';
  const rpcs = [
    { path, access: null, idempotency: 'unknown' } as const,
    { path: '/x', access: 'user', idempotency: 'unknown' } as const,
  ];
  expect(contractProblems({ rpcs, events: [{ ...cheered, subject: null }] })).toEqual([
    '/fanfare.party.v1.PartyService/Cheer does not say who may call it: option (fanfare.common.v1.access) = ACCESS_...',
    'fanfare.party.event.v1.Cheered has no subject: ' +
      'option (fanfare.common.v1.subject) = "evt.party.<entity>.<past_verb>.v1"',
  ]);
});

it.each(['evt.party.guest.cheered.v2', 'evt.rooms.guest.cheered.v1', 'evt.party.cheered.v1', 'evt.party.guest.x.y.v1'])(
  'a subject like %s is refused',
  (subject) => {
    expect(contractProblems({ rpcs: [], events: [{ ...cheered, subject }] })).toEqual([
      `fanfare.party.event.v1.Cheered has the subject "${subject}", which is not evt.party.<entity>.<past_verb>.v1`,
    ]);
  },
);

it('two events share neither a subject nor a name, which is their place in the catalogue', () => {
  const first = { ...cheered, subject: 'evt.party.guest.cheered.v1' };
  const second = { ...cheered, package: 'fanfare.ball.event.v1', subject: 'evt.ball.guest.cheered.v1' };
  expect(contractProblems({ rpcs: [], events: [first, second] })).toEqual([
    'Cheered is the name of several events: fanfare.party.event.v1.Cheered, fanfare.ball.event.v1.Cheered',
  ]);
  expect(contractProblems({ rpcs: [], events: [first, { ...first, name: 'Clapped' }] })).toEqual([
    'evt.party.guest.cheered.v1 is the subject of several events: ' +
      'fanfare.party.event.v1.Cheered, fanfare.party.event.v1.Clapped',
  ]);
});
