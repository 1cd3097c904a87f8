/** The protocol document as one page for people: no script, nothing from elsewhere. */
import type { asyncApiDocument } from './async-api.ts';

type ProtocolDocument = ReturnType<typeof asyncApiDocument>;

interface Message {
  readonly title: string;
  readonly summary?: string;
  readonly payload: object;
  readonly examples: readonly { readonly payload: unknown }[];
  readonly 'x-class'?: string;
}

interface Operation {
  readonly action: string;
  readonly messages: readonly { readonly $ref: string }[];
  readonly reply?: { readonly messages: readonly { readonly $ref: string }[] };
  readonly 'x-refusals'?: readonly string[];
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem}
pre{background:#8881;padding:.5rem;overflow:auto;font-size:.8rem}section{border-top:1px solid #8886}
p{white-space:pre-line}td{padding:0 1rem .2rem 0;vertical-align:top}:root{color-scheme:light dark}`;

export function protocolPage(document: ProtocolDocument): string {
  const messages = document.components.messages as unknown as Readonly<Record<string, Message>>;
  const named = ({ $ref }: { readonly $ref: string }): Message => {
    const message = messages[$ref.slice($ref.lastIndexOf('/') + 1)];
    if (message === undefined) throw new Error(`there is no message ${$ref}`);
    return message;
  };
  const operations = document.operations as Readonly<Record<string, Operation>>;
  const received = Object.entries(document.channels).map(([name, { address, summary }]) => {
    const { messages: shown = [] } = operations[`receive.${name}`] ?? {};
    return `<h3>${escaped(address ?? name)}</h3><p>${marked(summary)}</p>${shown.map(named).map(section).join('')}`;
  });
  const sent = Object.values(operations)
    .filter(({ action }) => action === 'send')
    .map(({ messages: [asked], reply, ...operation }) => {
      const refusals = operation['x-refusals'] ?? [];
      const [ack] = reply?.messages ?? [];
      if (asked === undefined || ack === undefined) throw new Error('a command without its message or its ack');
      return `${section(named(asked))}${details('the ack', named(ack))}<p>Refused with: ${escaped(refusals.join(', '))}</p>`;
    });
  const objects = Object.entries(document.components.schemas).map(([name, schema]) => schemaOf(name, schema));
  const codes = document['x-close-codes'].map(({ code, reason, meaning }) => row([String(code), reason, meaning]));
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(document.info.title)}</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}</style><h1>${escaped(document.info.title)}</h1>
<p>The same for programs: <a href="asyncapi.json">AsyncAPI 3.0</a></p>
${paragraphs(document.info.description)}
<h2>The server emits</h2>${received.join('')}<h2>A client sends</h2>${sent.join('')}
<h2>Objects</h2>${objects.join('')}
<h2>Close codes</h2><table>${codes.join('')}</table></html>`;
}

const section = (message: Message): string =>
  `<section><h4>${escaped(message.title)} <small>${message['x-class'] ?? ''}</small></h4>
<p>${marked(message.summary ?? '')}</p>${details('the data', message)}</section>`;

const details = (label: string, { payload, examples }: Message): string =>
  `<pre>${examples.map((example) => escaped(JSON.stringify(example.payload))).join('\n')}</pre>${schemaOf(label, payload)}`;

const schemaOf = (label: string, schema: object): string =>
  `<details><summary>schema of ${label}</summary><pre>${escaped(JSON.stringify(schema, null, 2))}</pre></details>`;

const row = (cells: readonly string[]): string =>
  `<tr>${cells.map((cell) => `<td>${marked(cell)}</td>`).join('')}</tr>`;

const paragraphs = (text: string): string =>
  text
    .split('\n\n')
    .map((paragraph) => `<p>${marked(paragraph.replace(/\n(?!- )/g, ' '))}</p>`)
    .join('');

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The little of Markdown that the document's own words use. */
const marked = (text: string): string =>
  escaped(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<b>$1</b>');
