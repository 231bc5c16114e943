import { readFile } from 'node:fs/promises'
import { queryRows } from '@epr/testkit'

/** What gives the ids of a PostgreSQL's processes, the first and all that it has started. */
export async function processesOf(url: string): Promise<() => Promise<number[]>> {
  const [row] = await queryRows<{ data_directory: string }>(url, 'show data_directory')
  const [first = ''] = (await readFile(`${row?.data_directory}/postmaster.pid`, 'utf8')).split('\n')
  return async () => {
    const children = await readFile(`/proc/${first}/task/${first}/children`, 'utf8').catch(() => '')
    return [first, ...children.trim().split(' ')].filter((pid) => pid !== '').map(Number)
  }
}
