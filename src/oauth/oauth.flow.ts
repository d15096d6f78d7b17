// What a sign-in carries on its way: in a sealed cookie to the provider and back, in a sealed code to the frontend.
// Nothing of it is stored. What may happen once is told apart by the flow's `id`, which a session's key repeats.
import { z } from 'zod'
import type { Config } from '../config'
import type { PublicCtx } from '../context'
import { mac, randomToken, sameText, seal, sha256, unseal } from '../crypto'
import { PROVIDERS } from '../db/schema/oauth'
import { AppError } from '../errors'
import type { Provider } from './oauth.providers'

/** How long somebody may take at the provider, in seconds. */
export const FLOW_SECONDS = 600
const CODE_SECONDS = 60

const Flow = z.object({
  id: z.string(),
  provider: z.enum(PROVIDERS),
  state: z.string(),
  nonce: z.string(),
  /** RFC 7636: our own, towards the provider. */
  verifier: z.string(),
  expiresAt: z.string(),
  redirectTo: z.string().optional(),
  /** The same of the frontend, towards us. */
  codeChallenge: z.string().optional(),
  invitationToken: z.string().optional(),
})
export type Flow = z.infer<typeof Flow>

const Proof = z.object({
  id: z.string(),
  provider: z.enum(PROVIDERS),
  /** The provider's own id of the person. */
  subject: z.string(),
  name: z.string(),
  /** An address that the provider has verified; null where it has none. */
  email: z.string().nullable(),
  invitationToken: z.string().optional(),
})
/** Who somebody is, as a provider confirmed at the end of the flow with this `id`. */
export type Proof = z.infer<typeof Proof>
export type Identity = Omit<Proof, 'id' | 'invitationToken'>

const Code = Proof.extend({ codeChallenge: z.string(), expiresAt: z.string() })

export type FlowOptions = Pick<Flow, 'redirectTo' | 'codeChallenge' | 'invitationToken'>

export function beginFlow(ctx: PublicCtx, provider: Provider, wishes: FlowOptions): Flow {
  const [state, nonce, verifier] = [randomToken(), randomToken(), randomToken()]
  return { ...wishes, id: ctx.newId(), provider, state, nonce, verifier, expiresAt: after(ctx.now, FLOW_SECONDS) }
}

/** A flow as a cookie holds it. */
export async function sealFlow(config: Config, flow: Flow): Promise<string> {
  return seal(await passphrase(config, 'flow'), JSON.stringify(flow))
}

/** The flow that this browser began with this provider under this state. Throws `invalid_oauth_state`. */
export async function openFlow(
  { config, now }: PublicCtx,
  provider: Provider,
  state: string,
  cookie: string | undefined,
): Promise<Flow> {
  const flow = await openSealed(Flow, await passphrase(config, 'flow'), cookie)
  const isGood = flow?.provider === provider && sameText(flow.state, state) && flow.expiresAt > now
  if (!isGood) throw new AppError('invalid_oauth_state', { detail: 'Begin again, in this browser.' })
  return flow
}

export function proofOf({ id, invitationToken }: Flow, identity: Identity): Proof {
  return { ...identity, id, invitationToken }
}

/** A proof as a frontend is handed it, good for 60 seconds with the verifier of its challenge. */
export async function sealCode({ config, now }: PublicCtx, proof: Proof, codeChallenge: string): Promise<string> {
  const code: z.infer<typeof Code> = { ...proof, codeChallenge, expiresAt: after(now, CODE_SECONDS) }
  return seal(await passphrase(config, 'code'), JSON.stringify(code))
}

/** The proof in a code, for whoever began the flow: RFC 7636 with S256. Throws `invalid_oauth_code`. */
export async function openCode(
  { config, now }: PublicCtx,
  { code, codeVerifier }: { code: string; codeVerifier: string },
): Promise<Proof> {
  const proof = await openSealed(Code, await passphrase(config, 'code'), code)
  const isGood = proof && proof.expiresAt > now && sameText(await sha256(codeVerifier), proof.codeChallenge)
  if (!isGood) throw new AppError('invalid_oauth_code')
  return proof
}

// What does not open was made by somebody else, or under another JWT_SECRET.
async function openSealed<S extends z.ZodType>(schema: S, key: string, sealed = ''): Promise<z.infer<S> | undefined> {
  try {
    return schema.parse(JSON.parse(await unseal(key, sealed)))
  } catch {
    return undefined
  }
}

function passphrase({ JWT_SECRET }: Config, what: 'flow' | 'code'): Promise<string> {
  return mac(JWT_SECRET, 'oauth', what)
}

function after(instant: string, seconds: number): string {
  return new Date(Date.parse(instant) + seconds * 1000).toISOString()
}
