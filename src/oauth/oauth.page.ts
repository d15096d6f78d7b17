// The plain page on which a sign-in ends in a browser that has no frontend to go back to. It loads and runs nothing.
import { html } from 'hono/html'

/** Nothing may be loaded, framed, run or sent from the page. */
export const PAGE_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

type Page = { title: string; text: string; token?: string }

/** The page; a token is shown for whoever tries out the API without a frontend. */
export function page({ title, text, token }: Page) {
  const shown = html`<p>
        An access token for the next 15 minutes, for the API reference at <a href="/doc">/doc</a>:
      </p>
      <textarea readonly rows="8" cols="60" aria-label="Access token">${token}</textarea>`
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title}</title>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      <p>${text}</p>
      ${token === undefined ? '' : shown}
    </main>
  </body>
</html>`
}
