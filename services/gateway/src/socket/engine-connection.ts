/**
 * What we use of engine.io's socket beside its public interface. `wsPreEncodedFrame` is the field that socket.io-adapter
 * itself uses to write a frame that was encoded once to many sockets.
 */
export interface EngineConnection {
  readonly readyState: string;
  readonly writeBuffer: readonly { readonly data?: unknown; readonly options?: PacketOptions }[];
  readonly transport: {
    readonly name: string;
    readonly writable: boolean;
    readonly perMessageDeflate?: unknown;
    readonly socket?: { readonly _socket?: { readonly writableLength: number } | null };
  };
  readonly write: (data: string, options: PacketOptions) => void;
}

export interface PacketOptions {
  readonly compress?: boolean;
  readonly wsPreEncodedFrame?: readonly Buffer[];
}

/** Anything but an open, uncompressed websocket gets ordinary packets. */
export const takesFrames = ({ readyState, transport }: EngineConnection): boolean =>
  readyState === 'open' && transport.name === 'websocket' && !transport.perMessageDeflate;

/** With these and no data, `write` hands over complete frames, in engine.io's own queue behind what is there. */
export const framesOption = (frames: Buffer): PacketOptions => ({ wsPreEncodedFrame: [frames], compress: false });

/** Bytes that engine.io and the socket have not handed to the kernel yet. */
export function unsentBytes({ writeBuffer, transport }: EngineConnection): number {
  let bytes = transport.socket?._socket?.writableLength ?? 0;
  for (const { data, options } of writeBuffer) {
    for (const frame of options?.wsPreEncodedFrame ?? []) bytes += frame.byteLength;
    if (typeof data === 'string') bytes += data.length;
  }
  return bytes;
}
