import { describe, expect, it } from 'vitest'
import { toDatabaseLocation } from './database-url.js'

const configOf = (db: string) => {
  const location = toDatabaseLocation(db)
  if (location.kind !== 'server') throw new Error(`${db} was taken for a directory`)
  return location.config
}

describe('--db', () => {
  it('means user and database postgres when a URL names neither', () => {
    expect(configOf('postgres://localhost:5432')).toMatchObject({
      host: 'localhost',
      port: 5432,
      user: 'postgres',
      database: 'postgres',
    })
  })

  it('reads user, password and database', () => {
    expect(configOf('postgresql://u%40x:p%2Fw@db.test/registry')).toMatchObject({
      host: 'db.test',
      user: 'u@x',
      password: 'p/w',
      database: 'registry',
    })
  })

  it('reads the socket form', () => {
    expect(configOf('postgresql:///registry?host=/run/postgresql')).toMatchObject({
      host: '/run/postgresql',
      database: 'registry',
      user: 'postgres',
    })
  })

  it('takes sslmode as libpq does: require encrypts and does not verify', () => {
    expect(configOf('postgres://h/d?sslmode=require').ssl).toEqual({ rejectUnauthorized: false })
    expect(configOf('postgres://h/d?sslmode=verify-full').ssl).toEqual({})
    expect(configOf('postgres://h/d?sslmode=disable').ssl).toBe(false)
  })

  it('shows a URL without its password', () => {
    expect(toDatabaseLocation('postgres://u:secret@h/d?password=other')).toMatchObject({
      display: 'postgres://u:***@h/d?password=***',
    })
  })

  it('refuses other schemes and broken URLs, and takes anything else as a directory', () => {
    expect(() => toDatabaseLocation('mysql://h/d')).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
    expect(() => toDatabaseLocation('postgres://h:port/d')).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
    expect(toDatabaseLocation('./data')).toEqual({ kind: 'directory', directory: './data' })
  })
})
