/** The page Settings: the mail server, the address in letters, and the test of both. */
import { z } from 'zod'
import { type MailField, type MailFormProps, type SettingsPageProps, settingsPage } from '../../views/pages/settings.ts'
import type { PageContext } from '../../views/site.ts'
import type { Heartbeat } from '../heartbeat/heartbeat-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { userOf } from '../http/principal.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import { LetterError } from '../letters/letter.ts'
import type { OutboxService } from '../outbox/outbox-service.ts'
import type { WebhooksService } from '../webhooks/webhooks-service.ts'
import type { BoxAddress } from './box-address.ts'
import { MailError } from './mail.ts'
import { type MailService, type MailStanding, usualSenderName } from './mail-service.ts'
import type { MailForm } from './mail-settings.ts'
import type { MailTestResult, TestMail } from './mail-test.ts'
import { mailWords } from './mail-words.ts'

const text = z.string().default('')
const mailSchema = z.object({
  ...{ host: text, port: text, tls: text, plain: z.string().optional(), user: text, password: text, authority: text },
  'sender-name': text,
  'sender-address': text,
})

type Shown = Partial<Pick<SettingsPageProps, 'saved'>> & {
  readonly typed?: { readonly form: MailForm; readonly error: MailError }
  readonly test?: SettingsPageProps['test']
  readonly address?: { readonly typed: string; readonly problem: string }
}

export function settingsRoutes(options: {
  readonly mail: MailService
  readonly testMail: TestMail
  readonly boxAddress: BoxAddress
  readonly outbox: OutboxService
  readonly webhooks: Pick<WebhooksService, 'list'>
  readonly heartbeat: Pick<Heartbeat, 'find'>
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { mail, testMail, boxAddress, outbox, clientOf, pageContext } = options
  const routes = newRoutes()

  const show = async (c: AppContext, shown: Shown, status: 200 | 422 = 200) => {
    const page = pageContext(c)
    const standing = await mail.find()
    const counts = await outbox.counts()
    const address = await boxAddress.find()
    return c.html(
      await settingsPage({
        ...page,
        viewer: staffViewer(c, page.site.host),
        mail: mailProps(standing, shown.typed),
        test: shown.test ?? { to: userOf(c.var.access.principal)?.email ?? '', result: undefined },
        address: {
          ...address,
          typed: shown.address?.typed ?? (address.source === 'settings' ? address.url : ''),
          problem: shown.address?.problem,
        },
        outbox: { waiting: counts.waiting, givenUp: counts['given-up'] },
        webhooks: (await options.webhooks.list(undefined)).length,
        heartbeat: await options.heartbeat.find(),
        saved: shown.saved,
      }),
      status,
    )
  }

  routes.get('/settings', (c) => {
    const saved = c.req.query('saved')
    return show(c, { saved: saved === 'mail' || saved === 'address' ? saved : undefined })
  })
  routes.post('/settings/mail', async (c) => {
    const form = formOf(await readForm(c, mailSchema))
    const isFixed = (await mail.find()).source === 'environment'
    try {
      await (isFixed ? mail.saveSender(form, actingAsUser(c, clientOf)) : mail.save(form, actingAsUser(c, clientOf)))
    } catch (error) {
      if (!(error instanceof MailError)) throw error
      return show(c, { typed: { form, error } }, 422)
    }
    return c.redirect('/settings?saved=mail', 303)
  })
  routes.post('/settings/mail/test', async (c) => {
    const { to } = await readForm(c, z.object({ to: text }))
    try {
      const name = userOf(c.var.access.principal)?.name ?? ''
      const result = await testMail({ email: to, name }, actingAsUser(c, clientOf))
      return await show(c, { test: { to, result: resultProps(result) } })
    } catch (error) {
      if (!(error instanceof LetterError)) throw error
      return show(c, { test: { to, result: wrongAddress } }, 422)
    }
  })
  routes.post('/settings/address', async (c) => {
    const { address } = await readForm(c, z.object({ address: text }))
    try {
      await boxAddress.save(address, actingAsUser(c, clientOf))
    } catch (error) {
      if (!(error instanceof MailError)) throw error
      return show(c, { address: { typed: address, problem: error.message } }, 422)
    }
    return c.redirect('/settings?saved=address', 303)
  })
  return routes
}

function formOf(fields: z.infer<typeof mailSchema>): MailForm {
  const { plain, authority, ...rest } = fields
  return {
    ...rest,
    isPlainAllowed: plain !== undefined,
    authorityPem: authority.replaceAll('\r\n', '\n'),
    senderName: fields['sender-name'],
    senderAddress: fields['sender-address'],
  }
}

function mailProps({ source, server, sender }: MailStanding, typed: Shown['typed']): SettingsPageProps['mail'] {
  const form: MailFormProps = typed?.form ?? {
    host: server?.host ?? '',
    port: server === undefined ? '' : String(server.port),
    tls: server?.tls ?? 'starttls',
    isPlainAllowed: server?.isPlainAllowed ?? false,
    user: server?.user ?? '',
    authorityPem: server?.authorityPem ?? '',
    senderName: sender?.name ?? usualSenderName,
    senderAddress: sender?.address ?? '',
  }
  const problem = typed && { field: typed.error.field as MailField | undefined, words: typed.error.message }
  return { source, hasPassword: server?.hasPassword ?? false, form, problem }
}

const wrongAddress: NonNullable<SettingsPageProps['test']['result']> = {
  kind: 'failed',
  says: 'This is not a mail address.',
  who: 'you',
  hint: 'An address looks like helen@office.example.',
  answer: undefined,
}

const whoWords = {
  you: 'you',
  administrator: 'you, or whoever runs the mail server',
  implementor: 'the implementor',
  network: 'whoever runs the network',
}

function resultProps(result: MailTestResult): NonNullable<SettingsPageProps['test']['result']> {
  if (result.kind === 'sent') return result
  const { says, who, hint } = mailWords[result.fault]
  return { kind: 'failed', says, who: whoWords[who], hint, answer: result.answer }
}
