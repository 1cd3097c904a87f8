import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FieldDescriptorProto_Type, FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { expect, it } from 'vitest';
import { type Described, readContracts } from './described.ts';
import { descriptorSet } from './generated/descriptors.ts';

/** Our own contracts, and a service and events that say nothing of themselves. */
function withSilentParty(): Described {
  const set = fromBinary(FileDescriptorSetSchema, Buffer.from(descriptorSet, 'base64'));
  const messages = (...names: string[]) => names.map((name) => ({ name }));
  const service = create(FileDescriptorProtoSchema, {
    name: 'fanfare/party/v1/party_service.proto',
    package: 'fanfare.party.v1',
    messageType: messages('CheerRequest', 'CheerResponse'),
    service: [
      {
        name: 'PartyService',
        method: [
          {
            name: 'Cheer',
            inputType: '.fanfare.party.v1.CheerRequest',
            outputType: '.fanfare.party.v1.CheerResponse',
          },
        ],
      },
    ],
  });
  const guest = { name: 'guest', number: 1, type: FieldDescriptorProto_Type.MESSAGE };
  const events = create(FileDescriptorProtoSchema, {
    name: 'fanfare/party/event/v1/party_events.proto',
    package: 'fanfare.party.event.v1',
    messageType: [
      { name: 'Cheered', field: [{ ...guest, typeName: '.fanfare.party.event.v1.Guest' }] },
      { name: 'Guest' },
    ],
  });
  set.file.push(service, events);
  return readContracts(toBinary(FileDescriptorSetSchema, set));
}

it('reads what the protos say of an RPC and of an event', () => {
  const { rpcs, events } = readContracts(Buffer.from(descriptorSet, 'base64'));
  const rpc = (name: string) => rpcs.find(({ path }) => path === `/fanfare.identity.v1.IdentityService/${name}`);
  expect(rpc('Refresh')).toMatchObject({ access: 'public', idempotency: 'unknown' });
  expect(rpc('GetUser')).toMatchObject({ access: 'user', idempotency: 'no_side_effects' });
  expect(rpc('BanUser')).toMatchObject({ access: 'moderator', idempotency: 'idempotent' });
  expect(events).toContainEqual({
    name: 'UserBanned',
    package: 'fanfare.identity.event.v1',
    file: 'fanfare/identity/event/v1/identity_events',
    subject: 'evt.identity.user.banned.v1',
  });
});

it('tells what says nothing of itself, and takes no part of an event for one', () => {
  const { rpcs, events } = withSilentParty();
  const path = '/fanfare.party.v1.PartyService/Cheer';
  expect(rpcs).toContainEqual({ path, access: null, idempotency: 'unknown' });
  expect(events.filter((event) => event.package === 'fanfare.party.event.v1')).toEqual([
    expect.objectContaining({ name: 'Cheered', subject: null }),
  ]);
});
