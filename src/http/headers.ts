// Headers that middleware sets on an answer that is there already.
import type { Context } from 'hono'

/**
 * Sets a header of the answer in its place. `c.header` would copy the Response each time, and its body would become a
 * stream; it is used where the headers cannot be changed, such as those of a file of `public/`.
 */
export function setHeader({ header, res }: Pick<Context, 'header' | 'res'>, name: string, value: string): void {
  try {
    res.headers.set(name, value)
  } catch {
    header(name, value)
  }
}
