/**
 * Whose X-Forwarded-For is believed: `none` (default), `all`, a number of proxies in front, or their addresses with
 * commas. Believing a client's own header would let it choose the address its rate limit counts.
 * @returns the value of Fastify's `trustProxy`
 */
export function trustProxyOf(
  text: string | undefined,
): boolean | string[] | ((address: string, hop: number) => boolean) {
  if (text === undefined || text === 'none') return false;
  if (text === 'all') return true;
  if (/^\d{1,2}$/.test(text)) return (_address, hop) => hop < Number(text);
  return text.split(',').map((address) => address.trim());
}
