/** The pages on which a link is made: to files that were chosen, or one that takes files; and the link, told once. */
import { askForFilesPage } from '../../views/pages/share-ask.ts'
import { shareMadePage } from '../../views/pages/share-made.ts'
import { newSharePage } from '../../views/pages/share-new.ts'
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
import { linkPath, sharingPath } from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { getReadableVersionById } from '../snapshots/version-access.ts'
import { encodeVersionPath, findVersionPath, type VersionPath } from '../snapshots/version-path.ts'
import type { OpenVersionReader } from '../snapshots/version-reader.ts'
import { type Share, shareDefaults, shareLimits } from './share.ts'
import { ShareError } from './share-error.ts'
import type { ShareOrigin } from './share-origin.ts'
import { nameOfShared } from './share-place.ts'
import { presetUploadBytes } from './share-rules.ts'
import type { ShareRulesService } from './share-rules-service.ts'
import { sharePath } from './share-token.ts'
import type { MadeShare, SharesService } from './shares-service.ts'
import { askForm, fieldsProps, gibText, gibTyped, newShareForm, numberTyped, type TypedShare } from './sharing-form.ts'

/** The first of what was chosen is shown. */
const thingsShown = 20

export interface NewLinkOptions {
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

export function newLinkRoutes(options: NewLinkOptions): App {
  const { shares, rules, customers, devices, snapshots, clientOf, pageContext } = options
  const routes = newRoutes()

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
    return showAsk(c, account, {}, { size: undefined, files: String(shareDefaults.filesMax) }, undefined)
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
    { size, files }: { readonly size: string | undefined; readonly files: string },
    error: ShareError | undefined,
  ): Promise<Response> {
    const found = await rules.find()
    return c.html(
      await askForFilesPage({
        ...pageContext(c),
        viewer,
        fields: fieldsProps(found, typed, error),
        size: size ?? gibText(presetUploadBytes(found)),
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

  return routes
}

/** Symbolic links and the like may lie in a basket; nobody outside has anything of them. */
async function shareable({ paths, reader }: SelectionAsked): Promise<readonly VersionPath[]> {
  const entries = await Promise.all(paths.map(async (path) => ({ path, entry: await reader.stat(path) })))
  return entries.filter(({ entry }) => entry?.type === 'file' || entry?.type === 'directory').map(({ path }) => path)
}
