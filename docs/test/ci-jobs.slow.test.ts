import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Api,
  buildReceiver,
  createApi,
  startTestGithub,
  startTestIssuer,
  startTestServer,
  type TestIssuer,
  type TestServer,
} from '@epr/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { ROOT } from './pages.js'
import { type Session, startSession } from './session.js'

/** Where the pages say that the registry is. */
const WRITTEN = /https:\/\/epr\.example\.org/g

let server: TestServer
let ci: TestIssuer
let session: Session
let api: Api
let admin: string
beforeEach(async () => {
  server = await startTestServer({ args: ['--host', 'localhost'] })
  ci = await startTestIssuer({ audience: server.url })
  session = await startSession(server.url)
  api = createApi(server.url)
  await api.create('/receivers', buildReceiver({ name: 'tests' }))
  admin = (await api.post('/keys', { name: 'root', admin: true })).json.data.key
})
afterEach(async () => {
  await session.close()
  await ci.close()
  await server.close()
})

interface Page {
  /** What an admin applies. */
  documents: { kind: string }[]
  /** What runs the job. */
  pipeline: unknown
  /** Commands that a job may run besides. */
  others: string[]
}

async function readPage(name: string): Promise<Page> {
  const text = (await readFile(join(ROOT, 'docs/how-to', name), 'utf8')).replace(WRITTEN, server.url)
  const blocksOf = (language: string) =>
    [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
      ([, block = '']) => block,
    )
  const [access = '', pipeline = ''] = blocksOf('yaml')
  return {
    documents: parseAllDocuments(access).map((document) => document.toJS() as { kind: string }),
    pipeline: parseAllDocuments(pipeline)[0]?.toJS(),
    others: blocksOf('sh no-run').filter((block) => !block.startsWith('epr-cli access apply')),
  }
}

/** As an admin, with the issuer of this machine in place of the CI's. */
async function apply(documents: Page['documents']): Promise<void> {
  const local = documents.map((each) => (each.kind === 'Issuer' ? { ...each, issuer: ci.url } : each))
  const text = local.map((document) => stringify(document)).join('---\n')
  await session.run(`EPR_TOKEN=${admin} epr-cli access apply - > /dev/null <<'YAML'\n${text}YAML`)
}

async function enterJob(env: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(env)) await session.run(`export ${name}='${value}'`)
}

async function recordedBy(): Promise<(string | undefined)[]> {
  const { json } = await api.get('/events', { authorization: `Bearer ${admin}` })
  return json.data.map((event: { actor: { id: string } | null }) => event.actor?.id)
}

it('the workflow of the page records on GitHub Actions, and says nothing where its token is for others', async () => {
  const page = await readPage('github-actions.md')
  const { env, jobs } = page.pipeline as {
    env: Record<string, string>
    jobs: { test: { steps: { run: string }[] } }
  }
  // https://docs.github.com/en/actions/reference/security/oidc#oidc-token-claims
  const github = await startTestGithub({
    issuer: ci,
    claims: {
      sub: 'repo:acme/shop:ref:refs/heads/main',
      repository: 'acme/shop',
      repository_id: '456789',
      repository_owner: 'acme',
      repository_owner_id: '123456',
      repository_visibility: 'private',
      workflow: 'release',
      workflow_ref: 'acme/shop/.github/workflows/release.yml@refs/heads/main',
      job_workflow_ref: 'acme/shop/.github/workflows/release.yml@refs/heads/main',
      ref: 'refs/heads/main',
      ref_type: 'branch',
      ref_protected: 'true',
      sha: '2f5e0c1b9d',
      event_name: 'push',
      run_id: '1234567890',
      run_number: '7',
      run_attempt: '1',
      runner_environment: 'github-hosted',
      actor: 'ann',
      actor_id: '42',
    },
  })
  try {
    await apply(page.documents)
    await enterJob({ ...env, ...github.env })
    const printed: string[] = []
    for (const { run } of jobs.test.steps) printed.push(await session.run(run))
    expect(printed[0]).toContain('ci:github:repository_id=456789:repository_owner_id=123456')
    expect(await recordedBy()).toEqual(['ci:github:repository_id=456789:repository_owner_id=123456'])
  } finally {
    await github.close()
  }
})

it('the pipeline of the page records on GitLab, also with the session that the page exchanges', async () => {
  const page = await readPage('gitlab-ci.md')
  const { test } = page.pipeline as {
    test: {
      variables: Record<string, string>
      id_tokens: { EPR_ID_TOKEN: { aud: string } }
      script: string[]
    }
  }
  // https://docs.gitlab.com/ci/secrets/id_token_authentication/#token-payload
  const token = await ci.sign({
    aud: test.id_tokens.EPR_ID_TOKEN.aud,
    sub: 'project_path:acme/shop:ref_type:branch:ref:main',
    namespace_id: '72',
    namespace_path: 'acme',
    project_id: '4711',
    project_path: 'acme/shop',
    user_id: '1',
    user_login: 'ann',
    user_email: 'ann@example.org',
    pipeline_id: '574',
    pipeline_source: 'push',
    job_id: '302',
    ref: 'main',
    ref_type: 'branch',
    ref_path: 'refs/heads/main',
    ref_protected: 'true',
    runner_environment: 'gitlab-hosted',
    sha: '714a629c0b',
  })
  await apply(page.documents)
  await enterJob({ ...test.variables, EPR_ID_TOKEN: token })
  const printed: string[] = []
  for (const line of test.script) printed.push(await session.run(line))
  expect(printed[0]).toContain('ci:gitlab:namespace_id=72:project_id=4711')
  for (const block of page.others) await session.run(block)
  expect(await session.run("epr-cli whoami --jsonpath '{.kind}'")).toBe('session\n')
  expect(await recordedBy()).toEqual(['ci:gitlab:namespace_id=72:project_id=4711'])
})
