// Hashes, MACs and encryption over Web Crypto. Each purpose has its own key, derived from JWT_SECRET by name.
import { decodeBase64Url, encodeBase64Url } from 'hono/utils/encode'

const encoder = new TextEncoder()

/** The secrets of the Worker: the first signs and seals. What either of them signed or sealed is accepted. */
export type Secrets = { JWT_SECRET: string; JWT_SECRET_PREVIOUS?: string }

/** All secrets that are accepted, the one that signs first. */
export function secretsOf({ JWT_SECRET, JWT_SECRET_PREVIOUS }: Secrets): string[] {
  return JWT_SECRET_PREVIOUS === undefined ? [JWT_SECRET] : [JWT_SECRET, JWT_SECRET_PREVIOUS]
}

/** HMAC-SHA-256 of `data` under the key for `purpose` of the present secret, base64url, 43 characters. */
export async function mac({ JWT_SECRET }: Secrets, purpose: string, data: string): Promise<string> {
  return macUnder(JWT_SECRET, purpose, data)
}

/** The MACs of `data` under each secret that is accepted, that of the present secret first. */
export function macs(secrets: Secrets, purpose: string, data: string): Promise<string[]> {
  return Promise.all(secretsOf(secrets).map((secret) => macUnder(secret, purpose, data)))
}

/** Whether `tag` is the MAC of `data` under one of the secrets. */
export async function isMac(secrets: Secrets, purpose: string, data: string, tag: string): Promise<boolean> {
  return (await macs(secrets, purpose, data)).some((genuine) => sameText(genuine, tag))
}

/** SHA-256 as base64url: the form in which tokens are stored. */
export async function sha256(data: string): Promise<string> {
  return base64url(await crypto.subtle.digest('SHA-256', encoder.encode(data)))
}

/** 256 random bits, base64url. */
export function randomToken(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)))
}

const IV_BYTES = 12

type Sealing = {
  /** What has to be given again to open it. */
  context?: string
  /** The same text sealed twice is the same: for answers that have an ETag. */
  isStable?: boolean
}

/** Encrypts text with AES-256-GCM under the present secret: `key id.nonce.ciphertext`, base64url. */
export async function seal(
  secrets: Secrets,
  purpose: string,
  plain: string,
  { context = '', isStable = false }: Sealing = {},
): Promise<string> {
  const { JWT_SECRET } = secrets
  // A nonce made of the text itself repeats only together with the text.
  const nonce = isStable
    ? new Uint8Array(await hmac(JWT_SECRET, `${purpose} nonce`, JSON.stringify([context, plain]))).slice(0, IV_BYTES)
    : crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const key = await aesKey(JWT_SECRET, purpose, context, 'encrypt')
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, key, encoder.encode(plain))
  return `${await keyId(JWT_SECRET)}.${base64url(nonce)}.${base64url(sealed)}`
}

/** Decrypts the output of `seal`. Throws if its secret is not accepted any more, or purpose, context or text differ. */
export async function unseal(secrets: Secrets, purpose: string, sealed: string, context = ''): Promise<string> {
  const [id, nonce = '', data = '', ...rest] = sealed.split('.')
  const ids = await Promise.all(secretsOf(secrets).map(keyId))
  const secret = secretsOf(secrets)[ids.indexOf(id ?? '')]
  if (secret === undefined || rest.length > 0) throw new Error('Sealed under a secret that is not accepted')
  const key = await aesKey(secret, purpose, context, 'decrypt')
  const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: bytesOf(nonce) }, key, bytesOf(data))
  return new TextDecoder().decode(plain)
}

/** Compares two strings in constant time, so that the time does not reveal where they differ. */
export function sameText(a: string, b: string): boolean {
  const [x, y] = [encoder.encode(a), encoder.encode(b)]
  return x.length === y.length && crypto.subtle.timingSafeEqual(x, y)
}

/** Text or bytes as base64url without padding. */
export function base64url(data: string | ArrayBuffer | Uint8Array): string {
  const bytes = typeof data === 'string' ? encoder.encode(data) : new Uint8Array(data)
  return encodeBase64Url(bytes.slice().buffer).replace(/=+$/, '')
}

// The last character may have bits of no meaning: only the text that `base64url` writes is accepted.
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(decodeBase64Url(text))
  if (base64url(bytes) !== text) throw new Error('Not base64url')
  return bytes
}

async function macUnder(secret: string, purpose: string, data: string): Promise<string> {
  return base64url(await hmac(secret, purpose, data))
}

async function hmac(secret: string, purpose: string, data: string): Promise<ArrayBuffer> {
  return crypto.subtle.sign('HMAC', await keyFor(secret, purpose), encoder.encode(data))
}

// Purposes are a fixed list of names, so that this holds a key for each of them.
const derived = new Map<string, CryptoKey>()

async function keyFor(secret: string, purpose: string): Promise<CryptoKey> {
  const name = `${secret}\n${purpose}`
  const known = derived.get(name)
  if (known) return known
  const root = await hmacKey(encoder.encode(secret))
  const key = await hmacKey(await crypto.subtle.sign('HMAC', root, encoder.encode(`edge-crm ${purpose}`)))
  derived.set(name, key)
  return key
}

// Tells which secret a text was sealed under, and nothing else about it.
async function keyId(secret: string): Promise<string> {
  return (await macUnder(secret, 'key id', '')).slice(0, 6)
}

function hmacKey(raw: ArrayBuffer | Uint8Array) {
  return crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
}

async function aesKey(secret: string, purpose: string, context: string, use: 'encrypt' | 'decrypt') {
  return crypto.subtle.importKey('raw', await hmac(secret, `${purpose} sealing`, context), 'AES-GCM', false, [use])
}
