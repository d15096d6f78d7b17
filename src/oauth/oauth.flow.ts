// The state of a sign-in: encrypted in a cookie until the provider redirects back, then in a code for the frontend.
// Nothing is stored. The session gets the flow's `id` as its key, so that a flow opens one session at most.
import { z } from 'zod'
import type { PublicCtx } from '../context'
import { randomToken, type Secrets, sameText, seal, sha256, unseal } from '../crypto'
import { PROVIDERS } from '../db/schema/oauth'
import { AppError } from '../errors'
import type { Provider } from './oauth.providers'

/** How long the user may take at the provider, in seconds. */
export const FLOW_SECONDS = 600
const CODE_SECONDS = 60

const Flow = z.object({
  id: z.string(),
  provider: z.enum(PROVIDERS),
  state: z.string(),
  nonce: z.string(),
  /** The PKCE verifier (RFC 7636) of this Worker towards the provider. */
  verifier: z.string(),
  expiresAt: z.string(),
  redirectTo: z.string().optional(),
  /** The PKCE challenge of the frontend towards this Worker. */
  codeChallenge: z.string().optional(),
  invitationToken: z.string().optional(),
})
export type Flow = z.infer<typeof Flow>

const Proof = z.object({
  id: z.string(),
  provider: z.enum(PROVIDERS),
  /** The user's id at the provider. */
  subject: z.string(),
  name: z.string(),
  /** An address that the provider has verified; null if there is none. */
  email: z.string().nullable(),
  invitationToken: z.string().optional(),
})
/** The identity that a provider confirmed at the end of the flow with this `id`. */
export type Proof = z.infer<typeof Proof>
/** A user at a provider, without the flow. */
export type Identity = Omit<Proof, 'id' | 'invitationToken'>

const Code = Proof.extend({ codeChallenge: z.string(), expiresAt: z.string() })

export type FlowOptions = Pick<Flow, 'redirectTo' | 'codeChallenge' | 'invitationToken'>

/** Creates the state of a new sign-in, valid for ten minutes. */
export function createFlow(ctx: PublicCtx, provider: Provider, options: FlowOptions): Flow {
  const [state, nonce, verifier] = [randomToken(), randomToken(), randomToken()]
  return { ...options, id: ctx.newId(), provider, state, nonce, verifier, expiresAt: addSeconds(ctx.now, FLOW_SECONDS) }
}

/** Encrypts a flow for the cookie. */
export async function sealFlow(secrets: Secrets, flow: Flow): Promise<string> {
  return seal(secrets, 'oauth flow', JSON.stringify(flow))
}

/** Decrypts the flow of the cookie. Throws `invalid_oauth_state` unless provider and state match and it is not expired. */
export async function openFlow(
  { config, now }: PublicCtx,
  provider: Provider,
  state: string,
  cookie: string | undefined,
): Promise<Flow> {
  const flow = await unsealAs(Flow, config, 'oauth flow', cookie)
  const isValid = flow?.provider === provider && sameText(flow.state, state) && flow.expiresAt > now
  if (!isValid) throw new AppError('invalid_oauth_state', { detail: 'Start again in this browser.' })
  return flow
}

/** The proof that a flow ends with. */
export function proofOf({ id, invitationToken }: Flow, identity: Identity): Proof {
  return { ...identity, id, invitationToken }
}

/** Encrypts a proof as a code for the frontend, valid for 60 seconds together with the verifier of the challenge. */
export async function sealCode({ config, now }: PublicCtx, proof: Proof, codeChallenge: string): Promise<string> {
  const code: z.infer<typeof Code> = { ...proof, codeChallenge, expiresAt: addSeconds(now, CODE_SECONDS) }
  return seal(config, 'oauth code', JSON.stringify(code))
}

/** Decrypts the proof of a code and checks the frontend's verifier (RFC 7636, S256). Throws `invalid_oauth_code`. */
export async function openCode(
  { config, now }: PublicCtx,
  { code, codeVerifier }: { code: string; codeVerifier: string },
): Promise<Proof> {
  const proof = await unsealAs(Code, config, 'oauth code', code)
  const isValid = proof && proof.expiresAt > now && sameText(await sha256(codeVerifier), proof.codeChallenge)
  if (!isValid) throw new AppError('invalid_oauth_code')
  return proof
}

// Undefined if the text was not encrypted by this Worker, or under a secret that is not accepted any more.
async function unsealAs<S extends z.ZodType>(
  schema: S,
  secrets: Secrets,
  purpose: 'oauth flow' | 'oauth code',
  sealed = '',
): Promise<z.infer<S> | undefined> {
  try {
    return schema.parse(JSON.parse(await unseal(secrets, purpose, sealed)))
  } catch {
    return undefined
  }
}

function addSeconds(instant: string, seconds: number): string {
  return new Date(Date.parse(instant) + seconds * 1000).toISOString()
}
