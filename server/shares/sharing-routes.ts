/** The Sharing pages: all links of an account, and each with who used it; making one is in new-link-routes.ts. */
import { nameText } from '../../views/format/name-text.ts'
import { shareLinkPage } from '../../views/pages/share-link.ts'
import { type ShareRow, sharingPage } from '../../views/pages/sharing.ts'
import type { ShareUseCounts } from '../../views/partials/share-standing.ts'
import { openAccount, openAccountOf } from '../accounts/account.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { browsePath, computerPath, linkPath, sharingPath } from '../http/page-paths.ts'
import type { Permission } from '../http/permissions.ts'
import { Problem } from '../http/problem.ts'
import { isId } from '../runtime/ids.ts'
import { type NewLinkOptions, newLinkRoutes } from './new-link-routes.ts'
import type { ListedShare, Share } from './share.ts'
import { ShareError } from './share-error.ts'
import { dayChoices } from './share-rules.ts'
import type { JudgedShare } from './share-surroundings.ts'
import { changeForm, numberTyped, passwordWanted } from './sharing-form.ts'

const linksPerPage = 100
const usesPerPage = 100
const thingsShown = 20

export function sharingRoutes(options: NewLinkOptions): App {
  const { shares, rules, customers, clientOf, pageContext } = options
  const routes = newRoutes()
  // Before the page of one link: `new` is no id.
  routes.route('/', newLinkRoutes(options))

  routes.get(sharingPath, async (c) => {
    const { customer, viewer } = await openAccount(c, customers)
    requireIn(c, 'shares:read', customer.customerId)
    const { customerId } = customer
    const found = await shares.listOfCustomer({ customerId, before: beforeAsked(c.req.query('before')), limit: linksPerPage + 1 })
    const shown = found.slice(0, linksPerPage)
    const former = new Set((await shares.listOfFormer(customerId)).map(({ shareId }) => shareId))
    const last = found.length > linksPerPage ? shown.at(-1)?.share : undefined
    return c.html(
      await sharingPage({
        ...pageContext(c),
        viewer,
        shares: shown.map((judged) => rowOf(judged, former)),
        ofFormer: former.size,
        mayShare: c.var.access.may('shares:write', customerId),
        mayAsk: (await rules.find()).mayUpload,
        pager: {
          words: `${shown.length} on this page`,
          ...(c.req.query('before') === undefined ? {} : { back: sharingPath }),
          ...(last === undefined ? {} : { next: `${sharingPath}?before=${last.createdAt}.${last.shareId}` }),
          backWord: 'Newest',
          nextWord: 'Older',
        },
      }),
    )
  })

  routes.post(`${sharingPath}/former/revoke`, async (c) => {
    const { customer } = await openAccount(c, customers)
    requireIn(c, 'shares:write', customer.customerId)
    for (const share of await shares.listOfFormer(customer.customerId)) await shares.revoke(share, actingAsUser(c, clientOf))
    return c.redirect(sharingPath, 303)
  })

  routes.get(`${sharingPath}/:shareId`, async (c) => showLink(c, await getShare(c, 'shares:read'), undefined))
  routes.post(`${sharingPath}/:shareId`, async (c) => {
    const share = await getShare(c, 'shares:write')
    const form = await readForm(c, changeForm)
    try {
      const limits = { days: numberTyped(form.days), downloadsMax: numberTyped(form.downloads) }
      const change = { note: form.note, ...limits, password: passwordWanted(form) }
      await shares.change(share, change, actingAsUser(c, clientOf))
    } catch (error) {
      if (!(error instanceof ShareError)) throw error
      return showLink(c, share, { note: form.note, downloads: form.downloads, problem: error.message })
    }
    return c.redirect(linkPath(share.shareId), 303)
  })
  routes.post(`${sharingPath}/:shareId/revoke`, async (c) => {
    const share = await getShare(c, 'shares:write')
    await shares.revoke(share, actingAsUser(c, clientOf))
    return c.redirect(linkPath(share.shareId), 303)
  })

  async function showLink(
    c: AppContext,
    share: Share,
    typed: { readonly note: string; readonly downloads: string; readonly problem: string } | undefined,
  ): Promise<Response> {
    const { viewer } = await openAccountOf(c, customers, share.customerId)
    const judged = await shares.judge(share)
    const found = await rules.find()
    const before = lineAsked(c.req.query('before'))
    const uses = await shares.listUses(share.shareId, { before, limit: usesPerPage + 1 })
    const shown = uses.slice(0, usesPerPage)
    const last = uses.length > usesPerPage ? shown.at(-1) : undefined
    const max = share.kind === 'download' ? share.downloadsMax : undefined
    return c.html(
      await shareLinkPage({
        ...pageContext(c),
        viewer,
        title: share.title,
        path: linkPath(share.shareId),
        standing: judged.end ?? 'open',
        message: share.message,
        note: typed?.note ?? share.note ?? '',
        by: share.createdBy.name,
        madeAtMs: share.createdAt,
        untilMs: share.expiresAt,
        revoked: share.revoked && { atMs: share.revoked.at, by: share.revoked.by },
        hasPassword: share.passwordHash !== undefined,
        looks: share.looks,
        use: useCounts(share),
        versionPath: versionPathOf(judged),
        ...thingsOf(share),
        uses: shown.map(({ at, kind, network, agent, what }) => ({ atMs: at, kind, network, agent, what })),
        usesPager: {
          words: `${shown.length} on this page`,
          ...(before === undefined ? {} : { back: linkPath(share.shareId) }),
          ...(last === undefined ? {} : { next: `${linkPath(share.shareId)}?before=${last.id}` }),
          backWord: 'Newest',
          nextWord: 'Older',
        },
        form: c.var.access.may('shares:write', share.customerId)
          ? {
              dayChoices: dayChoices(found),
              downloads: typed?.downloads ?? (max === undefined ? '' : String(max)),
              problem: typed?.problem,
            }
          : undefined,
      }),
      typed === undefined ? 200 : 422,
    )
  }

  async function getShare(c: AppContext, permission: Permission): Promise<Share> {
    const id = c.req.param('shareId') ?? ''
    const share = isId('shr', id) ? await shares.find(id) : undefined
    if (share === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, permission, share.customerId)
    return share
  }

  return routes
}

function rowOf({ share, end }: JudgedShare<ListedShare>, former: ReadonlySet<Share['shareId']>): ShareRow {
  return {
    title: share.title,
    path: linkPath(share.shareId),
    note: share.note,
    by: share.createdBy.name,
    isOfFormer: former.has(share.shareId),
    standing: end ?? 'open',
    untilMs: share.expiresAt,
    looks: share.looks,
    use: useCounts(share),
  }
}

function useCounts(share: ListedShare): ShareUseCounts {
  if (share.kind === 'download') return { kind: 'download', downloads: share.downloads, max: share.downloadsMax }
  const { receivedFiles: files, receivedBytes: bytes, filesMax, bytesMax } = share
  return { kind: 'upload', files, bytes, filesMax, bytesMax }
}

function versionPathOf({ share, version }: JudgedShare): string | undefined {
  if (share.kind === 'upload') return computerPath(share.deviceId)
  return version && browsePath(version.id)
}

function thingsOf(share: Share) {
  if (share.kind === 'upload') return { things: [], count: 0 }
  const things = share.paths.slice(0, thingsShown).map((path) => {
    const name = path.at(-1)
    return { name: name === undefined ? 'The whole version' : nameText(name) }
  })
  return { things, count: share.paths.length }
}

/** `1790000000000.shr_…`: of the last one on the page before. */
function beforeAsked(query: string | undefined) {
  const [, at = '', shareId = ''] = /^(\d{1,15})\.(shr_[a-z2-7]{20})$/.exec(query ?? '') ?? []
  return isId('shr', shareId) ? { createdAt: Number(at), shareId } : undefined
}

/** A line of who used a link. */
function lineAsked(query = ''): number | undefined {
  return /^\d{1,15}$/.test(query) ? Number(query) : undefined
}
