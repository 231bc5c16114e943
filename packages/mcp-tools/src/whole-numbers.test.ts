import { expect, it } from 'vitest'
import { assertNumbersKept } from './whole-numbers.js'

it.each([
  '0',
  '-0',
  '1.5',
  '0.1',
  '9007199254740991',
  '-9007199254740991',
  '{"a":[1,"12345678901234567890",null,true]}',
])('lets %s through', (text) => {
  expect(() => assertNumbersKept(JSON.parse(text), 'payload')).not.toThrow()
})

it.each([
  ['12345678901234567890', 'payload is'],
  ['9007199254740993', 'payload is'],
  ['-9007199254740993', 'payload is'],
  ['1e400', 'payload is'],
  ['{"a":[0,{"b":9007199254740993}]}', 'payload/a/1/b is'],
])('refuses %s, which JSON.parse has changed', (text, place) => {
  expect(() => assertNumbersKept(JSON.parse(text), 'payload')).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(place) }),
  )
})
