/** The SDK writes its types out, to depend on nothing. This file does not compile where they are not the catalogue's. */
import type { ServerEvents, SessionInfo, SocketError } from '@fanfare/client';
import { expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type { Closing } from '../socket/close-codes.ts';
import type { socketError } from './ack.ts';
import type { ChannelEventName, DataOf, Immutable } from './emit.ts';

/** An interface and what it extends, as one. */
type Flat<T> = { [K in keyof T]: T[K] };

test('the SDK has every event of a channel, with the payload of the catalogue', () => {
  expectTypeOf<ServerEvents>().toEqualTypeOf<{ [N in ChannelEventName]: DataOf<N> }>();
});

test('the SDK has the session, the goodbye and the error as they are sent', () => {
  expectTypeOf<Flat<SessionInfo>>().toEqualTypeOf<DataOf<'session'>>();
  expectTypeOf<Closing>().toEqualTypeOf<DataOf<'closing'>>();
  expectTypeOf<SocketError>().toEqualTypeOf<Immutable<z.output<typeof socketError>>>();
});
