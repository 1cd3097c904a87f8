import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import { trustProxyOf } from '../http/trust-proxy.ts';

/**
 * Under which key an address has its bucket, for requests that do not go through Fastify: the same address by the same
 * rules, because whoever guesses tokens may do so in either way.
 * @param trustProxy see {@link trustProxyOf}
 */
export function addressKeys(trustProxy: string | undefined): (request: IncomingMessage) => string {
  const trusted = trustProxyOf(trustProxy);
  const isTrusted =
    typeof trusted === 'boolean' ? () => trusted : Array.isArray(trusted) ? proxyAddr.compile(trusted) : trusted;
  return (request) => `ip:${proxyAddr(request, isTrusted)}`;
}
