/** The clients of every load, in a process of their own. Forked; see child-calls.ts. */
import { answerCalls } from './child-calls.ts';
import { close, completed, connect, mark, stall, tally } from './load-groups.ts';
import { cycle, leave, reconnect, resume } from './load-returns.ts';

const methods = { close, completed, connect, cycle, leave, mark, reconnect, resume, stall, tally };
export type LoadMethods = typeof methods;

answerCalls(methods);
