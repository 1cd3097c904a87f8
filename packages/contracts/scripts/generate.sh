#!/bin/sh
# From proto/ to TypeScript, and to one descriptor set for server reflection.
set -eu
cd "$(dirname "$0")/../../../proto"
generated=../packages/contracts/src/generated
PATH="$PWD/../node_modules/.bin:$PATH"
buf generate
buf build --as-file-descriptor-set -o - | node -e "
  const set = require('node:fs').readFileSync(0).toString('base64');
  require('node:fs').writeFileSync('$generated/descriptors.ts', 'export const descriptorSet = \'' + set + '\';\n');"
