// The names that a workspace has in its object: a view of them, and a list of those that changed and of which the directory
// has not heard. Triggers keep the list, so that no statement has to know of the directory.

/** What is unique over the installation: an account's names, a workspace's slug, a provider's account, Stripe's customer. */
export const NAME_KINDS = ['email', 'username', 'slug', 'oauth', 'stripe'] as const
export type Name = { kind: (typeof NAME_KINDS)[number]; name: string }

/** A name that a batch takes or that was taken; `isProven` if its person has proved it. */
export type Claim = Name & { isProven: boolean }

const MARK = (of: string, kind: string, name: string, when = 'true') =>
  `INSERT INTO _name_changes (kind, name) SELECT '${kind}', ${of}.${name} WHERE ${of}.${name} IS NOT NULL AND ${when};`

const OAUTH = (of: string) =>
  `INSERT INTO _name_changes (kind, name) VALUES ('oauth', ${of}.provider || ' ' || ${of}.subject);`

const user = (of: string, when?: string) => MARK(of, 'email', 'email', when) + MARK(of, 'username', 'username', when)
const IS_OTHER = (column: string) =>
  `old.${column} IS NOT new.${column} OR (old.deleted_at IS NULL) <> (new.deleted_at IS NULL)`

/** What an object has beside the tables of the schema. */
export const NAME_STATEMENTS: readonly string[] = [
  'CREATE TABLE _name_changes (rev INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL)',
  `CREATE VIEW names AS
    SELECT 'email' AS kind, email AS name, email_verified_at IS NOT NULL AS is_proven FROM users WHERE deleted_at IS NULL
    UNION ALL SELECT 'username', username, 1 FROM users WHERE deleted_at IS NULL AND username IS NOT NULL
    UNION ALL SELECT 'slug', slug, 1 FROM workspaces
    UNION ALL SELECT 'oauth', provider || ' ' || subject, 1 FROM oauth_accounts
    UNION ALL SELECT 'stripe', stripe_customer_id, 1 FROM subscriptions`,
  `CREATE TRIGGER names_user_made AFTER INSERT ON users BEGIN ${user('new', 'new.deleted_at IS NULL')} END`,
  `CREATE TRIGGER names_user_gone AFTER DELETE ON users BEGIN ${user('old')} END`,
  `CREATE TRIGGER names_email AFTER UPDATE OF email, deleted_at ON users WHEN ${IS_OTHER('email')} BEGIN
    ${MARK('old', 'email', 'email')} ${MARK('new', 'email', 'email')} END`,
  `CREATE TRIGGER names_username AFTER UPDATE OF username, deleted_at ON users WHEN ${IS_OTHER('username')} BEGIN
    ${MARK('old', 'username', 'username')} ${MARK('new', 'username', 'username')} END`,
  `CREATE TRIGGER names_slug_made AFTER INSERT ON workspaces BEGIN ${MARK('new', 'slug', 'slug')} END`,
  `CREATE TRIGGER names_slug AFTER UPDATE OF slug ON workspaces WHEN old.slug <> new.slug BEGIN
    ${MARK('old', 'slug', 'slug')} ${MARK('new', 'slug', 'slug')} END`,
  `CREATE TRIGGER names_slug_gone AFTER DELETE ON workspaces BEGIN ${MARK('old', 'slug', 'slug')} END`,
  `CREATE TRIGGER names_oauth_made AFTER INSERT ON oauth_accounts BEGIN ${OAUTH('new')} END`,
  `CREATE TRIGGER names_oauth_gone AFTER DELETE ON oauth_accounts BEGIN ${OAUTH('old')} END`,
  `CREATE TRIGGER names_stripe_made AFTER INSERT ON subscriptions BEGIN
    ${MARK('new', 'stripe', 'stripe_customer_id')} END`,
  `CREATE TRIGGER names_stripe AFTER UPDATE OF stripe_customer_id ON subscriptions BEGIN
    ${MARK('old', 'stripe', 'stripe_customer_id')} ${MARK('new', 'stripe', 'stripe_customer_id')} END`,
  `CREATE TRIGGER names_stripe_gone AFTER DELETE ON subscriptions BEGIN
    ${MARK('old', 'stripe', 'stripe_customer_id')} END`,
]

type Row = { kind: Name['kind']; name: string; rev: number; held: number; proven: number }

/** The names that have changed since a number, with whether the workspace has them now. */
export function changedNames(sql: SqlStorage, after = 0): (Claim & { rev: number; isHeld: boolean })[] {
  return sql
    .exec<Row>(
      `SELECT kind, name, max(rev) AS rev,
        EXISTS (SELECT 1 FROM names AS n WHERE n.kind = c.kind AND n.name = c.name) AS held,
        EXISTS (SELECT 1 FROM names AS n WHERE n.kind = c.kind AND n.name = c.name AND n.is_proven) AS proven
      FROM _name_changes AS c WHERE rev > ? GROUP BY kind, name`,
      after,
    )
    .toArray()
    .map(({ held, proven, ...row }) => ({ ...row, isHeld: held === 1, isProven: proven === 1 }))
}

/** The number of the last change of a name. */
export function lastChange(sql: SqlStorage): number {
  return sql.exec<{ rev: number }>('SELECT coalesce(max(rev), 0) AS rev FROM _name_changes').one().rev
}

/** Whether the workspace has a name, and whether its person has proved it. */
export function heldName(sql: SqlStorage, { kind, name }: Name): { isProven: boolean } | undefined {
  const [row] = sql.exec('SELECT max(is_proven) AS proven FROM names WHERE kind = ? AND name = ?', kind, name).toArray()
  return row?.proven == null ? undefined : { isProven: row.proven === 1 }
}

/** Forgets changes up to this one: the directory has heard of them. */
export function forgetChanges(sql: SqlStorage, { kind, name, rev }: Name & { rev: number }): void {
  sql.exec('DELETE FROM _name_changes WHERE kind = ? AND name = ? AND rev <= ?', kind, name, rev)
}

/** What SQLite says where a name is taken: what is unique in one database is so over all. */
export function takenError({ kind }: Name): Error {
  const COLUMNS = {
    email: 'users.email',
    username: 'users.username',
    slug: 'workspaces.slug',
    oauth: 'oauth_accounts.provider, oauth_accounts.subject',
    stripe: 'subscriptions.stripe_customer_id',
  }
  return new Error(`D1_ERROR: UNIQUE constraint failed: ${COLUMNS[kind]}: SQLITE_CONSTRAINT`)
}
