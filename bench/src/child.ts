import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Runs one of the bench's own processes to its end and gives the JSON that it printed last. */
export async function runChild<Result>(name: string, input: object): Promise<Result> {
  const file = fileURLToPath(new URL(`./${name}.js`, import.meta.url))
  const child = spawn(process.execPath, [file, JSON.stringify(input)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += String(chunk)
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`${name} ended with ${code}`)
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Result
}

/** Starts one of the bench's own servers, which says its URL in its first line. */
export async function startChild(
  name: string,
  input: object,
): Promise<{ url: string; stop(): Promise<void> }> {
  const file = fileURLToPath(new URL(`./${name}.js`, import.meta.url))
  const child = spawn(process.execPath, [file, JSON.stringify(input)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk) => resolve(String(chunk).trim()))
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)))
  })
  return {
    url,
    async stop() {
      child.kill('SIGTERM')
      await closed
    },
  }
}
