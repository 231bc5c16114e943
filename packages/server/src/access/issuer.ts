import { EprError } from '@epr/model'
import * as z from 'zod'

const text = z.string().min(1)

/** Issuers that everybody knows, and what of their tokens cannot be reclaimed by somebody else. */
export const PRESETS = ['github', 'gitlab', 'buildkite', 'circleci'] as const
type Preset = (typeof PRESETS)[number]

interface PresetRules {
  /** Undefined where each customer has one of their own. */
  issuer: string | undefined
  /** Whether a token of this issuer is of the preset's kind, however it was declared. */
  isOf: (issuer: string) => boolean
  /** Of each list a policy fixes at least one. */
  pins: readonly (readonly string[])[]
}

const GITHUB = 'https://token.actions.githubusercontent.com'
const CIRCLECI = 'https://oidc.circleci.com/org/'

const RULES: { readonly [Name in Preset]: PresetRules } = {
  github: {
    issuer: GITHUB,
    // An enterprise may have its slug behind the address.
    isOf: (issuer) => issuer === GITHUB || issuer.startsWith(`${GITHUB}/`),
    pins: [['repository_id', 'repository_owner_id']],
  },
  gitlab: {
    issuer: 'https://gitlab.com',
    isOf: (issuer) => issuer === 'https://gitlab.com',
    pins: [['project_id', 'namespace_id']],
  },
  buildkite: {
    issuer: 'https://agent.buildkite.com',
    isOf: (issuer) => issuer === 'https://agent.buildkite.com',
    pins: [['organization_id']],
  },
  circleci: {
    issuer: undefined,
    isOf: (issuer) => issuer.startsWith(CIRCLECI),
    pins: [['oidc.circleci.com/project-id']],
  },
}

/** Where nothing else is said, a policy fixes whom the token is about. */
const DEFAULT_PINS = [['sub']] as const

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Whether what comes from there comes from whom it says: by TLS, or because it does not leave the machine. */
export function isTrustedUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))
}

const trustedUrl = text.refine(isTrustedUrl, 'must be an https URL, or an http one of this machine')
const trustDomain = /^spiffe:\/\/[a-z0-9._-]+$/

/** An issuer as it is declared. */
export const issuerDocument = z
  .strictObject({
    preset: z.enum(PRESETS),
    issuer: text.refine(
      (url) => isTrustedUrl(url) || trustDomain.test(url),
      'must be an https URL, an http one of this machine, or spiffe://TRUST-DOMAIN',
    ),
    audience: text,
    pins: z.array(text).min(1),
    jwks_uri: trustedUrl,
    jwks: z.strictObject({ keys: z.array(z.record(z.string(), z.unknown())).min(1) }),
  })
  .partial()
  .meta({ id: 'Issuer', description: 'Whose tokens are taken for those of CI jobs.' })
export type IssuerDocument = z.infer<typeof issuerDocument>

/** An issuer with all that its preset knows. */
export interface Issuer {
  /** What policies call it. */
  readonly name: string
  /** Compared with a token's `iss` letter by letter. */
  readonly issuer: string
  readonly audience: string
  readonly pins: readonly (readonly string[])[]
  readonly jwksUri: string | undefined
  readonly jwks: { readonly keys: readonly Record<string, unknown>[] } | undefined
}

function rulesOf(preset: Preset | undefined, issuer: string): PresetRules | undefined {
  if (preset) return RULES[preset]
  return Object.values(RULES).find(({ isOf }) => isOf(issuer))
}

/**
 * What a declaration means. Pins of an issuer that strangers share can be added to, not left out.
 *
 * @param audience what tokens are for where the declaration does not say it
 * @throws EprError INVALID_ARGUMENT with what is missing
 */
export function resolveIssuer(name: string, document: IssuerDocument, audience: string | undefined): Issuer {
  const issuer = document.issuer ?? (document.preset && RULES[document.preset].issuer)
  if (issuer === undefined)
    throw new EprError('INVALID_ARGUMENT', `the issuer ${name} says no issuer: add the iss of its tokens`)
  const meant = document.audience ?? audience
  if (meant === undefined)
    throw new EprError(
      'INVALID_ARGUMENT',
      `the issuer ${name} says no audience: add the URL of this server, or start it with --public-url`,
    )
  if (document.jwks && document.jwks_uri !== undefined)
    throw new EprError('INVALID_ARGUMENT', `the issuer ${name} has jwks and jwks_uri: say one`)
  if (trustDomain.test(issuer) && !document.jwks && document.jwks_uri === undefined)
    throw new EprError('INVALID_ARGUMENT', `the issuer ${name} is a trust domain: add its jwks_uri or jwks`)
  const own = document.pins?.map((pin) => [pin])
  const known = rulesOf(document.preset, issuer)?.pins
  return {
    name,
    issuer,
    audience: meant,
    pins: known ? [...known, ...(own ?? [])] : (own ?? DEFAULT_PINS),
    jwksUri: document.jwks_uri,
    jwks: document.jwks,
  }
}

/** An issuer as it is kept. @param audience, @throws as of {@link resolveIssuer} */
export const readIssuer = (
  { name, document }: { name: string; document: string },
  audience: string | undefined,
): Issuer => resolveIssuer(name, JSON.parse(document) as IssuerDocument, audience)
