import text from './nap.sh';

/** A sleep that goes with the process that sleeps. */
export const NAP: string = text;
