import { readFile } from 'node:fs/promises'
import pg from 'pg'

/** What gives the ids of a PostgreSQL's processes, the first and all that it has started. */
export async function processesOf(url: string): Promise<() => Promise<number[]>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ data_directory: string }>('show data_directory')
  await client.end()
  const [first = ''] = (await readFile(`${rows[0]?.data_directory}/postmaster.pid`, 'utf8')).split('\n')
  return async () => {
    const children = await readFile(`/proc/${first}/task/${first}/children`, 'utf8').catch(() => '')
    return [first, ...children.trim().split(' ')].filter((pid) => pid !== '').map(Number)
  }
}
