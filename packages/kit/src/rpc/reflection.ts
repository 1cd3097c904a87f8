/**
 * Server reflection (grpc.reflection.v1) over the descriptor set of proto/, so that grpcurl and `buf curl` work without
 * files. An answer carries the file asked for and everything it imports: clients ask only once.
 */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { descriptorSet } from '@fanfare/contracts/descriptors';
import type {
  ServerReflectionRequest,
  ServerReflectionResponse,
  ServerReflectionServer,
} from '@fanfare/contracts/grpc/reflection/v1/reflection';
import { status } from '@grpc/grpc-js';

type Files = ReadonlyMap<string, FileDescriptorProto>;

interface Index {
  readonly byName: Files;
  readonly bySymbol: Files;
}

/** @param services full names to list */
export function reflection(services: readonly string[]): ServerReflectionServer {
  // Decoding costs some 20 ms and few processes are ever asked.
  let index: Index | undefined;
  return {
    serverReflectionInfo: (call) => {
      call.on('data', (request: ServerReflectionRequest) => {
        index ??= readIndex();
        call.write({ validHost: request.host, originalRequest: request, ...answer(request, services, index) });
      });
      call.on('end', () => call.end());
    },
  };
}

function answer(
  request: ServerReflectionRequest,
  services: readonly string[],
  { byName, bySymbol }: Index,
): Partial<ServerReflectionResponse> {
  if (request.listServices !== undefined) {
    return { listServicesResponse: { service: services.map((name) => ({ name })) } };
  }
  const file =
    request.fileContainingSymbol === undefined
      ? byName.get(request.fileByFilename ?? '')
      : bySymbol.get(request.fileContainingSymbol);
  if (file === undefined) return { errorResponse: { errorCode: status.NOT_FOUND, errorMessage: 'no such symbol' } };
  const files = [...withImports(file, byName)];
  const bytes = files.map((each) => Buffer.from(toBinary(FileDescriptorProtoSchema, each)));
  return { fileDescriptorResponse: { fileDescriptorProto: bytes } };
}

function withImports(file: FileDescriptorProto, byName: Files, found = new Set<FileDescriptorProto>()): typeof found {
  if (found.has(file)) return found;
  found.add(file);
  for (const name of file.dependency) {
    const imported = byName.get(name);
    if (imported !== undefined) withImports(imported, byName, found);
  }
  return found;
}

function readIndex(): Index {
  const byName = new Map<string, FileDescriptorProto>();
  const bySymbol = new Map<string, FileDescriptorProto>();
  for (const file of fromBinary(FileDescriptorSetSchema, Buffer.from(descriptorSet, 'base64')).file) {
    byName.set(file.name, file);
    for (const symbol of symbolsOf(file)) bySymbol.set(symbol, file);
  }
  return { byName, bySymbol };
}

function* symbolsOf(file: FileDescriptorProto): Iterable<string> {
  for (const message of file.messageType) yield* symbolsOfMessage(file.package, message);
  for (const each of file.enumType) yield `${file.package}.${each.name}`;
  for (const service of file.service) {
    yield `${file.package}.${service.name}`;
    for (const method of service.method) yield `${file.package}.${service.name}.${method.name}`;
  }
}

function* symbolsOfMessage(scope: string, message: DescriptorProto): Iterable<string> {
  const name = `${scope}.${message.name}`;
  yield name;
  for (const nested of message.nestedType) yield* symbolsOfMessage(name, nested);
  for (const each of message.enumType) yield `${name}.${each.name}`;
}
