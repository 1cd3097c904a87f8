import { expect, it } from 'vitest';
import { headerIn } from './read-header.ts';

const block = 'NATS/1.0\r\nNats-Stream: EDGE\r\nNats-Sequence: 12\r\nempty:\r\nNats-Msg-Id:  a:b \r\n\r\n';

it('reads a header as it was written, without the space around it', () => {
  expect(headerIn(block, 'Nats-Stream')).toBe('EDGE');
  expect(headerIn(block, 'Nats-Sequence')).toBe('12');
  expect(headerIn(block, 'Nats-Msg-Id')).toBe('a:b');
});

it('finds nothing where there is nothing', () => {
  for (const name of ['empty', 'Nats', 'Sequence', 'nats-stream', 'EDGE']) expect(headerIn(block, name)).toBe('');
  expect(headerIn('NATS/1.0 503\r\n\r\n', 'Nats-Stream')).toBe('');
});
