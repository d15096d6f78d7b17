// The object of a workspace: the hub of its streams and, with STORAGE=objects, its database and its schedule.
import { DurableObject } from 'cloudflare:workers'
import { configOf } from './config'
import { connect, type Db } from './db/client'
import { loadObjects } from './late'
import { Hub } from './live/live.hub'
import type { StoredWorkspace } from './object.work'
import type { Answer, Query } from './objects/d1-shape'
import type { Claim } from './objects/names'
import type { WorkspaceStore } from './objects/object-database'

/** A Durable Object. Its id is made of the workspace's id. */
export class Workspace extends DurableObject<Env> implements WorkspaceStore {
  private readonly hub: Hub
  private stored: Promise<StoredWorkspace> | undefined

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.hub = new Hub(state, () => this.db())
  }

  override fetch(request: Request): Promise<Response> {
    return this.hub.fetch(request)
  }

  override webSocketMessage(socket: WebSocket): Promise<void> {
    return this.hub.webSocketMessage(socket)
  }

  override webSocketClose(socket: WebSocket): Promise<void> {
    return this.hub.webSocketClose(socket)
  }

  override webSocketError(socket: WebSocket): Promise<void> {
    return this.hub.webSocketError(socket)
  }

  async sendBatch(queries: Query[], mayMake: boolean): Promise<Answer[] | string | undefined> {
    return (await this.store()).sendBatch(queries, mayMake)
  }

  async keepsName(claim: Claim): Promise<boolean> {
    return (await this.store()).keepsName(claim)
  }

  override async alarm(): Promise<void> {
    await (await this.store()).alarm()
  }

  // Its code stands beside the main module, for installations that have one D1 do not need it.
  private store(): Promise<StoredWorkspace> {
    this.stored ??= this.ctx.blockConcurrencyWhile(async () => {
      const { StoredWorkspace: Stored } = await loadObjects()
      return new Stored(this.ctx, this.env, () => this.hub.tellIfWatched())
    })
    return this.stored
  }

  private async db(): Promise<Db> {
    if (configOf(this.env).STORAGE === 'd1') return connect(this.env.DB, 'first-primary').db
    return (await this.store()).db()
  }
}
