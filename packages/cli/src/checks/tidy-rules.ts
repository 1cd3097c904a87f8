/** House rules that no linter has, on one source file. Pure: path and text in, problems out. */
import { parseSync, Visitor } from 'oxc-parser';

export const LONGEST_FILE = 300;
export const LONGEST_FUNCTION = 70;
/** Names that say nothing about what is inside and so collect everything. */
const FORBIDDEN_NAME = /(^|\/)(utils?|helpers?|types?|commons?|misc)(\.ts$|\/)/;
/** `it(...)`, `describe.each(...)`. */
const DECLARES_TESTS = /^(describe|it|test)(\.|$)/;
/** Configuration is read in one place; everything else is given what it needs. */
const READS_ENVIRONMENT =
  /(^|[/-])(main|config)\.ts$|^packages\/(cli|testing)\/|\/telemetry\/|\.test\.ts$|\.config\.ts$|^deploy\//;
/** Written so that this file does not contain what it looks for. */
const REGISTRY_HOST = /registry\.(npmjs|yarnpkg|npmmirror)\.|npm\.pkg\.github\.|-npm\.pkg\.dev/;

export interface Problem {
  /** What the ratchet remembers: stays the same while lines move. */
  readonly key: string;
  /** How bad, in lines; 1 for what just is or is not. */
  readonly size: number;
  readonly text: string;
}

/** Rules for TypeScript sources. */
export function tidySource(path: string, source: string): readonly Problem[] {
  const lines = source.replace(/\n$/, '').split('\n').length;
  return [
    ...(lines > LONGEST_FILE
      ? [{ key: `${path} file`, size: lines, text: `${path} has ${lines} lines, more than ${LONGEST_FILE}: split it` }]
      : []),
    ...(FORBIDDEN_NAME.test(path)
      ? [{ key: `${path} name`, size: 1, text: `${path}: name the file for what is in it` }]
      : []),
    ...(/\bprocess\.env\b/.test(source) && !READS_ENVIRONMENT.test(path)
      ? [{ key: `${path} environment`, size: 1, text: `${path} reads process.env; main.ts or config.ts does that` }]
      : []),
    ...longFunctions(path, source),
  ];
}

/** For every file, of whatever kind: where packages come from is the machine's business. */
export function namesRegistry(source: string): boolean {
  return REGISTRY_HOST.test(source);
}

interface Node {
  readonly start: number;
  readonly end: number;
}

interface OpenFunction {
  readonly node: Node;
  /** Whether it declares tests itself: then it is a list of them and not one piece of work. */
  isSuite: boolean;
}

function longFunctions(path: string, source: string): readonly Problem[] {
  const problems: Problem[] = [];
  const open: OpenFunction[] = [];
  const enter = (node: Node): void => {
    open.push({ node, isSuite: false });
  };
  const leave = (name: string): void => {
    const ended = open.pop();
    if (ended === undefined || ended.isSuite) return;
    const size = linesOf(source.slice(ended.node.start, ended.node.end));
    if (size <= LONGEST_FUNCTION) return;
    const line = linesOf(source.slice(0, ended.node.start));
    const text = `${path}:${line} ${name} has ${size} lines, more than ${LONGEST_FUNCTION}: take it apart`;
    problems.push({ key: `${path} ${name}`, size, text });
  };
  new Visitor({
    CallExpression: ({ callee }) => {
      const around = open.at(-1);
      if (around !== undefined && DECLARES_TESTS.test(source.slice(callee.start, callee.end))) around.isSuite = true;
    },
    FunctionDeclaration: enter,
    FunctionExpression: enter,
    ArrowFunctionExpression: enter,
    'FunctionDeclaration:exit': (node) => leave(node.id?.name ?? 'function'),
    'FunctionExpression:exit': (node) => leave(node.id?.name ?? 'function'),
    'ArrowFunctionExpression:exit': () => leave('function'),
  }).visit(parseSync(path, source).program);
  return problems;
}

const linesOf = (text: string): number => text.split('\n').length;
