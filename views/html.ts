import type { html } from 'hono/html'

/** What every view returns: text that is escaped already. It is a promise only when a part of it was one. */
export type Html = ReturnType<typeof html>

/** A whole document. */
export type Page = Promise<Awaited<Html>>
