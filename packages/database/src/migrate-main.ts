// The migration job of a service: applies what lies beside it in an image to DATABASE_URL, and ends.
import { fileURLToPath } from 'node:url';
import { migrate } from './migrate.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const url = process.env['DATABASE_URL'];
if (url === undefined || url === '') {
  console.error('DATABASE_URL is required: the database to migrate, as its owner');
  process.exit(1);
}
const applied = await migrate(url, here, `${here}platform`);
console.log(applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}`);
