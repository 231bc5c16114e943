import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** Each file as it is sent, in place of itself: browsers take one or the other, and the server unpacks it for whoever does not. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    async writeBundle({ dir = '' }) {
      const assets = join(dir, 'assets')
      for (const name of await readdir(assets)) {
        const bytes = await readFile(join(assets, name))
        await writeFile(join(assets, `${name}.br`), brotliCompressSync(bytes))
        await writeFile(join(assets, `${name}.gz`), gzipSync(bytes, { level: 9 }))
        await rm(join(assets, name))
      }
    },
  }
}

/**
 * Workers as entries of the same build: what they share with the page is one file, which a browser loads once. Vite alone would
 * put all of it into each of them once more.
 */
function workers(): Plugin {
  const SUFFIX = '?worker-url'
  let isBuild = false
  return {
    name: 'workers',
    enforce: 'pre',
    configResolved({ command }) {
      isBuild = command === 'build'
    },
    async resolveId(source, importer) {
      if (!source.endsWith(SUFFIX)) return null
      const found = await this.resolve(source.slice(0, -SUFFIX.length), importer)
      return found && found.id + SUFFIX
    },
    load(id) {
      if (!id.endsWith(SUFFIX)) return null
      const file = id.slice(0, -SUFFIX.length)
      if (!isBuild) return `export { default } from ${JSON.stringify(`${file}?worker&url`)}`
      const emitted = this.emitFile({ type: 'chunk', id: file })
      return `export default import.meta.ROLLUP_FILE_URL_${emitted}`
    },
  }
}

/** The running server that `npm run dev` shows. */
const target = process.env.EPR_URL ?? 'http://localhost:8042'
const proxied = { target, changeOrigin: true }

export default defineConfig({
  // Links are relative: the server may be reached below any path.
  base: './',
  plugins: [react(), workers(), compressed()],
  build: {
    target: 'es2023',
    // The policy of the page lets in files only, and no data: URLs of styles and scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What pages and workers share, and nothing that asks for a document; nor what one view has alone.
          groups: [
            {
              name: 'sdk',
              test: /packages\/(client|model)\/(?!dist\/infer-schema)|\/(zod|eventsource-parser|@noble)|zod-without-eval/,
            },
          ],
        },
      },
      onLog(level, log, handle) {
        // Directives for servers that render React.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log)
      },
    },
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': proxied, '/healthz': proxied, '/login': proxied, '/logout': proxied } },
})
