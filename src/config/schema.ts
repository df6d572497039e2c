import { z } from 'zod';

/** The only door to the schema library. */
export { z };
