import { EprError } from '@epr/model'

/**
 * The fields of a form (WHATWG URL, application/x-www-form-urlencoded).
 *
 * @throws EprError INVALID_ARGUMENT for a field that is sent twice
 */
export function readForm(body: Buffer): Record<string, string> {
  const fields = [...new URLSearchParams(body.toString('utf8'))]
  const names = fields.map(([name]) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw new EprError('INVALID_ARGUMENT', `${JSON.stringify(twice)} is sent twice: send it once`)
  return Object.fromEntries(fields)
}
