/** The forms of programs that are told, as they stand on two pages: of the box, and of an account. */
import { z } from 'zod'
import type { WebhooksProps } from '../../views/partials/webhooks.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { Problem } from '../http/problem.ts'
import { type Id, isId } from '../runtime/ids.ts'
import type { CallResult } from './call-url.ts'
import { WebhookError } from './webhook.ts'
import type { WebhooksService } from './webhooks-service.ts'

export type WebhooksShown = Pick<WebhooksProps, 'typed' | 'problem' | 'added' | 'tested'>
export const nothingShown: WebhooksShown = { typed: '', problem: undefined, added: undefined, tested: undefined }

export async function webhooksProps(
  webhooks: Pick<WebhooksService, 'list'>,
  of: { readonly customerId: Id<'cus'> | undefined; readonly path: string; readonly about: string },
  shown: WebhooksShown,
): Promise<WebhooksProps> {
  const listed = await webhooks.list(of.customerId)
  return { ...of, ...shown, webhooks: listed.map(({ webhookId, url, isActive }) => ({ id: webhookId, url, isActive })) }
}

/** Mounts the forms below `path`; `whose` says of which customer they are, and refuses whoever may not. */
export function mountWebhookForms(
  routes: App,
  options: {
    readonly path: '/settings/webhooks' | '/account/webhooks'
    /** Where the list stands. */
    readonly back: string
    readonly webhooks: WebhooksService
    readonly clientOf: ClientOf
    readonly whose: (c: AppContext) => Promise<Id<'cus'> | undefined>
    readonly show: (c: AppContext, shown: WebhooksShown, status?: 200 | 422) => Promise<Response>
  },
): void {
  const { path, back, webhooks, clientOf, whose, show } = options
  const of = async (c: AppContext) => ({ webhookId: idOf(c), customerId: await whose(c) })

  routes.post(path, async (c) => {
    const customerId = await whose(c)
    const { url } = await readForm(c, z.object({ url: z.string() }))
    try {
      const { webhook, secret } = await webhooks.add({ customerId, url }, actingAsUser(c, clientOf))
      return await show(c, { ...nothingShown, added: { url: webhook.url, secret } })
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error
      return show(c, { ...nothingShown, typed: url, problem: error.message }, 422)
    }
  })
  routes.post(`${path}/:webhookId/test`, async (c) => {
    const asked = await of(c)
    const result = await webhooks.test(asked)
    const url = (await webhooks.list(asked.customerId)).find(({ webhookId }) => webhookId === asked.webhookId)?.url ?? ''
    return show(c, { ...nothingShown, tested: { url, ...testWords(result) } })
  })
  routes.post(`${path}/:webhookId/pause`, async (c) => {
    await webhooks.setActive(await of(c), false, actingAsUser(c, clientOf))
    return c.redirect(back, 303)
  })
  routes.post(`${path}/:webhookId/go-on`, async (c) => {
    await webhooks.setActive(await of(c), true, actingAsUser(c, clientOf))
    return c.redirect(back, 303)
  })
  routes.post(`${path}/:webhookId/remove`, async (c) => {
    await webhooks.remove(await of(c), actingAsUser(c, clientOf))
    return c.redirect(back, 303)
  })
}

function idOf(c: AppContext): Id<'whk'> {
  const webhookId = c.req.param('webhookId') ?? ''
  if (!isId('whk', webhookId)) throw new Problem('HF-NOT-FOUND')
  return webhookId
}

function testWords(result: CallResult): { readonly isTaken: boolean; readonly words: string } {
  if (result.kind === 'failed') return { isTaken: false, words: `did not take it. ${result.words}` }
  const isTaken = result.status >= 200 && result.status < 300
  return {
    isTaken,
    words: isTaken ? `took it, and answered ${result.status}.` : `answered ${result.status}; a number from 200 to 299 is needed.`,
  }
}
