import { MistakesError, UnbusyError } from '../../src/core/errors.ts';

/** What an action finds wrong, as `line:column message`; fails if it finds nothing, or throws something else. */
export function mistakesOf(action: () => unknown): readonly string[] {
  return thrownMistakes(action).map(({ place, message }) =>
    place === undefined ? message : `${place.line}:${place.column} ${message}`,
  );
}

/** The hints of the same mistakes; an empty text where there is none. */
export function hintsOf(action: () => unknown): readonly string[] {
  return thrownMistakes(action).map(({ hint }) => hint ?? '');
}

/** The errors themselves. */
export function thrownMistakes(action: () => unknown): readonly UnbusyError[] {
  try {
    action();
  } catch (error) {
    if (error instanceof MistakesError) return error.mistakes;
    if (error instanceof UnbusyError) return [error];
    throw error;
  }
  throw new Error('expected mistakes, and there were none');
}
