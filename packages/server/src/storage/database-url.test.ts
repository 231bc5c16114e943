import { inspect } from 'node:util'
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

  it.each([
    ['postgres://u:s3cret@h/d?password=s3cret', 'postgres://u@h/d'],
    ['postgresql://epr:p4ss@s3cret@localhost:1/epr', 'postgres://epr@localhost:1/epr'],
    ['postgres://:s3cret@h/d', 'postgres://postgres@h/d'],
    ['postgres://u:s3cret%2F%40@h', 'postgres://u@h/postgres'],
    ['postgres://h/d?user=u&password=s3cret&sslpassword=s3cret&application_name=s3cret', 'postgres://u@h/d'],
    ['postgres:///d?host=/run/postgresql&password=s3cret', 'postgres://postgres@/d?host=/run/postgresql'],
    ['postgres://u:s3cret%zz@h/d', 'postgres://u@h/d'],
    ['postgres://u:s3cret@[::1]:5432/d', 'postgres://u@[::1]:5432/d'],
  ])('shows of %s the user, the host and the database', (db, display) => {
    expect(toDatabaseLocation(db)).toMatchObject({ display })
  })

  it.each([
    'host=localhost user=epr password=s3cret dbname=epr',
    'password = s3cret',
    'user:s3cret@localhost/epr',
    'jdbc:postgresql://localhost/epr?user=epr&password=s3cret',
    'postgres:/epr:s3cret@localhost/epr',
    '"postgres://epr:s3cret@localhost/epr"',
    ' postgres://epr:s3cret@localhost/epr',
    'postgres://epr:s3cret/4@localhost/epr',
    'postgres://epr:12/s3cret@localhost/epr',
    'postgres://epr:12?s3cret@localhost/epr',
    'postgres://epr:12#s3cret@localhost/epr',
    'mysql://epr:s3cret@localhost/epr',
  ])('refuses %s, and shows nothing of its password', (db) => {
    let refusal: unknown
    try {
      toDatabaseLocation(db)
    } catch (error) {
      refusal = error
    }
    expect(refusal).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(inspect(refusal)).not.toContain('s3cret')
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
