import { readFileSync } from 'node:fs';
import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';

/** Mutual TLS between services; all three or none. Paths of PEM files. */
export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads the common configuration's three variables.
 * @throws when only some of them are set; and in production, for a server that listens beyond this machine without any:
 *   a call says who its caller is and is believed, so a port that strangers reach is a door to everything
 */
export function tlsFilesOf(config: {
  readonly FANFARE_ENV: 'development' | 'production';
  readonly GRPC_HOST?: string;
  readonly GRPC_PLAINTEXT?: boolean;
  readonly GRPC_TLS_CA_FILE?: string | undefined;
  readonly GRPC_TLS_CERT_FILE?: string | undefined;
  readonly GRPC_TLS_KEY_FILE?: string | undefined;
}): TlsFiles | null {
  const { GRPC_TLS_CA_FILE: ca, GRPC_TLS_CERT_FILE: cert, GRPC_TLS_KEY_FILE: key } = config;
  if (ca === undefined && cert === undefined && key === undefined) {
    const isExposed = config.GRPC_HOST !== undefined && !LOOPBACK.has(config.GRPC_HOST);
    if (config.FANFARE_ENV === 'production' && isExposed && config.GRPC_PLAINTEXT !== true) throw exposed();
    return null;
  }
  if (ca === undefined || cert === undefined || key === undefined) {
    throw new Error('GRPC_TLS_CA_FILE, GRPC_TLS_CERT_FILE and GRPC_TLS_KEY_FILE: set all three or none');
  }
  return { ca, cert, key };
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

const exposed = (): Error =>
  new Error(
    'GRPC_HOST is not this machine alone, and there is no TLS: set GRPC_TLS_CA_FILE, GRPC_TLS_CERT_FILE and ' +
      'GRPC_TLS_KEY_FILE, or GRPC_PLAINTEXT=true where the network lets only these services in',
  );

export function serverCredentials(tls: TlsFiles | null): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  const pair = { cert_chain: readFileSync(tls.cert), private_key: readFileSync(tls.key) };
  return ServerCredentials.createSsl(readFileSync(tls.ca), [pair], true);
}

export function channelCredentials(tls: TlsFiles | null): ChannelCredentials {
  if (tls === null) return ChannelCredentials.createInsecure();
  return ChannelCredentials.createSsl(readFileSync(tls.ca), readFileSync(tls.key), readFileSync(tls.cert));
}

/** `a:1,b:2` (addresses of replicas) becomes one target that gRPC balances over; a single one stays as it is. */
export function targetOf(address: string): string {
  return address.includes(',') ? `ipv4:${address.replaceAll(' ', '')}` : address;
}
