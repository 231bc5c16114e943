import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestIssuer } from '@epr/testkit'

/** In place of a Kubernetes cluster: what `kubectl` would say of its tokens. */
export interface Cluster {
  /** A folder with a `kubectl`, for `PATH`. */
  readonly bin: string
  close(): Promise<void>
}

/** Of `kubectl` what the pages use. */
const KUBECTL = `#!/bin/bash
set -eu
case "$1 $2" in
  'get --raw') curl -sf "$CLUSTER_URL$3" ;;
  'create token')
    [ "$4 $6" = '--namespace --audience' ]
    curl -sf -G "$CLUSTER_URL/token" --data-urlencode "sub=system:serviceaccount:$5:$3" --data-urlencode "aud=$7" ;;
  *) echo "kubectl: $*: not here" >&2; exit 1 ;;
esac
`

export async function startCluster(): Promise<Cluster> {
  const issuer = await startTestIssuer({ audience: 'https://kubernetes.default.svc' })
  const server = createServer(async ({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://cluster')
    const answers: Record<string, () => unknown> = {
      '/.well-known/openid-configuration': () => JSON.stringify({ issuer: issuer.url }),
      '/openid/v1/jwks': () => JSON.stringify({ keys: [issuer.publicKey] }),
      '/token': () => issuer.sign(Object.fromEntries(searchParams)),
    }
    const answer = answers[pathname]
    response.writeHead(answer ? 200 : 404).end(await answer?.())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bin = await mkdtemp(join(tmpdir(), 'epr-cluster-'))
  const { port } = server.address() as AddressInfo
  const text = KUBECTL.replaceAll('$CLUSTER_URL', `http://127.0.0.1:${port}`)
  await writeFile(join(bin, 'kubectl'), text, { mode: 0o755 })
  return {
    bin,
    async close() {
      server.close()
      server.closeAllConnections()
      await issuer.close()
      await rm(bin, { recursive: true, force: true })
    },
  }
}
