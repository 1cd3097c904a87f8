/** Writes the public contract to `api/`. */
import { writeFileSync } from 'node:fs';
import { publicDocuments } from '../src/public-documents.ts';

for (const [name, text] of Object.entries(await publicDocuments())) {
  writeFileSync(new URL(`../../../api/${name}`, import.meta.url), text);
}
