import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { newRoutes } from '../../server/http/new-routes.ts'
import { securityHeaders } from '../../server/http/security-headers.ts'
import { openStaticFiles } from '../../server/http/static-files.ts'
import { pageContext, pageSamples } from '../views/page-samples.ts'

export type SamplePagesServer = AsyncDisposable & { readonly urlOf: (sample: string) => string }

const picture =
  '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="400"><rect width="640" height="400" fill="#7aa"/><circle cx="320" cy="200" r="120" fill="#fff"/></svg>'

/** Serves every sample page as the box would: with its files, and under its content policy. */
export async function serveSamplePages(): Promise<SamplePagesServer> {
  const files = await openStaticFiles(join(import.meta.dirname, '../../public'))
  const routes = newRoutes()
  routes.use(async (c, next) => {
    await next()
    for (const [name, value] of Object.entries(securityHeaders)) c.header(name, value)
  })
  routes.route('/', files.routes())
  for (const [name, sample] of Object.entries(pageSamples))
    routes.get(`/${name}`, async (c) => c.html(await sample(pageContext(files.prefix))))
  // What a page renews itself from: nothing is new.
  for (const path of ['/storage/*', '/activity/*', '/runs/*', '/fleet/*', '/computers/*', '/drills/*', '/restore', '/restores/*'])
    routes.on(['GET', 'POST'], path, (c) => c.body(null, 204))
  for (const kind of ['thumbnail', 'picture'])
    routes.get(`/versions/:id/${kind}/:path`, (c) => c.body(picture, 200, { 'content-type': 'image/svg+xml' }))
  const server = serve({ fetch: routes.fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    urlOf: (sample) => `http://127.0.0.1:${port}/${sample}`,
    [Symbol.asyncDispose]: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}
