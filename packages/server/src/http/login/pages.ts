import type { HttpResponse } from '../core/route.js'

/** A part of a page that is safe to put into one. */
export interface Html {
  readonly html: string
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const toHtml = (value: string | Html | readonly Html[]): string => {
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '')
  return 'html' in value ? value.html : value.map(toHtml).join('')
}

/** A template whose texts are escaped: what is to be a part of the page is made by this too. */
export function html(parts: TemplateStringsArray, ...values: (string | Html | readonly Html[])[]): Html {
  return { html: String.raw({ raw: parts }, ...values.map(toHtml)) }
}

const STYLE: Html = {
  html: `
      :root { font: 16px/1.5 system-ui, sans-serif; }
      main { max-width: 26rem; margin: 12vh auto 0; padding: 0 1.5rem; }
      h1 { margin: 0 0 0.25rem; font-size: 1.5rem; }
      code { white-space: nowrap; }
      p, dt, small { color: light-dark(#57606a, #9198a1); }
      form, .way { margin: 1.5rem 0 0; padding-top: 1.5rem; border-top: 1px solid light-dark(#d0d7de, #3d444d); }
      label { display: block; font-weight: 600; }
      input { box-sizing: border-box; width: 100%; margin: 0.25rem 0 1rem; padding: 0.5rem 0.75rem; font: inherit;
        border: 1px solid light-dark(#d0d7de, #3d444d); border-radius: 6px; background: light-dark(#fff, #0d1117); color: inherit; }
      input.code { font-family: ui-monospace, monospace; font-size: 1.5rem; letter-spacing: 0.15em; text-transform: uppercase; }
      .button, button { display: inline-block; padding: 0.5rem 1rem; font: inherit; font-weight: 600; text-decoration: none;
        border: 1px solid light-dark(#1f883d, #238636); border-radius: 6px; background: light-dark(#1f883d, #238636); color: #fff; cursor: pointer; }
      button.plain { border-color: light-dark(#d0d7de, #3d444d); background: none; color: inherit; }
      :is(a, button, input):focus-visible { outline: 2px solid light-dark(#0969da, #4493f8); outline-offset: 2px; }
      a:not(.button) { color: light-dark(#0969da, #4493f8); }
      .problem { margin: 1.5rem 0 0; padding: 0.75rem 1rem; border: 1px solid light-dark(#cf222e, #f85149); border-radius: 6px; color: inherit; }
      dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; margin: 1.5rem 0 0; }
      dd { margin: 0; overflow-wrap: anywhere; }
      .row { display: flex; gap: 0.75rem; flex-wrap: wrap; }`,
}

export interface PageOptions {
  status?: number
  headers?: HttpResponse['headers']
  refused?: HttpResponse['refused']
}

/** A page without scripts, that is kept nowhere. */
export function toPage(title: string, content: Html, options: PageOptions = {}): HttpResponse {
  const { status = 200, headers, refused } = options
  const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title} · Event Provenance Registry</title>
    <link rel="icon" href="data:," />
    <style>${STYLE}
    </style>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      ${content}
    </main>
  </body>
</html>
`
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: page.html,
    refused,
  }
}

/** What went wrong, above what can be done. */
export const problemOf = (message: string | undefined): Html =>
  message === undefined ? html`` : html`<p class="problem" role="alert">${message}</p>`
