/**
 * Takes what people send by a link: checked before the first byte where the request says enough, counted while it comes, sealed as it
 * comes, and one version in the end. What is cut off, too much, or refused on the way leaves nothing that anybody sees.
 */
import { filesArrivedLetter } from '../../views/letters/share-letters.ts'
import { insertAudit } from '../audit/audit-table.ts'
import { BackupRefusedError } from '../backup-sessions/backup-session.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Database } from '../database/database.ts'
import { DepositError } from '../deposits/deposit.ts'
import type { Deposit, DepositsService } from '../deposits/deposits-service.ts'
import { depositedName } from '../deposits/file-name.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import type { LettersService } from '../letters/letters-service.ts'
import type { Repository } from '../repositories/repository.ts'
import { FoldedNames } from '../restores/folded-names.ts'
import { createSlots } from '../restores/slots.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import { VolumeError } from '../storage-volumes/storage-volume.ts'
import type { StorageVolumesService } from '../storage-volumes/storage-volumes-service.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { parseDisplayText } from '../text/display-text.ts'
import type { UsersService } from '../users/users-service.ts'
import {
  type Delivered,
  type DeliveredPart,
  DeliveryError,
  deliveryFolder,
  isTooLongFor,
  maxDeliveriesAtOnce,
  maxSenderCharacters,
} from './delivery.ts'
import { isUsedUp, type UploadShare } from './share.ts'
import type { Visitor } from './share-use.ts'
import { insertUse } from './share-uses-table.ts'
import { countUpload, findShare, uncountUpload } from './shares-table.ts'

export interface DeliveryRequest {
  /** That works, of somebody who may use it. */
  readonly share: UploadShare
  readonly visitor: Visitor
  readonly parts: AsyncIterable<DeliveredPart>
}

export interface DeliveriesService {
  /** Before the first byte is read. `announcedBytes`: of the whole request. Throws DeliveryError. */
  readonly demandRoom: (share: UploadShare, announcedBytes: number | undefined) => Promise<void>
  /** Throws DeliveryError; whatever it throws, nothing has come. */
  readonly take: (request: DeliveryRequest) => Promise<Delivered>
}

export interface DeliveriesOptions {
  readonly database: Database
  readonly clock: Clock
  readonly timeZone: string
  readonly deposits: DepositsService
  readonly volumes: Pick<StorageVolumesService, 'reserve'>
  readonly devices: Pick<DevicesService, 'find' | 'usedBytes'>
  readonly subscriptions: Pick<SubscriptionsService, 'find'>
  readonly customers: Pick<CustomersService, 'find'>
  readonly users: Pick<UsersService, 'find'>
  readonly getRepository: (customerId: Id<'cus'>) => Promise<Repository>
  readonly letters: LettersService
  readonly isMailSetUp: () => Promise<boolean>
}

const maxNamesInLetter = 20

export function createDeliveries(options: DeliveriesOptions): DeliveriesService {
  const { database, clock, deposits, devices, subscriptions } = options
  const slots = createSlots(maxDeliveriesAtOnce)

  const getInbox = async (share: UploadShare): Promise<DeviceIdentity> => {
    const device = await devices.find(share.deviceId)
    if (device?.state !== 'active') throw new DeliveryError('over', 'The place where files land is not there any more.')
    return device
  }

  const take = async ({ share, visitor, parts }: DeliveryRequest): Promise<Delivered> => {
    const device = await getInbox(share)
    await using deposit = await deposits.open({ device, job: share.job, address: visitor.network })
    const coming = await receive(parts, share, deposit, clock.now())
    if (coming.names.length === 0) throw new DeliveryError('nothing-sent', 'No file came with the form.')
    const { names, bytes, sender } = coming
    const files = names.length
    // Counted first: two that came at once are not both taken where only one has room.
    if (!(await countUpload(database.kysely, share.shareId, { files, bytes, at: clock.now() })))
      throw new DeliveryError('too-large', 'Others have sent something meanwhile: this is more than the link still takes.')
    let version: Id<'snap'>
    try {
      const timeZone = (await options.customers.find(share.customerId))?.details.timeZone || options.timeZone
      const folder = depositedName(deliveryFolder(sender, { ms: clock.now(), timeZone }))
      version = (await deposit.commit({ folder, tags: sender === '' ? [] : [`from ${sender}`] })).version
    } catch (error) {
      await uncountUpload(database.kysely, share.shareId, { files, bytes })
      throw error
    }
    // From here on it has come, whoever hears of it.
    await tell(share, visitor, { names, bytes, sender, version })
    return { files, bytes }
  }

  /** In the list of the link, the log, and a letter to whoever made it. */
  const tell = async (
    share: UploadShare,
    { network, agent }: Visitor,
    came: { names: readonly string[]; bytes: number; sender: string; version: Id<'snap'> },
  ) => {
    const { shareId, customerId } = share
    const at = clock.now()
    const files = came.names.length
    const to = (await options.isMailSetUp()) ? await findMaker(share) : undefined
    await database.transaction(async (tx) => {
      const what = came.sender === '' ? `${files}` : `${files}, ${came.sender}`
      await insertUse(tx, { shareId, at, kind: 'upload', network, agent, what, whatHash: undefined })
      await insertAudit(tx, {
        actor: { kind: 'share-link', shareId },
        address: network,
        at,
        action: 'share.received',
        objectId: shareId,
        customerId,
        detail: { files, bytes: came.bytes, version: came.version },
      })
      if (to !== undefined)
        await options.letters.post(tx, {
          to,
          customerId,
          letter: filesArrivedLetter({
            title: share.title,
            sender: came.sender,
            names: came.names.slice(0, maxNamesInLetter),
            files,
            bytes: came.bytes,
            path: `/versions/${came.version}/browse`,
          }),
        })
    })
  }

  /** As long as they belong to the account. */
  const findMaker = async ({ createdBy, customerId }: UploadShare) => {
    const user = await options.users.find(createdBy.userId)
    return user?.memberships.some((membership) => membership.customerId === customerId) === true ? user : undefined
  }

  return {
    demandRoom: async (share, announcedBytes) => {
      const now = await findShare(database.kysely, share.shareId)
      if (now?.kind !== 'upload' || isUsedUp(now)) throw new DeliveryError('over', 'This link has taken all that it takes.')
      if (announcedBytes === undefined) return
      const left = { bytes: now.bytesMax - now.receivedBytes, files: now.filesMax - now.receivedFiles }
      if (isTooLongFor(announcedBytes, left)) throw new DeliveryError('too-large', 'This is more than the link still takes.')
      const { subscriptionId } = await getInbox(share)
      const subscription = await subscriptions.find(subscriptionId)
      const usedBytes = await devices.usedBytes(subscriptionId)
      if (subscription === undefined || usedBytes + announcedBytes > subscription.quotaBytes)
        throw new DeliveryError('no-room', 'The plan of this account has no room for it.')
      await inOwnWords(async () => {
        const { uid } = await options.getRepository(share.customerId)
        const room = await options.volumes.reserve(announcedBytes, uid)
        room.release()
      })
    },
    take: async (request) => {
      using slot = slots.take()
      if (slot === undefined) throw new DeliveryError('busy', 'Many people are sending files at this moment.')
      return await inOwnWords(() => take(request))
    },
  }
}

interface Coming {
  readonly names: readonly string[]
  readonly bytes: number
  readonly sender: string
}

/** File by file, each to its end, and no more than the link still takes. */
async function receive(
  parts: AsyncIterable<DeliveredPart>,
  share: UploadShare,
  deposit: Deposit,
  changedMs: number,
): Promise<Coming> {
  const filesLeft = share.filesMax - share.receivedFiles
  const names: string[] = []
  const taken = new FoldedNames()
  let bytesLeft = share.bytesMax - share.receivedBytes
  let bytes = 0
  let sender = ''
  async function* within(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of content) {
      bytesLeft -= piece.length
      if (bytesLeft < 0) throw new DeliveryError('too-large', 'This is more than the link still takes.')
      yield piece
    }
  }
  for await (const part of parts) {
    if (part.kind === 'field') {
      if (part.name === 'from') sender = senderOf(part.value)
      continue
    }
    if (names.length >= filesLeft) throw new DeliveryError('too-many-files', `The link takes ${filesLeft} more files.`)
    const name = taken.take(depositedName(part.name))
    names.push(name)
    bytes += await deposit.addFile({ name: Buffer.from(name), changedMs, content: within(part.content) })
  }
  return { names, bytes, sender }
}

/** Whatever was typed is only a name to read; what is none is left out. */
function senderOf(typed: string): string {
  return parseDisplayText(typed.replaceAll(/\s+/gu, ' '), { maxCharacters: maxSenderCharacters }) ?? ''
}

async function inOwnWords<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw deliveryErrorOf(error) ?? error
  }
}

function deliveryErrorOf(cause: unknown): DeliveryError | undefined {
  if (cause instanceof VolumeError) return new DeliveryError('no-room', 'The box has no room for it at this moment.', { cause })
  if (cause instanceof DepositError) {
    const fault = cause.fault === 'too-many-files' ? 'too-many-files' : cause.fault === 'full' ? 'over' : 'refused'
    return new DeliveryError(fault, cause.message, { cause })
  }
  if (!(cause instanceof BackupRefusedError)) return undefined
  const isFull = cause.refusal.kind === 'quota-exceeded'
  const words = isFull ? 'The plan of this account has no room for it.' : 'This account takes nothing at this moment.'
  return new DeliveryError(isFull ? 'no-room' : 'refused', words, { cause })
}
