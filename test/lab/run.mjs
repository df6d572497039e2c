// Runs cli.ts under a Node that cannot read TypeScript by itself.
import { register } from 'node:module';

register('./typescript-hook.mjs', import.meta.url);
await import('./cli.ts');
