#!/bin/sh
# From proto/ to TypeScript: messages and services, one descriptor set for server reflection, and what the protos say
# of RPCs and events beside their shape.
set -eu
cd "$(dirname "$0")/../../../proto"
PATH="$PWD/../node_modules/.bin:$PATH"
buf generate
buf build --as-file-descriptor-set -o - | node ../packages/contracts/scripts/generate-catalogues.ts
