/** How long a text may be, counted as people count: an emoji with all its parts is one character. */

export interface TextLimit {
  /** Graphemes. */
  readonly most: number;
  /** UTF-8 bytes: one grapheme can be made of any number of combining marks. */
  readonly mostBytes: number;
  /** Whether lines may be broken. Every other control character is refused: it hides or spoofs text at the reader. */
  readonly multiline: boolean;
}

/** The limit of a chat message; 4 KiB is 500 graphemes of 8 bytes. */
export const CHAT_TEXT = { most: 500, mostBytes: 4096, multiline: true } as const satisfies TextLimit;
export const ROOM_NAME = { most: 80, mostBytes: 640, multiline: false } as const satisfies TextLimit;
export const ROOM_LABEL = { most: 50, mostBytes: 200, multiline: false } as const satisfies TextLimit;
export const ANNOUNCEMENT = { most: 500, mostBytes: 4096, multiline: true } as const satisfies TextLimit;
export const BLOCK_REASON = { most: 200, mostBytes: 1600, multiline: true } as const satisfies TextLimit;

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
const CONTROL = /\p{Cc}/u;
const CONTROL_BUT_LINES = /[^\P{Cc}\r\n\t]/u;

/** What is wrong with a text that must say something; null when nothing is. */
export function textProblem(text: string, limit: TextLimit): string | null {
  if (text.trim() === '') return 'must not be empty';
  return lengthProblem(text, limit);
}

/** As {@link textProblem}, for a text that may be empty. */
export function lengthProblem(text: string, { most, mostBytes, multiline }: TextLimit): string | null {
  if (Buffer.byteLength(text) > mostBytes) return `must be at most ${mostBytes} bytes`;
  if ((multiline ? CONTROL_BUT_LINES : CONTROL).test(text)) return 'must not contain control characters';
  // No text has more graphemes than code units, so that most texts need no segmentation.
  if (text.length > most && countGraphemes(text, most) > most) return `must be at most ${most} characters`;
  return null;
}

/** Stops counting once it is over `most`. */
function countGraphemes(text: string, most: number): number {
  let count = 0;
  for (const _ of segmenter.segment(text)) {
    count += 1;
    if (count > most) break;
  }
  return count;
}
