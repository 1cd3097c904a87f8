import type { App } from './app-type.ts';

/** The methods that a path is known for, in the order in which its routes came; none for a path that is not known. */
export type AllowedMethods = (path: string) => readonly string[];

/** Register it before the routes: it collects them as they come. */
export function collectMethods(app: App): AllowedMethods {
  const routes: { readonly parts: readonly string[]; readonly methods: readonly string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    // The preflight of CORS answers on every path, and files are no resources of the API.
    if (!url.includes('*')) routes.push({ parts: url.split('/'), methods: [method].flat() });
  });
  return (path) => {
    const asked = path.split('/');
    const known = routes.filter(({ parts }) => isOfForm(asked, parts));
    return [...new Set(known.flatMap(({ methods }) => methods))];
  };
}

/** `/rooms/42` is of the form `/rooms/:id`. */
const isOfForm = (asked: readonly string[], parts: readonly string[]): boolean =>
  asked.length === parts.length &&
  parts.every((part, place) => part === asked[place] || (part.startsWith(':') && asked[place] !== ''));
