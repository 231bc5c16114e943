import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { EprError } from '@epr/model'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

/**
 * What a page has to load, zod included: 43 KiB as measured, and some room. `import * as z` keeps it there: with
 * `import { z }` nothing of zod can be left out, and it is 104.
 */
const MAX_BUNDLE_BYTES = 46 * 1024

const NAMES = [
  ...['ApiError', 'GateTimeoutError', 'NetworkError', 'ResponseError'],
  ...[
    'backoffMs',
    'createClient',
    'forwardAbort',
    'retryAfterMs',
    'sleep',
    'toRetryPolicy',
    'toSearchDocument',
  ],
]

describe('the built package', () => {
  it('loads as a module and as CommonJS, with the one EprError of the model', async () => {
    const module = (await import('@epr/client')) as Record<string, unknown>
    expect(Object.keys(module).sort()).toEqual(NAMES)
    expect(Object.getPrototypeOf(module.ApiError)).toBe(EprError)
    const require = createRequire(import.meta.url)
    const common = require('@epr/client') as Record<string, unknown>
    expect(Object.keys(common).sort()).toEqual(NAMES)
  })

  it('is bundled for browsers, without anything of Node and within its bound', async () => {
    const entry =
      "import { createClient } from '@epr/client'; globalThis.epr = createClient({ url: location.origin })"
    const { outputFiles, metafile } = await build({
      stdin: { contents: entry, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
      bundle: true,
      minify: true,
      platform: 'browser',
      format: 'esm',
      write: false,
      metafile: true,
    })
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports)
    expect(imports.filter(({ external }) => external)).toEqual([])
    const text = outputFiles[0]?.text ?? ''
    expect(text).not.toMatch(/["'`]node:/)
    expect(gzipSync(text).length).toBeLessThan(MAX_BUNDLE_BYTES)
    expect(gzipSync(text).length).toBeGreaterThan(1_000)
  })
})
