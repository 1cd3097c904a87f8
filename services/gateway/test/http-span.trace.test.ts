import { memorySpans } from '@fanfare/kit/telemetry';
import { eventually } from '@fanfare/testing';
import { afterAll, expect, test } from 'vitest';
import { runHttp } from './running-http.ts';

const http = await runHttp();
afterAll(http.stop);

test('a request is one trace from the route to the service, named after the route and not the path', async () => {
  http.reset();
  http.peers.rooms.getRoom = async () => ({ room: undefined });
  const app = await http.open('off');
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  await fetch(`${address}/api/v1/rooms/42`, { headers: { authorization: `Bearer ${http.token}` } });
  await eventually(() => {
    const spans = memorySpans.getFinishedSpans();
    const server = spans.find(({ name }) => name === 'GET /api/v1/rooms/:id');
    expect(server).toBeDefined();
    const trace = spans.filter((span) => span.spanContext().traceId === server?.spanContext().traceId);
    expect(trace.map(({ name }) => name)).toContain('grpc.fanfare.rooms.v1.RoomsService/GetRoom');
  });
});
