/**
 * Which mail server the box hands its letters to: the one of HOLDFAST_SMTP_URL, else the one that an administrator wrote down. The
 * password is sealed; nobody is ever shown it again.
 */
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database } from '../database/database.ts'
import type { OutboxKey } from '../outbox/outbox-key.ts'
import type { OutboxService } from '../outbox/outbox-service.ts'
import type { Clock } from '../runtime/clock.ts'
import { findSetting, putSetting, removeSetting } from '../settings/settings-table.ts'
import { findEmail } from '../users/user.ts'
import { MailError, type MailSender, type MailServer, type MailTls } from './mail.ts'
import {
  type MailForm,
  parseMailForm,
  parseSavedSender,
  parseSavedServer,
  parseSender,
  type SavedServer,
} from './mail-settings.ts'
import type { MailUrl } from './mail-url.ts'

/** What may be shown: no password. */
export interface MailStanding {
  /** `environment` wins over what is written down. */
  readonly source: 'environment' | 'settings' | 'none'
  readonly server: ShownServer | undefined
  readonly sender: MailSender | undefined
}

export interface ShownServer {
  readonly host: string
  readonly port: number
  readonly tls: MailTls
  readonly isPlainAllowed: boolean
  readonly user: string | undefined
  readonly hasPassword: boolean
  readonly authorityPem: string | undefined
}

/** All that sending needs, or why there is not all. */
export type MailAccess =
  | { readonly kind: 'ready'; readonly server: MailServer; readonly sender: MailSender }
  | { readonly kind: 'not-set-up' }
  | { readonly kind: 'password-lost' }

export interface MailService {
  readonly find: () => Promise<MailStanding>
  readonly access: () => Promise<MailAccess>
  /** Whether letters that nobody asked for one by one are worth writing. */
  readonly isSetUp: () => Promise<boolean>
  /** Throws MailError `invalid`; `from-environment` for the server, while HOLDFAST_SMTP_URL names it. */
  readonly save: (form: MailForm, actingAs: ActingAs) => Promise<void>
  readonly saveSender: (sender: Pick<MailForm, 'senderName' | 'senderAddress'>, actingAs: ActingAs) => Promise<void>
  readonly remove: (actingAs: ActingAs) => Promise<void>
}

const passwordContext = { purpose: 'mail-password', slotId: 'mail' } as const
export const usualSenderName = 'Holdfast'

export function createMailService(options: {
  readonly database: Database
  readonly key: OutboxKey
  readonly outbox: Pick<OutboxService, 'hurry'>
  readonly clock: Clock
  readonly smtpUrl: MailUrl | undefined
}): MailService {
  const { database, key, outbox, clock, smtpUrl } = options
  const { kysely } = database

  const findSaved = async (): Promise<SavedServer | undefined> => {
    const value = await findSetting(kysely, 'mail.server')
    return value === undefined ? undefined : parseSavedServer(value)
  }

  const findSender = async (user: string | undefined): Promise<MailSender | undefined> => {
    const value = await findSetting(kysely, 'mail.sender')
    const saved = value === undefined ? undefined : parseSavedSender(value)
    const address = smtpUrl?.sender.address ?? saved?.address ?? findEmail(user ?? '')?.address
    return address === undefined ? undefined : { address, name: smtpUrl?.sender.name ?? saved?.name ?? usualSenderName }
  }

  const access = async (): Promise<MailAccess> => {
    const saved = smtpUrl === undefined ? await findSaved() : undefined
    const server = smtpUrl?.server ?? saved
    const sender = server && (await findSender(server.user))
    if (server === undefined || sender === undefined) return { kind: 'not-set-up' }
    if (smtpUrl !== undefined) return { kind: 'ready', server: smtpUrl.server, sender }
    const { sealedPassword } = saved!
    const password = sealedPassword && key.unseal(Buffer.from(sealedPassword, 'base64'), passwordContext)?.toString('utf8')
    if (sealedPassword !== undefined && password === undefined) return { kind: 'password-lost' }
    return { kind: 'ready', server: { ...saved!, password }, sender }
  }

  /** The kept one stays only with the server and the user that it was given for: it must not travel to another. */
  const sealPassword = async (form: MailForm, server: { readonly host: string; readonly user: string | undefined }) => {
    if (server.user === undefined) return undefined
    if (form.password !== '') return key.seal(Buffer.from(form.password), passwordContext).toString('base64')
    const saved = await findSaved()
    const isSame = saved?.host === server.host && saved.user === server.user
    if (isSame && saved.sealedPassword !== undefined) return saved.sealedPassword
    throw new MailError('invalid', 'Type the password: it is not taken along to another server or user.', 'password')
  }

  const saveAll = async (
    values: { readonly server?: object; readonly sender: MailSender },
    actingAs: ActingAs,
    detail: Detail,
  ) => {
    const at = clock.now()
    await database.transaction(async (tx) => {
      if (values.server !== undefined) await putSetting(tx, 'mail.server', JSON.stringify(values.server), at)
      await putSetting(tx, 'mail.sender', JSON.stringify(values.sender), at)
      await insertAudit(tx, { ...actingAs, at, action: 'mail.changed', detail })
    })
    await outbox.hurry('mail')
  }

  return {
    access,
    isSetUp: async () => (await access()).kind === 'ready',
    find: async () => {
      if (smtpUrl !== undefined) {
        const { password, ...server } = smtpUrl.server
        const shown = { ...server, isPlainAllowed: server.tls === 'none', hasPassword: password !== undefined }
        return { source: 'environment', server: shown, sender: await findSender(server.user) }
      }
      const saved = await findSaved()
      if (saved === undefined) return { source: 'none', server: undefined, sender: await findSender(undefined) }
      const { sealedPassword, ...server } = saved
      return {
        source: 'settings',
        server: { ...server, hasPassword: sealedPassword !== undefined },
        sender: await findSender(server.user),
      }
    },
    save: async (form, actingAs) => {
      if (smtpUrl !== undefined)
        throw new MailError(
          'from-environment',
          'HOLDFAST_SMTP_URL names the mail server. Change it there, and start the box again.',
        )
      const { server, sender } = parseMailForm(form)
      const sealedPassword = await sealPassword(form, server)
      const { host, port, tls, user } = server
      await saveAll({ server: { ...server, sealedPassword }, sender }, actingAs, {
        ...{ host, port, tls },
        user: user ?? 'none',
        sender: sender.address,
      })
    },
    saveSender: async (form, actingAs) => {
      const sender = parseSender(form)
      await saveAll({ sender }, actingAs, { sender: sender.address })
    },
    remove: (actingAs) =>
      database.transaction(async (tx) => {
        await removeSetting(tx, 'mail.server')
        await insertAudit(tx, { ...actingAs, at: clock.now(), action: 'mail.changed', detail: { host: 'none' } })
      }),
  }
}

type Detail = Readonly<Record<string, string | number>>
