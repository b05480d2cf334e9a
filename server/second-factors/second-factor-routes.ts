/** The page My sign-in › Two-factor sign-in. Every change asks once more who it is. */
import { z } from 'zod'
import { shownOncePage } from '../../views/pages/shown-once.ts'
import { type TwoFactorPageProps, twoFactorPage } from '../../views/pages/two-factor.ts'
import type { PageContext } from '../../views/site.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { problemDocument } from '../http/problem.ts'
import { getSession, ownViewer } from '../me/own-viewer.ts'
import { qrModules, qrPath } from '../recovery-kits/qr-modules.ts'
import { requireRecentProof } from '../sessions/recent-proof.ts'
import { throttledProblem } from '../sessions/sign-in-problem.ts'
import type { FactorState, SecondFactors } from './second-factors-service.ts'
import { totpSecretText, totpUri } from './totp.ts'

export const twoFactorPath = '/me/two-factor'

export function secondFactorRoutes(options: {
  readonly secondFactors: SecondFactors
  readonly customers: CustomersService
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { secondFactors, customers, clientOf, pageContext } = options
  const routes = newRoutes()

  const show = async (c: AppContext, problem?: string) => {
    const page = pageContext(c)
    const { user } = getSession(c)
    const state = stateProps(await secondFactors.state(user.userId), { box: page.site.host, email: user.email })
    const viewer = await ownViewer(c, customers, page.site.host)
    return twoFactorPage({ ...page, viewer, state, problem })
  }
  const showCodes = async (c: AppContext, title: string, codes: readonly string[]) => {
    const page = pageContext(c)
    return shownOncePage({
      ...page,
      viewer: await ownViewer(c, customers, page.site.host),
      above: [{ name: 'My sign-in', path: '/me' }],
      title,
      words: 'These are your recovery codes. Print them, or write them down, and keep them where the telephone is not.',
      secrets: codes,
      after: 'Each signs you in once. The box keeps only fingerprints of them and cannot show them again.',
      done: { label: 'I have kept them', path: twoFactorPath },
    })
  }

  routes.get(twoFactorPath, async (c) => {
    // The picture is as good as the telephone.
    const { pendingSecret } = await secondFactors.state(getSession(c).user.userId)
    if (pendingSecret !== undefined) requireRecentProof(c)
    return c.html(await show(c))
  })
  routes.post('/me/two-factor/begin', async (c) => {
    requireRecentProof(c)
    await secondFactors.begin(getSession(c).user.userId)
    return c.redirect(twoFactorPath, 303)
  })
  routes.post('/me/two-factor/confirm', async (c) => {
    requireRecentProof(c)
    const { otp } = await readForm(c, z.object({ otp: z.string() }))
    const answer = await secondFactors.confirm(getSession(c).user, otp, actingAsUser(c, clientOf))
    if (answer.kind === 'on') return c.html(await showCodes(c, 'Two-factor sign-in is on', answer.recoveryCodes))
    if (answer.kind === 'wrong')
      return c.html(
        await show(c, 'This is not the code of now. Wait for the next one, and see that the telephone’s clock is right.'),
        422,
      )
    const problem = throttledProblem(answer.retryAfterMs)
    for (const [name, value] of Object.entries(problem.options.headers ?? {})) c.header(name, value)
    return c.html(await show(c, problemDocument(problem, '').detail), 429)
  })
  routes.post('/me/two-factor/codes', async (c) => {
    requireRecentProof(c)
    const { user } = getSession(c)
    if (!(await secondFactors.isOn(user.userId))) return c.redirect(twoFactorPath, 303)
    return c.html(await showCodes(c, 'New recovery codes', await secondFactors.renewCodes(user, actingAsUser(c, clientOf))))
  })
  routes.post('/me/two-factor/off', async (c) => {
    requireRecentProof(c)
    await secondFactors.turnOff(getSession(c).user, actingAsUser(c, clientOf))
    return c.redirect('/me?said=off', 303)
  })

  return routes
}

function stateProps(
  { onSince, codesLeft, pendingSecret }: FactorState,
  names: { readonly box: string; readonly email: string },
): TwoFactorPageProps['state'] {
  if (onSince !== undefined) return { kind: 'on', sinceMs: onSince, codesLeft }
  if (pendingSecret === undefined) return { kind: 'off' }
  const modules = qrModules(totpUri(pendingSecret, names))
  return { kind: 'pending', qr: { size: modules.size, path: qrPath(modules) }, secret: totpSecretText(pendingSecret) }
}
