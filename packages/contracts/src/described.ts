/** Reads out of a descriptor set what protos say of their RPCs and events beside their shape. */
import {
  createFileRegistry,
  type DescExtension,
  type DescField,
  type DescFile,
  type DescMessage,
  type DescMethod,
  fromBinary,
  getOption,
  hasOption,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema, MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import type { Access, Idempotency } from './rpc-rules.ts';

export interface DescribedRpc {
  /** `/fanfare.rooms.v1.RoomsService/JoinRoom` */
  readonly path: string;
  /** Null when the proto does not say. */
  readonly access: Access | null;
  readonly idempotency: Idempotency;
}

export interface DescribedEvent {
  /** `RoomClosed` */
  readonly name: string;
  /** `fanfare.rooms.event.v1` */
  readonly package: string;
  /** `fanfare/rooms/event/v1/rooms_events` */
  readonly file: string;
  /** Null when the proto does not say. */
  readonly subject: string | null;
}

export interface Described {
  readonly rpcs: readonly DescribedRpc[];
  readonly events: readonly DescribedEvent[];
}

const EVENT_PACKAGE = /\.event\.v\d+$/;

/** Of Fanfare's own packages, in the order of files and declarations. @param set a google.protobuf.FileDescriptorSet */
export function readContracts(set: Uint8Array): Described {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, set));
  const option = (name: string): DescExtension => {
    const extension = registry.getExtension(`fanfare.common.v1.${name}`);
    if (extension === undefined) throw new Error(`the descriptor set has no option ${name}`);
    return extension;
  };
  const [access, subject] = [option('access'), option('subject')];
  const files = [...registry.files]
    .filter((file) => file.proto.package.startsWith('fanfare.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    rpcs: files.flatMap((file) =>
      file.services.flatMap(({ methods }) => methods.map((method) => describeRpc(method, access))),
    ),
    events: files.flatMap((file) => eventsOf(file).map((message) => describeEvent(message, subject))),
  };
}

function describeRpc(method: DescMethod, access: DescExtension): DescribedRpc {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    access: accessOf(method, access),
    idempotency: IDEMPOTENCY[method.idempotency],
  };
}

/** The enum's value without its prefix: ACCESS_USER is `user`. */
function accessOf(method: DescMethod, option: DescExtension): Access | null {
  const value = option.enum?.values.find(({ number }) => number === getOption(method, option));
  if (value === undefined || value.number === 0) return null;
  return value.localName.toLowerCase() as Access;
}

const IDEMPOTENCY = {
  [MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN]: 'unknown',
  [MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS]: 'no_side_effects',
  [MethodOptions_IdempotencyLevel.IDEMPOTENT]: 'idempotent',
} as const satisfies Record<MethodOptions_IdempotencyLevel, Idempotency>;

/** The messages of an event package that are no part of another one. */
function eventsOf(file: DescFile): readonly DescMessage[] {
  if (!EVENT_PACKAGE.test(file.proto.package)) return [];
  const parts = new Set(file.messages.flatMap(({ fields }) => fields.map(messageOf)));
  return file.messages.filter((message) => !parts.has(message));
}

const messageOf = (field: DescField): DescMessage | undefined => field.message;

const describeEvent = (message: DescMessage, subject: DescExtension): DescribedEvent => ({
  name: message.name,
  package: message.file.proto.package,
  file: message.file.name,
  subject: hasOption(message, subject) ? String(getOption(message, subject)) : null,
});
