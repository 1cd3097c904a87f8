/** Whether the outbox arrived: every event of every commit is in the stream once, in the order of the commits. */
import type { EventStream } from './event-stream.ts';
import type { OutboxServer } from './outbox-server.ts';
import type { OutboxEvent, Tables } from './tables.ts';

const SHOWN = 5;

export function judgeOutbox(
  tables: Tables,
  announced: readonly OutboxEvent[],
  outbox: OutboxServer,
  stream: EventStream,
): readonly string[] {
  const problems: string[] = [...outbox.problems];
  const insist = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  const gap = announced.findIndex(({ id }, index) => id !== BigInt(index + 1));
  insist(gap < 0, `outbox ids have a gap at ${gap + 1}`);
  const committed = tables.commits.flatMap((commit) => {
    if (commit.type === 'notice') return [commit.messageId];
    return commit.type === 'batch' ? commit.journals.map(({ command }) => command.journalId) : [];
  });
  insist(
    committed.join() === announced.map(({ messageId }) => messageId).join(),
    'the outbox is not what was committed',
  );
  for (const problem of wrongEvents(tables, announced)) insist(false, problem);
  insist(outbox.backlog === 0, `${outbox.backlog} events were not published`);

  const places = new Map(outbox.sent.map(({ event, streamSeq }) => [event.id, streamSeq]));
  insist(outbox.sent.length === places.size, 'an event was noted twice');
  for (const [index, { messageId, outboxId }] of stream.published.entries()) {
    const event = announced[index];
    if (event === undefined || `${event.id}` !== outboxId || event.messageId !== messageId) {
      insist(false, `the stream has event ${outboxId} at ${index + 1}`);
    }
    if (places.get(outboxId) !== index + 1) insist(false, `event ${outboxId} is noted at ${places.get(outboxId)}`);
  }
  insist(
    stream.published.length === announced.length,
    `the stream has ${stream.published.length} events of ${announced.length}`,
  );
  return problems.length <= SHOWN ? problems : [...problems.slice(0, SHOWN), `and ${problems.length - SHOWN} more`];
}

/** Every event says what its journal did. */
function wrongEvents(tables: Tables, announced: readonly OutboxEvent[]): readonly string[] {
  const journals = new Map(
    tables.commits
      .flatMap((commit) => (commit.type === 'batch' ? commit.journals : []))
      .map((journal) => [journal.command.journalId, journal]),
  );
  return announced.flatMap(({ messageId, payload }) => {
    const journal = journals.get(messageId);
    if (journal === undefined) return [];
    const { journalId, legs = [] } = JSON.parse(payload) as Partial<JournalPostedJson>;
    const told = legs.map(({ minor, balanceAfterMinor = '0' }) => `${minor} ${balanceAfterMinor}`);
    const right = journal.entries.map(({ minor, balanceAfter }) => `${minor} ${balanceAfter}`);
    if (journalId === messageId && told.join() === right.join()) return [];
    return [`the event of ${messageId} tells ${told}, not ${right}`];
  });
}

/** As it travels: int8 as text, zero left out. */
interface JournalPostedJson {
  readonly journalId: string;
  readonly legs: readonly { readonly minor: string; readonly balanceAfterMinor?: string }[];
}
