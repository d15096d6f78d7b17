// The rows of the demo data, with the columns that src/db/schema/ gives them. Instants are text.

export type Made = { id: string; created_at: string }
type Changing = Made & { version: number; updated_at: string }
type Kept = Changing & { workspace_id: string }
type Maybe = string | null

export type Workspace = Changing & { name: string; slug: string; time_zone: string; default_country: Maybe }
export type User = Kept & { email: string; name: string; role: string; time_zone: string; password_hash: string }
export type Lead = Kept & {
  title: string
  description?: Maybe
  status: string
  source: string
  name: string
  email: Maybe
  phone: Maybe
  interest: Maybe
  message?: Maybe
  metadata?: object | null
  owner_id: Maybe
  claimed_at: Maybe
  follow_up_at: Maybe
  customer_id: Maybe
  converted_at: Maybe
  deleted_at: Maybe
}
export type Customer = Kept & {
  name: string
  email: Maybe
  phone: Maybe
  company: Maybe
  owner_id: string
  user_id: Maybe
  custom_fields: object | null
  keep_in_touch_days: number | null
}
export type Interaction = Kept & {
  customer_id: Maybe
  lead_id: Maybe
  ticket_id: Maybe
  owner_id: Maybe
  type: string
  body: string
  occurred_at: string
  follow_up_at: Maybe
  done_at: Maybe
  created_by: string
}
export type Ticket = Kept & {
  number: number
  customer_id: string
  interaction_id: Maybe
  owner_id: string
  assignee_id: Maybe
  title: string
  description: Maybe
  status: string
  priority: string
  opened_by: string
  resolved_at: Maybe
}
type Invitation = Made & {
  kind: 'INVITATION'
  workspace_id: string
  token_hash: string
  email: string
  role: string
  created_by: string
  expires_at: string
  used_at: Maybe
  used_by: Maybe
}
type Event = Made & {
  workspace_id: string
  subject_type: string
  subject_id: string
  verb: string
  actor_type: 'user' | 'public'
  actor_id: Maybe
  changes: object | null
}
type Tag = Made & { workspace_id: string; name: string; key: string; updated_at: string }
type Relationship = { from_id: string; to_id: string; workspace_id: string; kind: string; created_at: string }

export type Field = Kept & {
  entity: string
  key: string
  type: string
  label: string
  is_required: number
  is_unique: number
  options: string[] | null
  position: number
}
export type View = Kept & {
  entity: string
  name: string
  owner_id: string
  is_shared: number
  filter: object
  sort: Maybe
  columns: string[] | null
  position: number
  is_default: number
}

export type Rows = {
  workspaces: Workspace
  users: User
  events: Event
  one_time_tokens: Invitation
  leads: Lead
  customers: Customer
  tags: Tag
  customer_tags: { customer_id: string; tag_id: string }
  customer_relationships: Relationship
  interactions: Interaction
  tickets: Ticket
  fields: Field
  views: View
}
export type TableName = keyof Rows
export type Tables = { [Name in TableName]: Rows[Name][] }

/** Empty tables, in the order in which they are written: triggers of one look things up in those before it. */
export const emptyTables = (): Tables => ({
  workspaces: [],
  users: [],
  events: [],
  one_time_tokens: [],
  leads: [],
  customers: [],
  tags: [],
  customer_tags: [],
  customer_relationships: [],
  interactions: [],
  tickets: [],
  fields: [],
  views: [],
})
