interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string }
}

/** The page's policy names one, which can be made once: what it lets through are files that the build has named. */
const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('epr', {
  createScriptURL(url) {
    if (new URL(url).origin !== location.origin) throw new TypeError('a script of another origin')
    return url
  },
})

/** The file of a worker of ours, as a page with Trusted Types may start it. */
export function trustedUrl(file: string): string {
  const url = new URL(file, document.baseURI).href
  return policy?.createScriptURL(url) ?? url
}
