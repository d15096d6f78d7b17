// Accounts that are written past the API, as registration makes them: test/auth/registration.test.ts compares the rows.
import { env } from 'cloudflare:workers'
import { v7 as uuidv7 } from 'uuid'
import type { Role } from '../../src/access/policy'
import { accessToken, newNonce, REFRESH_MS, refreshHash, refreshTokenText } from '../../src/auth/tokens'
import { configOf } from '../../src/config'

/** The password of every account, and its hash at the lowest cost. */
export const PASSWORD = 'correct horse battery'
const PASSWORD_HASH = '$2b$04$.zQBRDkmU4IYapWk4cf6H.Vf3mzYj2H4Bp1D9fOEi7w8xEcvM/RjO'

type Account = { workspaceId: string; email: string; name: string; role: Role }

/** The statement that inserts a workspace without members. */
export function workspaceInsert({ workspaceId, name, slug }: { workspaceId: string; name: string; slug: string }) {
  const now = new Date().toISOString()
  return env.DB.prepare(
    'INSERT INTO workspaces (id, name, slug, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)',
  ).bind(workspaceId, name, slug, now)
}

/** Writes an account whose address is verified, with its session and event, after the statements `before`. */
export async function writeAccount({ workspaceId, email, name, role }: Account, before: D1PreparedStatement[] = []) {
  const [id, sessionId, config] = [uuidv7(), uuidv7(), configOf(env)]
  const place = { country: null, timeZone: 'UTC', language: null }
  const claims = { id, workspaceId, sessionId, role, ...place, emailVerified: false }
  const refresh = { workspaceId, sessionId, nonce: newNonce() }
  const [token, refreshToken] = await Promise.all([accessToken(config, claims), refreshTokenText(config, refresh)])
  const [now, expiresAt] = [new Date().toISOString(), new Date(Date.now() + REFRESH_MS).toISOString()]
  await env.DB.batch([
    ...before,
    env.DB.prepare(
      `INSERT INTO users (id, workspace_id, email, name, password_hash, role, email_verified_at, created_at, updated_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?7)`,
    ).bind(id, workspaceId, email, name, PASSWORD_HASH, role, now),
    env.DB.prepare(
      `INSERT INTO sessions (id, workspace_id, user_id, refresh_hash, rotated_at, expires_at, address, created_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'local', ?5)`,
    ).bind(sessionId, workspaceId, id, await refreshHash(refresh), now, expiresAt),
    env.DB.prepare(
      `INSERT INTO events (id, workspace_id, seq, subject_type, subject_id, verb, actor_type, created_at)
      SELECT lower(hex(randomblob(8))), ?1, coalesce(max(seq), 0) + 1, 'user', ?2, 'user.registered', 'public', ?3
      FROM events WHERE workspace_id = ?1`,
    ).bind(workspaceId, id, now),
  ])
  return { id, token, refreshToken }
}
