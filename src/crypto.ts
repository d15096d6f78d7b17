// Hashes, MACs and encryption over Web Crypto. Each purpose has its own key, derived from JWT_SECRET by name.
import { decodeBase64Url, encodeBase64Url } from 'hono/utils/encode'

const encoder = new TextEncoder()

/** HMAC-SHA-256 of `data` under the secret's key for `purpose`, base64url, 43 characters. */
export async function mac(secret: string, purpose: string, data: string): Promise<string> {
  return base64url(await crypto.subtle.sign('HMAC', await purposeKey(secret, purpose), encoder.encode(data)))
}

// The keys of this isolate: a few purposes, each with the one secret of the settings.
const purposeKeys = new Map<string, CryptoKey>()

async function purposeKey(secret: string, purpose: string): Promise<CryptoKey> {
  const name = `${purpose} ${secret}`
  const known = purposeKeys.get(name)
  if (known) return known
  const root = await hmacKey(encoder.encode(secret))
  const key = await hmacKey(await crypto.subtle.sign('HMAC', root, encoder.encode(`edge-crm ${purpose}`)))
  purposeKeys.set(name, key)
  return key
}

/** SHA-256 as base64url: the form in which tokens are stored. */
export async function sha256(data: string): Promise<string> {
  return base64url(await crypto.subtle.digest('SHA-256', encoder.encode(data)))
}

/** 256 random bits, base64url. */
export function randomToken(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)))
}

/** Encrypts text with AES-256-GCM. The passphrase must have the entropy of a key: it is hashed once, not stretched. */
export async function seal(passphrase: string, plain: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const key = await aesKey(passphrase, 'encrypt')
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, encoder.encode(plain))
  return `${base64url(iv)}.${base64url(sealed)}`
}

/** Decrypts the output of `seal`. Throws if the passphrase differs or the text was changed. */
export async function unseal(passphrase: string, sealed: string): Promise<string> {
  const [iv = '', data = ''] = sealed.split('.')
  const key = await aesKey(passphrase, 'decrypt')
  const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: decodeBase64Url(iv) }, key, decodeBase64Url(data))
  return new TextDecoder().decode(plain)
}

/** Compares two strings in constant time, so that the time does not reveal where they differ. */
export function sameText(a: string, b: string): boolean {
  const [x, y] = [encoder.encode(a), encoder.encode(b)]
  return x.length === y.length && crypto.subtle.timingSafeEqual(x, y)
}

function hmacKey(raw: ArrayBuffer | Uint8Array) {
  return crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
}

async function aesKey(passphrase: string, use: 'encrypt' | 'decrypt') {
  const raw = await crypto.subtle.digest('SHA-256', encoder.encode(passphrase))
  return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, [use])
}

/** Text or bytes as base64url without padding. */
export function base64url(data: string | ArrayBuffer | Uint8Array): string {
  const bytes = typeof data === 'string' ? encoder.encode(data) : new Uint8Array(data)
  return encodeBase64Url(bytes.slice().buffer).replace(/=+$/, '')
}
