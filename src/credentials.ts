// Opaque credentials: `workspace.secret`. The workspace stands in clear, so that the row is looked for in one workspace;
// of the secret a hash is stored.
import { randomToken, sha256 } from './crypto'

/** A stored credential, as its text names it: the workspace's id and the hash of the secret. */
export type Credential = { workspaceId: string; hash: string }

/** A new secret of 256 random bits with its hash. */
export async function newSecret(): Promise<{ secret: string; hash: string }> {
  const secret = randomToken()
  return { secret, hash: await sha256(secret) }
}

/** The text of a credential, as it is given out. */
export function credentialText(workspaceId: string, secret: string): string {
  return `${workspaceId}.${secret}`
}

/** What a text names; a text that is no credential names a row that does not exist. */
export async function credentialOf(text: string): Promise<Credential> {
  const [workspaceId = '', secret = '', ...rest] = text.split('.')
  return { workspaceId, hash: rest.length === 0 ? await sha256(secret) : '' }
}
