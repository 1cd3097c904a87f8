/** Texts in requests, within their limits. */
import { invalid } from '@fanfare/kit';
import { lengthProblem, type TextLimit, textProblem } from './text-limit.ts';

/** A text that must say something, as it is. @throws INVALID_ARGUMENT */
export function parseText(field: string, text: string, limit: TextLimit): string {
  const problem = textProblem(text, limit);
  if (problem !== null) throw invalid(field, problem);
  return text;
}

/** A text that may be empty, trimmed. @throws INVALID_ARGUMENT */
export function parseOptionalText(field: string, text: string, limit: TextLimit): string {
  const trimmed = text.trim();
  const problem = lengthProblem(trimmed, limit);
  if (problem !== null) throw invalid(field, problem);
  return trimmed;
}
