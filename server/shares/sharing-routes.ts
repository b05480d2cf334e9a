/** The Sharing pages: all links of an account, a new one, one that takes files, and each with who used it. */
import { nameText } from '../../views/format/name-text.ts'
import { askForFilesPage } from '../../views/pages/share-ask.ts'
import { shareLinkPage } from '../../views/pages/share-link.ts'
import { shareMadePage } from '../../views/pages/share-made.ts'
import { newSharePage } from '../../views/pages/share-new.ts'
import { type ShareRow, sharingPage } from '../../views/pages/sharing.ts'
import type { ShareUseCounts } from '../../views/partials/share-standing.ts'
import type { PageContext } from '../../views/site.ts'
import { type Account, openAccount, openAccountOf } from '../accounts/account.ts'
import { topmostPaths } from '../baskets/basket.ts'
import { type SelectionAsked, type SelectionServices, selectionAsked } from '../baskets/selection-asked.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { actingAsUser, actingUserOf } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { browsePath, computerPath } from '../http/page-paths.ts'
import type { Permission } from '../http/permissions.ts'
import { Problem } from '../http/problem.ts'
import { isId } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { getReadableVersionById } from '../snapshots/version-access.ts'
import { encodeVersionPath, findVersionPath, type VersionPath } from '../snapshots/version-path.ts'
import type { OpenVersionReader } from '../snapshots/version-reader.ts'
import { type ListedShare, type Share, shareDefaults, shareLimits } from './share.ts'
import { ShareError } from './share-error.ts'
import type { ShareOrigin } from './share-origin.ts'
import { nameOfShared } from './share-place.ts'
import { dayChoices } from './share-rules.ts'
import type { ShareRulesService } from './share-rules-service.ts'
import type { JudgedShare } from './share-surroundings.ts'
import { sharePath } from './share-token.ts'
import type { MadeShare, SharesService } from './shares-service.ts'
import {
  askForm,
  changeForm,
  fieldsProps,
  gibTyped,
  newShareForm,
  numberTyped,
  type TypedShare,
  usualSizeText,
} from './sharing-form.ts'

export const sharingPath = '/sharing'
const linkPath = (shareId: Share['shareId']) => `${sharingPath}/${shareId}`
const linksPerPage = 100
const usesShown = 200
const thingsShown = 20

export interface SharingOptions {
  readonly shares: SharesService
  readonly rules: ShareRulesService
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly openVersionReader: OpenVersionReader
  readonly baskets: SelectionServices['baskets']
  readonly shareOrigin: ShareOrigin
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}

interface Chosen {
  readonly version: Snapshot
  readonly paths: readonly VersionPath[]
}

export function sharingRoutes(options: SharingOptions): App {
  const { shares, rules, customers, devices, snapshots, clientOf, pageContext } = options
  const routes = newRoutes()

  routes.get(sharingPath, async (c) => {
    const { customer, viewer } = await openAccount(c, customers)
    requireIn(c, 'shares:read', customer.customerId)
    const { customerId } = customer
    const found = await shares.listOfCustomer({ customerId, before: beforeAsked(c.req.query('before')), limit: linksPerPage + 1 })
    const shown = found.slice(0, linksPerPage)
    const last = found.length > linksPerPage ? shown.at(-1)?.share : undefined
    return c.html(
      await sharingPage({
        ...pageContext(c),
        viewer,
        shares: shown.map(rowOf),
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

  routes.get(`${sharingPath}/new`, async (c) => {
    const asked = await selectionAsked(c, options)
    requireIn(c, 'shares:write', asked.version.customerId)
    const chosen = { version: asked.version, paths: await shareable(asked) }
    if (chosen.paths.length === 0) throw new Problem('HF-NOT-FOUND')
    const [only] = chosen.paths
    const title = (chosen.paths.length === 1 ? only && nameOfShared(only) : undefined) ?? ''
    return showNew(c, chosen, { title: [...title].slice(0, shareLimits.titleCharacters).join('') }, '', undefined)
  })
  routes.post(`${sharingPath}/new`, async (c) => {
    const form = await readForm(c, newShareForm, { hasLists: true })
    const chosen = await chosenBy(c, form.version, form.path)
    try {
      const wish = { ...form, ...chosen, days: numberTyped(form.days) ?? 0, downloadsMax: numberTyped(form.downloads) }
      const made = await shares.shareFiles(wish, actingUserOf(c), actingAsUser(c, clientOf))
      return await showMade(c, made)
    } catch (error) {
      if (!(error instanceof ShareError)) throw error
      return showNew(c, chosen, form, form.downloads, error)
    }
  })

  routes.get(`${sharingPath}/ask`, async (c) => {
    const account = await openAccount(c, customers)
    requireIn(c, 'shares:write', account.customer.customerId)
    return showAsk(c, account, {}, { size: usualSizeText, files: String(shareDefaults.filesMax) }, undefined)
  })
  routes.post(`${sharingPath}/ask`, async (c) => {
    const account = await openAccount(c, customers)
    const { customerId } = account.customer
    requireIn(c, 'shares:write', customerId)
    const form = await readForm(c, askForm)
    try {
      const limits = { bytesMax: gibTyped(form.size), filesMax: numberTyped(form.files) ?? 0 }
      const mayMoveInbox = c.var.access.may('account:write', customerId)
      const wish = { ...form, ...limits, customerId, mayMoveInbox, days: numberTyped(form.days) ?? 0 }
      const made = await shares.askForFiles(wish, actingUserOf(c), actingAsUser(c, clientOf))
      return await showMade(c, made)
    } catch (error) {
      if (!(error instanceof ShareError)) throw error
      return showAsk(c, account, form, form, error)
    }
  })

  routes.get(`${sharingPath}/:shareId`, async (c) => showLink(c, await getShare(c, 'shares:read'), undefined))
  routes.post(`${sharingPath}/:shareId`, async (c) => {
    const share = await getShare(c, 'shares:write')
    const form = await readForm(c, changeForm)
    try {
      const password = { keep: undefined, remove: '', set: form.password }[form['password-act']]
      if (form['password-act'] === 'set' && form.password === '')
        throw new ShareError('invalid', 'Type the new password.', { field: 'password' })
      const change = { note: form.note, days: numberTyped(form.days), downloadsMax: numberTyped(form.downloads), password }
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

  /** Whoever may not share is told what whoever asks for nothing is told. */
  async function chosenBy(c: AppContext, id: string, texts: readonly string[]): Promise<Chosen> {
    const version = await getReadableVersionById(c, snapshots, id)
    requireIn(c, 'shares:write', version.customerId)
    const paths = texts.slice(0, shareLimits.paths + 1).map(findVersionPath)
    if (paths.length === 0 || paths.includes(undefined)) throw new Problem('HF-NOT-FOUND')
    return { version, paths: topmostPaths(paths.filter((path) => path !== undefined)) }
  }

  async function showNew(
    c: AppContext,
    { version, paths }: Chosen,
    typed: Partial<TypedShare>,
    downloads: string,
    error: ShareError | undefined,
  ): Promise<Response> {
    const { viewer } = await openAccountOf(c, customers, version.customerId)
    const reader = await options.openVersionReader(version)
    const entries = await Promise.all(paths.slice(0, thingsShown).map(async (path) => ({ path, entry: await reader.stat(path) })))
    if (entries.some(({ entry }) => entry === undefined)) throw new Problem('HF-NOT-FOUND')
    return c.html(
      await newSharePage({
        ...pageContext(c),
        viewer,
        computer: (await devices.find(version.deviceId))?.name ?? '',
        takenAtMs: version.receivedAt,
        things: entries.map(({ path, entry }) => ({
          name: nameOfShared(path) ?? 'The whole version',
          isFolder: entry?.type === 'directory',
        })),
        count: paths.length,
        version: version.id,
        paths: paths.map((path) => encodeVersionPath(path)),
        fields: fieldsProps(await rules.find(), typed, error),
        downloads,
        hindrance: await shares.findHindrance(version.customerId),
      }),
      error === undefined ? 200 : 422,
    )
  }

  async function showAsk(
    c: AppContext,
    { customer, viewer }: Account,
    typed: Partial<TypedShare>,
    { size, files }: { readonly size: string; readonly files: string },
    error: ShareError | undefined,
  ): Promise<Response> {
    const found = await rules.find()
    return c.html(
      await askForFilesPage({
        ...pageContext(c),
        viewer,
        fields: fieldsProps(found, typed, error),
        size,
        files,
        hindrance: found.mayUpload ? await shares.findHindrance(customer.customerId) : 'box',
      }),
      error === undefined ? 200 : 422,
    )
  }

  /** Told once: the answer to the form, which no address leads to again. */
  async function showMade(c: AppContext, { share, token }: MadeShare<Share>): Promise<Response> {
    const { viewer } = await openAccountOf(c, customers, share.customerId)
    const { origin, isThisComputerOnly } = await options.shareOrigin(c)
    return c.html(
      await shareMadePage({
        ...pageContext(c),
        viewer,
        title: share.title,
        link: origin + sharePath(share.kind, token),
        untilMs: share.expiresAt,
        hasPassword: share.passwordHash !== undefined,
        path: linkPath(share.shareId),
        isThisComputerOnly,
      }),
      201,
    )
  }

  async function showLink(
    c: AppContext,
    share: Share,
    typed: { readonly note: string; readonly downloads: string; readonly problem: string } | undefined,
  ): Promise<Response> {
    const { viewer } = await openAccountOf(c, customers, share.customerId)
    const judged = await shares.judge(share)
    const found = await rules.find()
    const uses = await shares.listUses(share.shareId, usesShown)
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
        uses: uses.map(({ at, ...use }) => ({ ...use, atMs: at })),
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

/** Symbolic links and the like may lie in a basket; nobody outside has anything of them. */
async function shareable({ paths, reader }: SelectionAsked): Promise<readonly VersionPath[]> {
  const entries = await Promise.all(paths.map(async (path) => ({ path, entry: await reader.stat(path) })))
  return entries.filter(({ entry }) => entry?.type === 'file' || entry?.type === 'directory').map(({ path }) => path)
}

function rowOf({ share, end }: JudgedShare<ListedShare>): ShareRow {
  return {
    title: share.title,
    path: linkPath(share.shareId),
    note: share.note,
    by: share.createdBy.name,
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
