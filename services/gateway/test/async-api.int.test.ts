import { afterAll, expect, test } from 'vitest';
import { publicFace } from '../src/areas.ts';
import { CLOSE_CODES } from '../src/socket/close-codes.ts';
import { runHttp } from './running-http.ts';

const http = await runHttp();
afterAll(http.stop);

test('anybody may read the protocol of the sockets, at the address where they are spoken', async () => {
  const answer = await http.as(null, { url: '/api/v1/asyncapi.json', headers: { host: 'api.example.com' } });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toContain('application/json');
  expect(answer.json()).toMatchObject({
    asyncapi: '3.0.0',
    info: { version: '1' },
    servers: { gateway: { host: 'api.example.com', protocol: 'ws', pathname: '/socket.io/' } },
    channels: { room: { messages: { 'gift.sent': {} } } },
    operations: { 'gift.send': { action: 'send' } },
  });
});

test('behind a proxy that ends TLS it says so', async () => {
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'api.example.com' };
  const { servers } = (await http.as(null, { url: '/api/v1/asyncapi.json', headers })).json();
  expect(servers.gateway).toMatchObject({ host: 'api.example.com', protocol: 'wss' });
});

test('the reference of REST does not show it as a route', async () => {
  const { paths } = (await http.get('/openapi.json', null)).json();
  expect(Object.keys(paths)).not.toContain('/api/v1/asyncapi.json');
});

test('its page shows every event and command, and needs nothing from elsewhere', async () => {
  const page = await http.get('/api/v1/sockets', null);
  expect(page.headers['content-type']).toContain('text/html');
  for (const name of [
    ...publicFace.events.map((event) => event.name),
    ...publicFace.commands.map(({ event }) => event),
  ]) {
    expect(page.body).toContain(`<h4>${name} `);
  }
  for (const code of Object.values(CLOSE_CODES)) expect(page.body).toContain(`<td>${code}</td>`);
  expect(page.body.match(/(?:src|href)="[^"]*"/g)).toEqual(['href="asyncapi.json"']);
  expect(page.body).not.toContain('<script');
});
