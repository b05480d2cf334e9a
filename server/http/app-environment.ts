import type { HttpBindings } from '@hono/node-server'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Id } from '../runtime/ids.ts'
import type { SignedIn } from '../sessions/session.ts'
import type { Access } from './access.ts'
import type { RouteRule } from './route-rules.ts'

/** What every handler finds in its context. */
export interface AppEnvironment {
  Variables: {
    requestId: string
    routeRule: RouteRule
    /** Who asks, and what they may do. */
    access: Access
    /** The signed-in user of a browser session; undefined for tokens, devices and strangers. */
    session: SignedIn | undefined
    /** The account this browser entered last; whether they may see it is for the access to say. */
    enteredAccount: Id<'cus'> | undefined
  }
  /** Node's raw request and response when the app runs behind its server; absent in `app.request`. */
  Bindings: Partial<HttpBindings>
}

export type AppContext = Context<AppEnvironment>

/** A router, of one noun or of the whole box. */
export type App = OpenAPIHono<AppEnvironment>
