import { isTime } from '@epr/model'
import type { Format } from 'ajv/dist/2020.js'
import { fullFormats } from 'ajv-formats/dist/formats.js'

export type KnownFormat = keyof typeof fullFormats

/** Formats that are enforced. A whitelist: asked for `constructor`, Ajv would find Object's. */
export function isKnownFormat(name: unknown): name is KnownFormat {
  return typeof name === 'string' && Object.hasOwn(fullFormats, name)
}

/** The one format whose expression is quadratic: 24 s for `http://` and 160,000 colons. */
const MAX_URL_LENGTH = 2048

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?'
/** RFC 5321, section 4.1.2: Mailbox. A domain may be one label, and stands as an address in brackets. */
const MAILBOX = new RegExp(
  `^(${ATOM}(?:\\.${ATOM})*|"(?:[ !#-\\[\\]-~]|\\\\[ -~])*")@(${LABEL}(?:\\.${LABEL})*|\\[([ -Z^-~]+)\\])$`,
)
/** RFC 5321, section 4.5.3.1, octets. */
const MAX_LOCAL_PART = 64
const MAX_DOMAIN = 255
const MAX_LABEL = 63

/** ajv-formats wants a dot in the domain, and knows neither quotes nor addresses. */
function isEmail(text: string): boolean {
  if (text.length > MAX_LOCAL_PART + 1 + MAX_DOMAIN) return false
  const [, local = '', domain = '', address] = MAILBOX.exec(text) ?? []
  if (local === '' || local.length > MAX_LOCAL_PART || domain.length > MAX_DOMAIN) return false
  if (address === undefined) return domain.split('.').every((label) => label.length <= MAX_LABEL)
  const ipv6 = /^IPv6:(.*)$/i.exec(address)?.[1]
  if (ipv6 !== undefined) return matches('ipv6', ipv6)
  // An address of another standard says its name first.
  return matches('ipv4', address) || /^[A-Za-z0-9-]*[A-Za-z0-9]:[!-Z^-~]+$/.test(address)
}

/** RFC 3339, section 5.6, full-time; a leap second is one on some day. */
const isFullTime = (text: string): boolean =>
  ['2026-01-31', '2026-02-01'].some((day) => isTime(`${day}T${text}`))

function matches(name: 'ipv4' | 'ipv6', text: string): boolean {
  const format = fullFormats[name]
  return format instanceof RegExp && format.test(text)
}

/** ajv-formats' checks, run natively: measured linear in the text, but for `url`, which is cut off. */
export function createFormats(): Record<string, Format> {
  const { url } = fullFormats
  const isUrl = (text: string): boolean =>
    text.length <= MAX_URL_LENGTH && url instanceof RegExp && url.test(text)
  return { ...fullFormats, url: isUrl, email: isEmail, 'date-time': isTime, time: isFullTime }
}
