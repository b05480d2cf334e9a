/**
 * What a delivery counts, and who hears of it. It is counted before it is committed, so that two at once are not both taken where only one
 * has room, and noted together with its count: a box that stops in between takes the count of what did not come back, and tells what did.
 */
import { filesArrivedLetter } from '../../views/letters/share-letters.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database } from '../database/database.ts'
import type { LettersService } from '../letters/letters-service.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import { deleteDelivery, type EndedDelivery, insertDelivery, listEndedDeliveries } from './deliveries-table.ts'
import { type CountedDelivery, DeliveryError, refusalOf } from './delivery.ts'
import type { FindTold } from './delivery-letters.ts'
import { insertUse } from './share-uses-table.ts'
import { countUpload, findShare, uncountUpload } from './shares-table.ts'

export interface DeliveryAccounts {
  /** Before it is committed. Throws DeliveryError. */
  readonly count: (delivery: CountedDelivery) => Promise<void>
  /** It is committed: in the list of the link, the log, and a letter. Whoever comes second tells nothing. */
  readonly tell: (delivery: CountedDelivery, came: ToTell) => Promise<void>
  /** Of one whose session has ended and of which nobody knows how: told, or its count taken back. True: it has come. */
  readonly settle: (sessionId: Id<'bks'>) => Promise<boolean>
  /** The same for all that were left. */
  readonly settleLeft: () => Promise<void>
}

export interface ToTell {
  /** Undefined: it has gone again. */
  readonly version: Id<'snap'> | undefined
  /** Of the files, as they lie there; none where nobody knows them any more. */
  readonly names: readonly string[]
}

export interface AccountsOptions {
  readonly database: Database
  readonly clock: Clock
  readonly letters: LettersService
  readonly findTold: FindTold
}

const maxNamesInLetter = 20
const leftAtOnce = 100

export function createDeliveryAccounts(options: AccountsOptions): DeliveryAccounts {
  const { database, clock } = options

  const tell: DeliveryAccounts['tell'] = async (delivery, { version, names }) => {
    const { sessionId, shareId, files, bytes, sender, network, agent } = delivery
    const share = await findShare(database.kysely, shareId)
    if (share === undefined) return
    const { customerId, title } = share
    const told = await options.findTold(share)
    await database.transaction(async (tx) => {
      if (!(await deleteDelivery(tx, sessionId))) return
      const at = clock.now()
      const count = files === 1 ? 'a file' : `${files} files`
      const what = sender === '' ? count : `${count}, ${sender}`
      await insertUse(tx, { shareId, at, kind: 'upload', network, agent, what, whatHash: undefined })
      await insertAudit(tx, {
        actor: { kind: 'share-link', shareId },
        address: network,
        at,
        action: 'share.received',
        objectId: shareId,
        customerId,
        detail: { files, bytes, ...(version && { version }) },
      })
      const path = version === undefined ? `/sharing/${shareId}` : `/versions/${version}/browse`
      const leftBy = told?.who === 'owners' ? share.createdBy.name : undefined
      const shown = names.slice(0, maxNamesInLetter)
      const letter = filesArrivedLetter({ title, leftBy, sender, names: shown, files, bytes, path })
      for (const to of told?.people ?? []) await options.letters.post(tx, { to, customerId, letter })
    })
  }

  const settleOne = async (delivery: EndedDelivery): Promise<void> => {
    if (delivery.isCommitted) return tell(delivery, { version: delivery.version, names: [] })
    await database.transaction(async (tx) => {
      if (await deleteDelivery(tx, delivery.sessionId)) await uncountUpload(tx, delivery.shareId, delivery)
    })
  }

  return {
    tell,
    count: (delivery) =>
      database.transaction(async (tx) => {
        const { shareId } = delivery
        if (await countUpload(tx, shareId, delivery)) return insertDelivery(tx, delivery)
        const words = 'Others have sent something meanwhile: this is more than the link still takes.'
        throw refusalOf(await findShare(tx, shareId)) ?? new DeliveryError('too-large', words)
      }),
    settle: async (sessionId) => {
      const [delivery] = await listEndedDeliveries(database.kysely, { sessionId, limit: 1 })
      if (delivery !== undefined) await settleOne(delivery)
      return delivery?.isCommitted === true
    },
    settleLeft: async () => {
      const failures: unknown[] = []
      for (const delivery of await listEndedDeliveries(database.kysely, { limit: leftAtOnce }))
        await settleOne(delivery).catch((error: unknown) => failures.push(error))
      if (failures.length > 0) throw new AggregateError(failures, `${failures.length} deliveries could not be told.`)
    },
  }
}
