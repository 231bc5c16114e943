import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const pagesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => join(folder, name))

/** The pages whose commands are run, as paths below {@link ROOT}. */
export const PAGES: readonly string[] = [
  'README.md',
  ...pagesIn('docs/tutorial'),
  ...pagesIn('docs/how-to'),
].filter((page) => !page.endsWith('index.md'))
