import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { publicDocuments } from './public-documents.ts';

const API = new URL('../../../api/', import.meta.url);
const documents = await publicDocuments();

test.for(Object.entries(documents))('api/%s is what the gateway serves', ([name, text]) => {
  const committed = readFileSync(new URL(name, API), 'utf8');
  expect(committed === text, `api/${name} is stale: run pnpm run generate and commit it`).toBe(true);
});

test('api/ holds nothing else but the rules for who checks it', () => {
  expect(readdirSync(API).sort()).toEqual([...Object.keys(documents), 'redocly.yaml'].sort());
});
