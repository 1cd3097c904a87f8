/**
 * What we use of engine.io's socket beside its public interface. `wsPreEncodedFrame` is the field that socket.io-adapter
 * itself uses to write a frame that was encoded once to many sockets.
 */
export interface EngineConnection {
  readonly readyState: string;
  readonly writeBuffer: readonly { readonly data?: unknown; readonly options?: PacketOptions }[];
  readonly transport: {
    readonly name: string;
    /** False from a send until all of it is with the kernel. */
    readonly writable: boolean;
    readonly perMessageDeflate?: unknown;
    readonly socket?: { readonly _socket?: { readonly writableLength: number } | null };
    readonly send: (packets: readonly Packet[]) => void;
  };
  readonly write: (data: string, options: PacketOptions) => void;
}

export interface PacketOptions {
  readonly compress?: boolean;
  readonly wsPreEncodedFrame?: readonly Buffer[];
}

export interface Packet {
  readonly type: 'message';
  readonly options: PacketOptions;
}

/** Complete frames as a packet; all connections may be given the same. */
export const packetOf = (frames: Buffer): Packet => ({
  type: 'message',
  options: { wsPreEncodedFrame: [frames], compress: false },
});

/** Anything but an open, uncompressed websocket gets ordinary packets. */
export const takesFrames = ({ readyState, transport }: EngineConnection): boolean =>
  readyState === 'open' && transport.name === 'websocket' && !transport.perMessageDeflate;

/**
 * Hands over complete frames behind all that was written before. With nothing before them they go to the transport at
 * once, as engine.io's own flush would send them; what that tells its listeners besides, nobody listens to.
 */
export function writeFrames(connection: EngineConnection, packets: readonly [Packet]): void {
  if (isIdle(connection)) connection.transport.send(packets);
  else connection.write('', packets[0].options);
}

const isIdle = ({ writeBuffer, transport }: EngineConnection): boolean =>
  transport.writable && writeBuffer.length === 0;

/** Bytes that engine.io and the socket have not handed to the kernel yet. */
export function unsentBytes(connection: EngineConnection): number {
  if (isIdle(connection)) return 0;
  const { writeBuffer, transport } = connection;
  let bytes = transport.socket?._socket?.writableLength ?? 0;
  for (const { data, options } of writeBuffer) {
    for (const frame of options?.wsPreEncodedFrame ?? []) bytes += frame.byteLength;
    if (typeof data === 'string') bytes += data.length;
  }
  return bytes;
}
