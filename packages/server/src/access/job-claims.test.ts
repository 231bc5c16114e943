import { describe, expect, it } from 'vitest'
import { resolveIssuer } from './issuer.js'
import { assertPinned, type ClaimRules, differingClaim, jobId } from './job-claims.js'

const AUDIENCE = 'https://epr.example.org'
const github = resolveIssuer('ci', { preset: 'github' }, AUDIENCE)
const WORKFLOW = 'acme/shop/.github/workflows/release.yml@refs/heads/main'

describe('a policy for an issuer', () => {
  it.each<[ClaimRules]>([
    [{ repository_id: '456789' }],
    [{ repository_owner_id: ['1', '2'], workflow_ref: 'acme/shop/*' }],
    [{ repository_id: '456789', workflow_ref: WORKFLOW, ref: 'refs/heads/*' }],
  ])('is taken: %j', (rules) => {
    expect(() => assertPinned(github, rules)).not.toThrow()
  })

  it.each<[string, ClaimRules]>([
    ['names only', { repository: 'acme/shop', workflow_ref: WORKFLOW }],
    ['nothing', {}],
    ['a pattern of ids', { repository_id: '4567*' }],
    ['a pattern in a list of ids', { repository_id: ['456789', '*'] }],
    ['a star in the middle', { repository_id: '456789', ref: 'refs/*/main' }],
    ['a star alone', { repository_id: '456789', ref: '*' }],
    ['a pattern of what is exact', { repository_id: '456789', event_name: 'pu*' }],
  ])('is refused with %s', (_, rules) => {
    expect(() => assertPinned(github, rules)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  it('says what to pin', () => {
    expect(() => assertPinned(github, { repository: 'acme/shop' })).toThrow(
      'pin repository_id or repository_owner_id',
    )
  })

  it('fixes the subject where nothing else identifies', () => {
    const cluster = resolveIssuer(
      'cluster',
      { issuer: 'https://k8s.example.org', audience: AUDIENCE },
      undefined,
    )
    expect(() => assertPinned(cluster, { sub: 'system:serviceaccount:ci:*' })).toThrow('must be exact')
    expect(() => assertPinned(cluster, { sub: 'system:serviceaccount:ci:shop' })).not.toThrow()
  })

  it('cannot do with less for an issuer of strangers that is declared without its preset', () => {
    for (const issuer of [
      'https://token.actions.githubusercontent.com',
      'https://token.actions.githubusercontent.com/acme',
    ]) {
      const declared = resolveIssuer('ci', { issuer, pins: ['repository'] }, AUDIENCE)
      expect(() => assertPinned(declared, { repository: 'acme/shop' })).toThrow('pin repository_id')
    }
  })
})

describe('a token', () => {
  const rules = {
    repository_id: '456789',
    workflow_ref: [WORKFLOW, 'acme/shop/.github/workflows/nightly.yml@*'],
  }
  const claims = { repository_id: '456789', workflow_ref: WORKFLOW, event_name: 'push' }

  it.each([
    ['all that is fixed', claims, undefined],
    [
      'what begins so',
      { ...claims, workflow_ref: 'acme/shop/.github/workflows/nightly.yml@refs/heads/x' },
      undefined,
    ],
    ['another repository', { ...claims, repository_id: '456780' }, 'repository_id'],
    ['another workflow', { ...claims, workflow_ref: `${WORKFLOW}2` }, 'workflow_ref'],
    ['no workflow', { repository_id: '456789' }, 'workflow_ref'],
    ['a pull request', { ...claims, event_name: 'pull_request_target' }, 'event_name'],
    ['a merge request', { ...claims, pipeline_source: 'merge_request_event' }, 'pipeline_source'],
    [
      'a pull request from elsewhere',
      { ...claims, pipeline_source: 'external_pull_request_event' },
      'pipeline_source',
    ],
  ])('with %s differs by %s', (_, given, differs) => {
    expect(differingClaim(rules, given)).toBe(differs)
  })

  it('of a pull request is meant where a policy says so', () => {
    const given = { ...claims, event_name: 'pull_request' }
    expect(differingClaim({ ...rules, event_name: 'pull_request' }, given)).toBeUndefined()
  })

  it('does not have what every object has', () => {
    expect(differingClaim({ toString: '*' }, {})).toBe('toString')
  })

  it('is of the same job whatever its names are', () => {
    expect(jobId(github, { ...claims, repository: 'acme/shop' })).toBe('ci:ci:repository_id=456789')
    expect(jobId(github, { ...claims, repository: 'acme/renamed' })).toBe('ci:ci:repository_id=456789')
    expect(jobId(github, { repository_id: '1:repository_owner_id=2' })).not.toBe(
      jobId(github, { repository_id: '1', repository_owner_id: '2' }),
    )
  })
})
