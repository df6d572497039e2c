import type { Credential } from './credentials.ts';
import type { AnyAuthMethod } from './ssh-library.ts';

/** How a login went: which keys were offered, what the server would take instead, and whether a key was half of what it wants. */
export interface LoginStory {
  readonly offered: string[];
  methodsLeft: readonly string[];
  /** A key was accepted, but the server wants something more. */
  partial: boolean;
  /** Everything was offered and refused. */
  exhausted: boolean;
}

/** Offers the keys one by one; with none, asks once without any, to learn what the server would take. */
export function loginSteps(user: string, credentials: readonly Credential[]) {
  const story: LoginStory = { offered: [], methodsLeft: [], partial: false, exhausted: false };
  const waiting = [...credentials];
  let askedWithout = false;
  const next = (methodsLeft: readonly string[] | null, partial: boolean | null): AnyAuthMethod | false => {
    if (methodsLeft !== null) story.methodsLeft = methodsLeft;
    if (partial === true) story.partial = true;
    const possible = methodsLeft === null || methodsLeft.includes('publickey');
    const credential = possible ? waiting.shift() : undefined;
    if (credential !== undefined) {
      story.offered.push(credential.label);
      return credential.kind === 'agent'
        ? { type: 'agent', username: user, agent: credential.agent }
        : { type: 'publickey', username: user, key: credential.key };
    }
    if (methodsLeft === null && !askedWithout) {
      askedWithout = true;
      return { type: 'none', username: user };
    }
    story.exhausted = true;
    return false;
  };
  return { story, next };
}
