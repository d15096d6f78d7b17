// dialects: all of them, and where the app mounts each. Where two know a request and nothing distinguishes them, the
// first answers.
import type { LimitedPaths } from '../http/limits'
import type { Dialect } from './dialect'
import { enquiries } from './enquiries/routes'
import { leads } from './leads/routes'
import { manager } from './manager/routes'
import { personal } from './personal/routes'
import { tickets } from './tickets/routes'

export const dialects: readonly Dialect[] = [personal, enquiries, leads, manager, tickets]

/** Where the routes of a dialect are mounted. */
export const mountOf = ({ name }: Dialect): string => `/@${name}`

/** The dialect that a routed path belongs to. */
export function dialectAt(path: string): Dialect | undefined {
  return dialects.find((dialect) => path.startsWith(`${mountOf(dialect)}/`))
}

/** The paths of dialects that have a rate limit of their own. */
export const limitedPaths: LimitedPaths = {
  signIn: pathsOf(({ signsIn }) => signsIn),
  callbacks: pathsOf(({ callbacks }) => callbacks),
  probes: pathsOf(({ probes }) => probes),
}

function pathsOf(pick: (dialect: Dialect) => readonly string[] | undefined): string[] {
  return dialects.flatMap((dialect) => (pick(dialect) ?? []).map((path) => mountOf(dialect) + path))
}
