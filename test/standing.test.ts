// An ended session ends everything but everyday work: each operation of the OpenAPI document and of the dialects is
// tried with the token of a session that is over, and with that of a role that is gone, new operations included.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { POLICY } from '../src/access/policy'
import { noteOn } from '../src/dialects/dialect'
import { dialects } from '../src/dialects/dialects'
import { bodyOf, refusalOf } from './answers'
import { api, problemOf, send, worker } from './api'
import { count, everythingStored, rows } from './database'
import { routesOf } from './dialects/replay'
import { customer, founder, freshAddress, member, PASSWORD, type Person, signIn, team } from './factories'
import { idempotent } from './idempotent'
