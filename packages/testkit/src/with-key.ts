import { inject } from 'vitest'

/** What makes servers of a test file ask who calls: see `caller.ts`, which reads it. */
Object.assign(process.env, { EPR_TEST_AUTH: 'required', EPR_TOKEN: inject('key') })
