import { hash } from 'node:crypto'

/** What stands for a credential where ones that are known are kept: its SHA-256, in base64. */
export const digestOf = (credential: string): string => hash('sha256', credential, 'base64')
