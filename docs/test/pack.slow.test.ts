import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { ROOT } from './pages.js'

const run = promisify(execFile)

it('npm run pack makes files that npm installs with no registry, and what is in them runs', {
  retry: 2,
}, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'epr-pack-test-'))
  try {
    const pack = join(directory, 'pack')
    await run('npm', ['run', 'pack', '--', pack], { cwd: ROOT })
    const files = (await readdir(pack)).map((name) => join(pack, name))
    const install = async (name: string, wanted: RegExp) => {
      const project = join(directory, name)
      const chosen = files.filter((file) => wanted.test(file))
      await run('npm', [
        'install',
        '--prefix',
        project,
        '--no-audit',
        ...['--registry', 'http://127.0.0.1:9', '--offline', '--cache', join(directory, 'cache')],
        ...chosen,
      ])
      return project
    }
    const cli = await install('cli', /epr-cli-/)
    const output = execFileSync(join(cli, 'node_modules/.bin/epr-cli'), ['event', 'create', '--help'], {
      encoding: 'utf8',
    })
    expect(output).toContain('--receiver')
    const server = await install('server', /epr-server-/)
    expect(
      execFileSync(join(server, 'node_modules/.bin/epr-server'), ['--version'], { encoding: 'utf8' }),
    ).toMatch(/^\d/)
    const watcher = await install('watcher', /epr-(model|client|kafka|watcher)-/)
    await writeFile(
      join(watcher, 'main.mjs'),
      `import { EprError } from '@epr/model'
       import { WatcherError, kafkaSource } from '@epr/watcher'
       console.log(new WatcherError('UNAVAILABLE', 'x') instanceof EprError, typeof kafkaSource)`,
    )
    expect(execFileSync('node', [join(watcher, 'main.mjs')], { encoding: 'utf8' })).toBe('true function\n')
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
