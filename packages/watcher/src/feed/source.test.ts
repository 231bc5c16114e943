import { expect, it } from 'vitest'
import { feedSource } from './source.js'

const options = { url: 'http://localhost:8042', name: 'a-watcher' }
const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT' })

it.each(['', 'localhost:8042', 'ftp://localhost', 'http://'])(
  'refuses %j, which is no URL of a registry',
  (url) => {
    expect(() => feedSource({ ...options, url })).toThrow(refused)
  },
)

it.each(['', '.hidden', '../up', 'a/b'])('refuses %j as a name, which no file can have', (name) => {
  expect(() => feedSource({ ...options, name })).toThrow(refused)
})
