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

interface Index {
  readonly byName: ReadonlyMap<string, FileDescriptorProto>;
  readonly bySymbol: ReadonlyMap<string, FileDescriptorProto>;
}

function index(): Index {
  const byName = new Map<string, FileDescriptorProto>();
  const bySymbol = new Map<string, FileDescriptorProto>();
  for (const file of fromBinary(FileDescriptorSetSchema, Buffer.from(descriptorSet, 'base64')).file) {
    byName.set(file.name, file);
    const message = (scope: string, m: DescriptorProto): void => {
      const name = `${scope}.${m.name}`;
      bySymbol.set(name, file);
      for (const each of m.nestedType) message(name, each);
      for (const each of m.enumType) bySymbol.set(`${name}.${each.name}`, file);
    };
    for (const m of file.messageType) message(file.package, m);
    for (const e of file.enumType) bySymbol.set(`${file.package}.${e.name}`, file);
    for (const s of file.service) {
      bySymbol.set(`${file.package}.${s.name}`, file);
      for (const method of s.method) bySymbol.set(`${file.package}.${s.name}.${method.name}`, file);
    }
  }
  return { byName, bySymbol };
}

export function reflection(services: readonly string[]): ServerReflectionServer {
  let loaded: Index | undefined;
  const closure = (file: FileDescriptorProto, { byName }: Index, into = new Map<string, Buffer>()): Buffer[] => {
    if (!into.has(file.name)) {
      into.set(file.name, Buffer.from(toBinary(FileDescriptorProtoSchema, file)));
      for (const name of file.dependency) {
        const next = byName.get(name);
        if (next !== undefined) closure(next, { byName, bySymbol: new Map() }, into);
      }
    }
    return [...into.values()];
  };
  const answer = (request: ServerReflectionRequest): Partial<ServerReflectionResponse> => {
    loaded ??= index();
    if (request.listServices !== undefined)
      return { listServicesResponse: { service: services.map((name) => ({ name })) } };
    const file =
      request.fileContainingSymbol !== undefined
        ? loaded.bySymbol.get(request.fileContainingSymbol)
        : loaded.byName.get(request.fileByFilename ?? '');
    return file === undefined
      ? { errorResponse: { errorCode: status.NOT_FOUND, errorMessage: 'no such symbol' } }
      : { fileDescriptorResponse: { fileDescriptorProto: closure(file, loaded) } };
  };
  return {
    serverReflectionInfo: (call) => {
      call.on('data', (request: ServerReflectionRequest) => {
        call.write({ validHost: request.host, originalRequest: request, ...answer(request) });
      });
      call.on('end', () => call.end());
    },
  };
}
