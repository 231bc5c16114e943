import { copyFile, cp, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.config.base'

const require = createRequire(import.meta.url)

const packageFile = (name: string, file: string): string =>
  join(dirname(require.resolve(`${name}/package.json`)), file)

/** The ready-made builds that the GraphQL page consists of: they are served, not imported. */
const PAGE_ASSETS = {
  'graphiql.js': packageFile('graphiql', 'graphiql.min.js'),
  'graphiql.css': packageFile('graphiql', 'graphiql.min.css'),
  'react.js': packageFile('react', 'umd/react.production.min.js'),
  'react-dom.js': packageFile('react-dom', 'umd/react-dom.production.min.js'),
}

/** What is read at run time lies in `dist/` as it lies beside its reader in `src/`. */
async function copyFiles(): Promise<void> {
  await mkdir('dist/graphiql', { recursive: true })
  await cp('src/storage/migrations', 'dist/migrations', { recursive: true })
  await copyFile('src/http/schema.graphql', 'dist/schema.graphql')
  await cp('src/http/graphiql', 'dist/graphiql', { recursive: true })
  for (const [name, source] of Object.entries(PAGE_ASSETS)) await copyFile(source, `dist/graphiql/${name}`)
}

export default defineConfig({
  ...packageBuild,
  entry: {
    main: 'src/main.ts',
    index: 'src/index.ts',
    'payload-schema-worker': 'src/registry/payload-schema/payload-schema-worker.ts',
  },
  format: ['esm'],
  onSuccess: copyFiles,
})
