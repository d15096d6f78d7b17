// All tables, for Drizzle and drizzle-kit.
export * from './customers'
export * from './events'
export * from './guards'
export * from './leads'
export * from './users'
export * from './workspaces'
