import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const map = readFileSync(join(ROOT, 'docs/code-map.md'), 'utf8')
/** Folders are written with a slash behind them. */
const named = [...map.matchAll(/`([\w./-]+)\/`/g)].map(([, folder = '']) => folder)

const isFolder = (path: string): boolean =>
  statSync(join(ROOT, path), { throwIfNoEntry: false })?.isDirectory() ?? false

function foldersBelow(folder: string): string[] {
  const inside = readdirSync(join(ROOT, folder), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  )
  return [folder, ...inside.flatMap(({ name }) => foldersBelow(`${folder}/${name}`))]
}

it('every folder on the map exists', () => {
  expect(named.filter((folder) => !isFolder(folder))).toEqual([])
})

it('every folder of the sources is on the map', () => {
  const sources = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/src`)
  const folders = sources.filter(isFolder).flatMap(foldersBelow)
  expect(folders.length).toBeGreaterThan(10)
  expect(folders.filter((folder) => !named.includes(folder))).toEqual([])
})
