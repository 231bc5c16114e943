import ajvUri from 'ajv/dist/runtime/uri.js'

/** `reference` against `base` by RFC 3986 section 5; Ajv's own resolver, which knows urn: too. */
export function resolveUri(base: string, reference: string): string {
  return reference === '' ? base : ajvUri.default.resolve(base, reference)
}

/** A reference's part before `#`, and its fragment with the percent-encoding undone. */
export function splitFragment(reference: string): { uri: string; fragment: string } {
  const hash = reference.indexOf('#')
  if (hash < 0) return { uri: reference, fragment: '' }
  return { uri: reference.slice(0, hash), fragment: decode(reference.slice(hash + 1)) }
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return fragment
  }
}
