import { commonErrors } from '@fanfare/kit';

/** The one object an answer is about; protobuf cannot say that it is always there. @throws INTERNAL when it is not */
export function present<S, T>(value: S | undefined, presenter: (value: S) => T): T {
  if (value === undefined) throw commonErrors.INTERNAL();
  return presenter(value);
}
