/**
 * Takes what people send by a link: checked before the first byte where the request says enough, counted while it comes, sealed as it
 * comes, and one version in the end. What is cut off, too much, or refused on the way leaves nothing that anybody sees.
 */
import { BackupRefusedError } from '../backup-sessions/backup-session.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { DepositError } from '../deposits/deposit.ts'
import type { Deposit, DepositsService } from '../deposits/deposits-service.ts'
import { depositedName } from '../deposits/file-name.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import type { Repository } from '../repositories/repository.ts'
import { FoldedNames } from '../restores/folded-names.ts'
import { createSlots } from '../restores/slots.ts'
import type { Id } from '../runtime/ids.ts'
import { VolumeError } from '../storage-volumes/storage-volume.ts'
import type { StorageVolumesService } from '../storage-volumes/storage-volumes-service.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { parseDisplayText } from '../text/display-text.ts'
import {
  type CountedDelivery,
  type Delivered,
  type DeliveredPart,
  DeliveryError,
  deliveryFolder,
  isTooLongFor,
  maxDeliveriesAtOnce,
  maxDeliveriesOfLink,
  maxSenderCharacters,
  refusalOf,
  withdrawn,
  wornOutOf,
} from './delivery.ts'
import { type AccountsOptions, createDeliveryAccounts } from './delivery-accounts.ts'
import { RunningDeliveries, type RunningDelivery } from './running-deliveries.ts'
import type { UploadShare } from './share.ts'
import type { Visitor } from './share-use.ts'
import { addLostBytes, findShare } from './shares-table.ts'

export interface DeliveryRequest {
  /** That works, of somebody who may use it. */
  readonly share: UploadShare
  readonly visitor: Visitor
  readonly parts: AsyncIterable<DeliveredPart>
}

/** What somebody says of what they are about to send. */
export interface Announced {
  /** With what a form adds to them; undefined: it is not said. */
  readonly bytes: number | undefined
  readonly files?: number
}

export interface DeliveriesService {
  /** Before the first byte is read. Throws DeliveryError. */
  readonly demandRoom: (share: UploadShare, announced: Announced) => Promise<void>
  /**
   * What it answers has come, whoever heard of it yet. Throws DeliveryError: nothing has come. After anything else that it throws the
   * minute's work finds out, and tells it or takes it back.
   */
  readonly take: (request: DeliveryRequest) => Promise<Delivered>
  /** The link was withdrawn: what is coming in by it ends at its next piece. */
  readonly withdraw: (shareId: Id<'shr'>) => void
  /** Once a minute, after deposits were dropped: tells what came and was not told, and takes back what was counted and did not come. */
  readonly settleLeft: () => Promise<void>
}

export interface DeliveriesOptions extends AccountsOptions {
  readonly timeZone: string
  readonly deposits: Pick<DepositsService, 'open'>
  readonly volumes: Pick<StorageVolumesService, 'reserve'>
  readonly devices: Pick<DevicesService, 'find' | 'usedBytes'>
  readonly subscriptions: Pick<SubscriptionsService, 'find'>
  readonly customers: Pick<CustomersService, 'find'>
  readonly getRepository: (customerId: Id<'cus'>) => Promise<Repository>
}

export function createDeliveries(options: DeliveriesOptions): DeliveriesService {
  const { database, clock, deposits, devices, subscriptions } = options
  const slots = createSlots(maxDeliveriesAtOnce, { perKey: { link: maxDeliveriesOfLink } })
  const running = new RunningDeliveries()
  const accounts = createDeliveryAccounts(options)

  const takeSlot = ({ shareId }: UploadShare) => {
    const slot = slots.take({ link: shareId })
    if (slot === undefined) throw new DeliveryError('busy', 'Many people are sending files at this moment.')
    return slot
  }

  const getInbox = async (share: UploadShare): Promise<DeviceIdentity> => {
    const device = await devices.find(share.deviceId)
    if (device?.state !== 'active') throw new DeliveryError('over', 'The place where files land is not there any more.')
    return device
  }

  const folderOf = async ({ customerId }: UploadShare, sender: string): Promise<string> => {
    const timeZone = (await options.customers.find(customerId))?.details.timeZone || options.timeZone
    return depositedName(deliveryFolder(sender, { ms: clock.now(), timeZone }))
  }

  /** `noted`: told of the count as soon as it stands. */
  const receiveAndCommit = async (
    { share, visitor, parts }: DeliveryRequest,
    run: RunningDelivery,
    noted: (delivery: CountedDelivery) => void,
  ) => {
    await using deposit = await deposits.open({ device: await getInbox(share), job: share.job, address: visitor.network })
    const { shareId } = share
    run.countStored = () => deposit.storedBytes
    const demandGoingOn = () => {
      const refusal = run.isWithdrawn ? withdrawn() : wornOutOf(share, running.storedBytes(shareId))
      if (refusal !== undefined) throw refusal
    }
    const { names, bytes, sender } = await receive(parts, { share, deposit, demandGoingOn, changedMs: clock.now() })
    if (names.length === 0) throw new DeliveryError('nothing-sent', 'No file came with the form.')
    const { sessionId } = deposit
    const { network, agent } = visitor
    const delivery = { sessionId, shareId, at: clock.now(), files: names.length, bytes, sender, network, agent }
    await accounts.count(delivery)
    noted(delivery)
    const tags = sender === '' ? [] : [`from ${sender}`]
    const { version } = await deposit.commit({ folder: await folderOf(share, sender), tags })
    return { delivery, came: { names, version } }
  }

  const take = async (request: DeliveryRequest): Promise<Delivered> => {
    const { shareId } = request.share
    using run = running.begin(shareId)
    let counted: CountedDelivery | undefined
    try {
      const { delivery, came } = await receiveAndCommit(request, run, (noted) => {
        counted = noted
      })
      // It has come, whoever hears of it: what cannot be told now is told by the minute's work, and failing there is logged.
      await accounts.tell(delivery, came).catch(() => {})
      return delivery
    } catch (error) {
      // Its session has ended. An answer that was lost on the way may have been a yes.
      if (counted !== undefined && (await accounts.settle(counted.sessionId))) return counted
      await addLostBytes(database.kysely, shareId, run.countStored())
      throw error
    }
  }

  return {
    demandRoom: async (share, { bytes, files = 0 }) => {
      // Only asked for: whoever asks and sends nothing keeps nobody out.
      takeSlot(share)[Symbol.dispose]()
      const now = await findShare(database.kysely, share.shareId)
      const refusal = refusalOf(now, running.storedBytes(share.shareId))
      if (refusal !== undefined) throw refusal
      if (now?.kind !== 'upload') return
      const left = { bytes: now.bytesMax - now.receivedBytes, files: now.filesMax - now.receivedFiles }
      if (files > left.files) throw tooManyFiles(left.files)
      if (bytes === undefined) return
      if (isTooLongFor(bytes, left)) throw tooLarge()
      const { subscriptionId } = await getInbox(share)
      const subscription = await subscriptions.find(subscriptionId)
      const usedBytes = await devices.usedBytes(subscriptionId)
      if (subscription === undefined || usedBytes + bytes > subscription.quotaBytes)
        throw new DeliveryError('no-room', 'The plan of this account has no room for it.')
      await inOwnWords(async () => {
        const { uid } = await options.getRepository(share.customerId)
        const room = await options.volumes.reserve(bytes, uid)
        room.release()
      })
    },
    take: async (request) => {
      using _slot = takeSlot(request.share)
      return await inOwnWords(() => take(request))
    },
    withdraw: (shareId) => running.withdraw(shareId),
    settleLeft: accounts.settleLeft,
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
  to: {
    readonly share: UploadShare
    readonly deposit: Deposit
    /** Throws where the link does not take the rest of it. */
    readonly demandGoingOn: () => void
    readonly changedMs: number
  },
): Promise<Coming> {
  const { share, deposit, demandGoingOn, changedMs } = to
  const filesLeft = share.filesMax - share.receivedFiles
  const names: string[] = []
  const taken = new FoldedNames()
  let bytesLeft = share.bytesMax - share.receivedBytes
  let bytes = 0
  let sender = ''
  async function* within(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of content) {
      demandGoingOn()
      bytesLeft -= piece.length
      if (bytesLeft < 0) throw tooLarge()
      yield piece
    }
  }
  for await (const part of parts) {
    if (part.kind === 'field') {
      if (part.name === 'from') sender = senderOf(part.value)
      continue
    }
    if (names.length >= filesLeft) throw tooManyFiles(filesLeft)
    const name = taken.take(depositedName(part.name))
    names.push(name)
    bytes += await deposit.addFile({ name: Buffer.from(name), changedMs, content: within(part.content) })
  }
  return { names, bytes, sender }
}

function tooLarge(): DeliveryError {
  return new DeliveryError('too-large', 'This is more than the link still takes.')
}

function tooManyFiles(left: number): DeliveryError {
  return new DeliveryError('too-many-files', `The link takes ${left} more ${left === 1 ? 'file' : 'files'}.`)
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
