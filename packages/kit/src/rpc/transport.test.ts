import { expect, test } from 'vitest';
import { targetOf, tlsFilesOf } from './transport.ts';

const files = { GRPC_TLS_CA_FILE: 'ca', GRPC_TLS_CERT_FILE: 'cert', GRPC_TLS_KEY_FILE: 'key' };

test('TLS is configured by three files or by none', () => {
  expect(tlsFilesOf({ FANFARE_ENV: 'development', ...files })).toEqual({ ca: 'ca', cert: 'cert', key: 'key' });
  expect(tlsFilesOf({ FANFARE_ENV: 'development' })).toBeNull();
  expect(() => tlsFilesOf({ FANFARE_ENV: 'development', GRPC_TLS_CA_FILE: 'ca' })).toThrow('all three or none');
});

test('production does not listen for strangers without TLS, unless it is told that there are none', () => {
  const open = { FANFARE_ENV: 'production', GRPC_HOST: '0.0.0.0' } as const;
  expect(() => tlsFilesOf(open)).toThrow('GRPC_PLAINTEXT');
  expect(tlsFilesOf({ ...open, GRPC_PLAINTEXT: true })).toBeNull();
  expect(tlsFilesOf({ ...open, ...files })).not.toBeNull();
  expect(tlsFilesOf({ ...open, GRPC_HOST: '127.0.0.1' })).toBeNull();
  expect(tlsFilesOf({ ...open, FANFARE_ENV: 'development' })).toBeNull();
});

test('several addresses are one target that is balanced over', () => {
  expect(targetOf('127.0.0.1:1, 127.0.0.1:2')).toBe('ipv4:127.0.0.1:1,127.0.0.1:2');
  expect(targetOf('dns:///rooms:7100')).toBe('dns:///rooms:7100');
});
