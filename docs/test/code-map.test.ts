import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { PACKAGES, SERVER_FOLDERS, TEST_PACKAGES } from '../../scripts/layers.mjs'

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

/** The arrows of a picture: `http --> registry & feed` is two of them. */
function arrowsOf(picture: string): string[] {
  return [...picture.matchAll(/^\s*(\S+) --> (.+)$/gm)].flatMap(([, from, to = '']) =>
    to.split(' & ').map((name) => `${from} --> ${name}`),
  )
}

it('the pictures show what the rules allow, and nothing else', () => {
  const [packages = '', folders = ''] = [...map.matchAll(/```mermaid\n([\s\S]*?)```/g)].map(
    ([, text = '']) => text,
  )
  const allowed = (table: Readonly<Record<string, readonly string[]>>) =>
    Object.entries(table).flatMap(([from, names]) => names.map((to) => `${from} --> ${to}`))
  expect(arrowsOf(packages).sort()).toEqual(allowed(PACKAGES).sort())
  expect(arrowsOf(folders).sort()).toEqual(allowed(SERVER_FOLDERS).sort())
})

it('the rules know every package and every folder of the server', () => {
  const packages = readdirSync(join(ROOT, 'packages')).filter((name) => isFolder(`packages/${name}/src`))
  expect(Object.keys({ ...PACKAGES, ...TEST_PACKAGES }).sort()).toEqual(packages.sort())
  const [, ...folders] = foldersBelow('packages/server/src').filter((folder) => folder.split('/').length <= 4)
  expect(Object.keys(SERVER_FOLDERS).sort()).toEqual(folders.map((folder) => folder.split('/')[3]).sort())
})
