// The object of a workspace: the hub of its streams and, with STORAGE=objects, its database and its schedule. Its code
// stands beside the main module, for requests do not need it.
import { DurableObject } from 'cloudflare:workers'
import { loadObjects } from '../late'
import type { Answer, Query } from '../objects/d1-shape'
import type { Claim } from '../objects/names'
import type { WorkspaceStore } from '../objects/object-database'
import type { partsOf } from './object.work'

type Parts = ReturnType<typeof partsOf>

/** A Durable Object. Its id is made of the workspace's id. */
export class Workspace extends DurableObject<Env> implements WorkspaceStore {
  private loaded: Promise<Parts> | undefined

  override async fetch(request: Request): Promise<Response> {
    return (await this.parts()).hub.fetch(request)
  }

  override async webSocketMessage(socket: WebSocket): Promise<void> {
    return (await this.parts()).hub.webSocketMessage(socket)
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    return (await this.parts()).hub.webSocketClose(socket)
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    return (await this.parts()).hub.webSocketError(socket)
  }

  async sendBatch(queries: Query[], mayMake: boolean): Promise<Answer[] | string | undefined> {
    return (await this.parts()).stored.sendBatch(queries, mayMake)
  }

  async keepsName(claim: Claim): Promise<boolean> {
    return (await this.parts()).stored.keepsName(claim)
  }

  override async alarm(): Promise<void> {
    return (await this.parts()).stored.alarm()
  }

  private parts(): Promise<Parts> {
    this.loaded ??= this.ctx.blockConcurrencyWhile(async () => (await loadObjects()).partsOf(this.ctx, this.env))
    return this.loaded
  }
}
