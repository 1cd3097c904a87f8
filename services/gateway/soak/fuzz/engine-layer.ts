/** Packets of engine.io, on a websocket and by long-polling. */
import type { Chance } from '@fanfare/testing/chance';
import type { Layer, Maker, Message, PollingRequest } from './frame.ts';
import { bytes, mostlyFew, text } from './garbage.ts';

const ENGINE_PATH = '/socket.io/?EIO=4&transport=';

const early = (name: string, make: (chance: Chance) => readonly Message[]): Maker => ({
  name: `${name}, before CONNECT`,
  make: (chance) => ({ via: 'unconnected', messages: make(chance) }),
});

const late = (name: string, make: (chance: Chance) => Message): Maker => ({
  name,
  make: (chance) => ({ via: 'session', messages: [make(chance)] }),
});

const polling = (name: string, make: (chance: Chance) => readonly PollingRequest[]): Maker => ({
  name,
  make: (chance) => ({ via: 'polling', requests: make(chance) }),
});

/** The last is what a gateway that is not here would have made. */
const ODD_SIDS = ['x', '__proto__', 'constructor', '%00', 'AAAAAAAAAAAA.mhz4x0a1.AAAAAAAAAAAAAAAAAAAA'];

const SID = `${ENGINE_PATH}polling&sid={sid}`;
const post = (body: string | Buffer, headers: Readonly<Record<string, string>> = {}): PollingRequest => ({
  method: 'POST',
  path: SID,
  body,
  headers,
});

export const ENGINE_LAYER: Layer = {
  name: 'engine.io',
  weight: 15,
  makers: [
    late('an unknown type', (chance) => chance.pick(['7', '8', '9', 'x', ' ', '\u0000', '-1', 'b', 'bAAAA', ''])),
    late('a packet only servers send', (chance) =>
      chance.pick(['0{"sid":"x"}', '2', '2probe', '5', '6', '1', '3', '3probe']),
    ),
    late('binary', (chance) => bytes(chance, 400)),
    early('an unknown type', (chance) => [text(chance, 20)]),
    early('binary', (chance) => [bytes(chance, 400)]),
    early('an event', () => ['42["chat.send",{}]']),
    early('an ack', (chance) => [`43${chance.between(0, 9)}[]`]),
    early('an upgrade', () => ['2probe', '5']),
    polling('an unknown session', (chance) => [
      {
        method: chance.pick(['GET', 'POST']),
        path: SID.replace('{sid}', chance.pick(ODD_SIDS)),
        body: '40',
      },
    ]),
    polling('an unknown method', (chance) => [
      {
        method: chance.pick(['PUT', 'DELETE', 'PATCH', 'TRACE', 'HEAD']),
        path: chance.pick([SID, `${ENGINE_PATH}polling`]),
      },
    ]),
    polling('a wrong version', (chance) => [
      { method: 'GET', path: `/socket.io/?transport=polling&EIO=${chance.pick(['', '0', '1', '2', '3', '5', 'x'])}` },
    ]),
    polling('noise', (chance) => [post(bytes(chance, 500))]),
    polling('text for binary', (chance) => [post(text(chance, 100), { 'content-type': 'application/octet-stream' })]),
    polling('more than a message may have', () => [post('4'.repeat(1_048_577))]),
    polling('as many packets as fit', (chance) => [
      post(
        Array<string>(mostlyFew(chance, 20_000))
          .fill(chance.pick(['4', '3', '6', '43', '2']))
          .join('\u001e'),
      ),
    ]),
    polling('as many CONNECTs as fit', (chance) => [
      post(Array<string>(mostlyFew(chance, 2000)).fill('40{"token":"x"}').join('\u001e')),
    ]),
    polling('a question at a websocket', () => [{ method: 'GET', path: SID.replace('polling', 'websocket') }]),
  ],
};
