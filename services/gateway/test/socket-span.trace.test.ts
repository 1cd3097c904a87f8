import { events } from '@fanfare/contracts';
import { memorySpans } from '@fanfare/kit/telemetry';
import { traceparentOf } from '@fanfare/messaging';
import { eventually } from '@fanfare/testing';
import { trace } from '@opentelemetry/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningGateways, runGateways } from './running-gateways.ts';

let run: RunningGateways;

beforeAll(async () => {
  run = await runGateways();
  await run.start();
});
afterAll(() => run.stop());

it('one trace leads from a socket’s command through the call to the event that its room is shown', async () => {
  const client = await run.connect();
  await client.ask('room.join', { token: await run.roomToken(7n, 42) });
  run.peers.rooms.sendChat = async ({ id, roomId, text }) => {
    const message = { id, roomId, userId: 7n, text, sentAt: new Date() };
    // As the outbox does: the event carries on the trace of the call.
    const traceparent = traceparentOf(trace.getActiveSpan()?.spanContext());
    await run.announce(events.chatPosted, message, traceparent === undefined ? {} : { traceparent });
    return { message };
  };
  await client.ask('chat.send', { id: 'm', roomId: 42, text: 'hello' });
  await eventually(() => expect(client.named('chat.message')).toHaveLength(1));
  await eventually(() => {
    const spans = memorySpans.getFinishedSpans();
    const command = spans.find(({ name }) => name === 'socket chat.send');
    const traced = spans.filter((span) => span.spanContext().traceId === command?.spanContext().traceId);
    expect(traced.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'socket chat.send',
        'grpc.fanfare.rooms.v1.RoomsService/SendChat',
        'translate evt.rooms.room.chat_posted.v1',
        'emit chat.message',
      ]),
    );
  });
});
