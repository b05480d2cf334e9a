import { createRoute, z } from '@hono/zod-openapi'
import { actingAsUser, actingUserOf } from '../http/acting-as-user.ts'
import { idSchema, jsonContent, problemResponses, signedInOnly } from '../http/api-schemas.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import { pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import type { Permission } from '../http/permissions.ts'
import { Problem } from '../http/problem.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { findVersionPath, type VersionPath } from '../snapshots/version-path.ts'
import { type Share, shareDefaults, shareLimits } from './share.ts'
import type { ShareOrigin } from './share-origin.ts'
import { shareBody, shareSchema } from './share-schema.ts'
import { sharePath } from './share-token.ts'
import type { MadeShare, SharesService } from './shares-service.ts'

const tags = ['Sharing']
const params = z.object({ shareId: idSchema('shr') })
const wish = {
  title: z.string().max(400),
  message: z.string().max(4000).default(''),
  note: z.string().max(2000).default(''),
  password: z.string().max(1024).default('').openapi({ description: 'At least eight characters; empty for none.' }),
  days: z.int().min(1).max(shareLimits.days).default(shareDefaults.days),
}

const newSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('download'),
    snapshotId: idSchema('snap'),
    paths: z
      .array(z.string().max(30_000))
      .min(1)
      .max(shareLimits.paths)
      .openapi({ description: 'Percent-encoded, as in `/home/ann/plan%20B.dwg`.' }),
    downloadsMax: z.int().min(1).max(shareLimits.downloads).optional(),
    ...wish,
  }),
  z.object({
    kind: z.literal('upload'),
    customerId: idSchema('cus'),
    bytesMax: z.int().min(1).max(shareLimits.bytes).default(shareDefaults.bytesMax),
    filesMax: z.int().min(1).max(shareLimits.files).default(shareDefaults.filesMax),
    ...wish,
  }),
])

const createdSchema = shareSchema.extend({ link: z.string().openapi({ description: 'Shown once: only its hash is kept.' }) })

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/shares',
  tags,
  summary: 'Links for people outside the account, and what became of them',
  ...signedInOnly,
  request: { query: pageQuerySchema },
  responses: { 200: { description: 'A page of links', content: jsonContent(pageSchema(shareSchema)) }, ...problemResponses },
})

const getRoute = createRoute({
  method: 'get',
  path: '/api/v1/shares/{shareId}',
  tags,
  summary: 'A link',
  ...signedInOnly,
  request: { params },
  responses: { 200: { description: 'The link, without what opens it', content: jsonContent(shareSchema) }, ...problemResponses },
})

const makeRoute = createRoute({
  method: 'post',
  path: '/api/v1/shares',
  tags,
  summary: 'Make a link to files of a version (with a token of the scope `files` as well), or one that takes files',
  ...signedInOnly,
  request: { body: { content: jsonContent(newSchema), required: true } },
  responses: { 201: { description: 'The link', content: jsonContent(createdSchema) }, ...problemResponses },
})

const revokeRoute = createRoute({
  method: 'delete',
  path: '/api/v1/shares/{shareId}',
  tags,
  summary: 'Withdraw a link',
  ...signedInOnly,
  request: { params },
  responses: { 204: { description: 'It does nothing any more' }, ...problemResponses },
})

export function sharesRoutes(services: {
  readonly shares: SharesService
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly shareOrigin: ShareOrigin
  readonly clientOf: ClientOf
}): App {
  const { shares, snapshots, shareOrigin, clientOf } = services
  const routes = newRoutes()

  routes.openapi(listRoute, async (c) => {
    const reach = c.var.access.customersWith('shares:read')
    const page = await readPage(
      c.req.valid('query'),
      ({ after, limit }) => shares.list({ reach, after, limit }),
      ({ share }) => share.shareId,
    )
    return c.json({ ...page, items: page.items.map(shareBody) }, 200)
  })
  routes.openapi(getRoute, async (c) => {
    const share = await getShare(c, c.req.valid('param').shareId, 'shares:read')
    return c.json(shareBody(await shares.judge(share)), 200)
  })
  routes.openapi(makeRoute, async (c) => {
    const made = await make(c, c.req.valid('json'))
    const { origin } = await shareOrigin(c)
    const link = origin + sharePath(made.share.kind, made.token)
    return c.json({ ...shareBody(await shares.judge(made.share)), link }, 201)
  })
  routes.openapi(revokeRoute, async (c) => {
    await shares.revoke(await getShare(c, c.req.valid('param').shareId, 'shares:write'), actingAsUser(c, clientOf))
    return c.body(null, 204)
  })

  async function make(c: AppContext, asked: z.output<typeof newSchema>): Promise<MadeShare<Share>> {
    const by = actingUserOf(c)
    const actingAs = actingAsUser(c, clientOf)
    if (asked.kind === 'upload') {
      requireIn(c, 'shares:write', asked.customerId)
      const mayMoveInbox = c.var.access.may('account:write', asked.customerId)
      return shares.askForFiles({ ...asked, mayMoveInbox }, by, actingAs)
    }
    const version = await snapshots.find(asked.snapshotId)
    if (version === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'shares:write', version.customerId)
    if (!c.var.access.may('files:read', version.customerId)) throw new Problem('HF-SCOPE-MISSING')
    const { downloadsMax } = asked
    return shares.shareFiles({ ...asked, version, paths: asked.paths.map(pathOf), downloadsMax }, by, actingAs)
  }

  async function getShare(c: AppContext, shareId: Share['shareId'], permission: Permission): Promise<Share> {
    const share = await shares.find(shareId)
    if (share === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, permission, share.customerId)
    return share
  }

  return routes
}

function pathOf(text: string): VersionPath {
  const path = findVersionPath(text)
  if (path === undefined) throw new Problem('HF-NOT-FOUND')
  return path
}
