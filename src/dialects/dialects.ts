// dialects: all of them. Where two know a request and nothing tells them apart, the first answers.
import type { Dialect } from './dialect'
import { enquiries } from './enquiries/routes'
import { leads } from './leads/routes'
import { manager } from './manager/routes'
import { personal } from './personal/routes'
import { tickets } from './tickets/routes'

export const dialects: readonly Dialect[] = [personal, enquiries, leads, manager, tickets]
