/** Private keys at rest: AES-256-GCM under a key derived from `SIGNING_KEY_SECRET`. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Secret } from '@fanfare/kit';

/** Part of every sealed text; another scheme would get another version byte. */
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

export interface KeyVault {
  /** @param keyId bound to the text: a sealed key put into another key's row does not open */
  readonly seal: (keyId: string, text: string) => Buffer;
  /** @throws when the secret is another than the one that sealed it, or the bytes were changed */
  readonly open: (keyId: string, sealed: Uint8Array) => string;
}

export function keyVault(secret: Secret): KeyVault {
  const key = Buffer.from(hkdfSync('sha256', secret.reveal(), '', 'fanfare identity signing keys', 32));
  return {
    seal: (keyId, text) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(keyId));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), body]);
    },
    open: (keyId, sealed) => {
      const bytes = Buffer.from(sealed);
      if (bytes[0] !== VERSION || bytes.length < HEAD_BYTES)
        throw new Error(`signing key ${keyId} is not a sealed key`);
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(keyId))
        .setAuthTag(bytes.subarray(1 + NONCE_BYTES, HEAD_BYTES));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES)), decipher.final()]).toString('utf8');
      } catch (error) {
        throw new Error(`signing key ${keyId} does not open: SIGNING_KEY_SECRET is not the one it was sealed with`, {
          cause: error,
        });
      }
    },
  };
}
