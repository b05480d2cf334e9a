/**
 * The page Account › People. Owners let people in and say what they may do; staff see who is there, and ask in the first owner. A form
 * says for which account it was shown: whoever has entered another one meanwhile, in another window, changes nothing by mistake.
 */
import { z } from 'zod'
import { type AccountPeoplePageProps, accountPeoplePage } from '../../views/pages/account-people.ts'
import { shownOncePage } from '../../views/pages/shown-once.ts'
import type { PageContext } from '../../views/site.ts'
import { type Account, openAccount } from '../accounts/account.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { isMemberRole } from '../customers/membership.ts'
import { glassLookProps, glassPath } from '../glass/glass-props.ts'
import type { GlassService } from '../glass/glass-service.ts'
import { actingUserOf } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import { isOwnerOf } from '../invitations/invitation.ts'
import type { InvitationsService, SentInvitation } from '../invitations/invitations-service.ts'
import type { Id } from '../runtime/ids.ts'
import { MemberError } from './member-error.ts'
import type { MembersService } from './members-service.ts'
import { invitationProps, personProps } from './people-props.ts'
import { memberChoices } from './role-choices.ts'
import { absolute, invitationIdOf, invitingWords, linkWords, userIdOf } from './staff-routes.ts'

export const accountPeoplePath = '/account/people'

const accountSchema = z.object({ customer: z.string() })
const inviteSchema = accountSchema.extend({ email: z.string(), role: z.string() })
const roleSchema = accountSchema.extend({ role: z.string() })
const said = {
  role: 'The role is changed.',
  removed:
    'That person does not belong here any more. To undo it, invite them again. Links they made go on until somebody withdraws them under Sharing.',
  invited: 'The invitation is on its way.',
  withdrawn: 'The invitation is withdrawn.',
} as const

export function accountPeopleRoutes(options: {
  readonly members: MembersService
  readonly invitations: InvitationsService
  readonly customers: CustomersService
  readonly glass: GlassService
  readonly isMailSetUp: () => Promise<boolean>
  readonly publicUrl: string | undefined
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { members, invitations, customers, glass, isMailSetUp, publicUrl, clientOf, pageContext } = options
  const routes = newRoutes()

  const open = async (c: AppContext, permission: 'members:read' | 'members:write'): Promise<Account> => {
    const account = await openAccount(c, customers)
    if (!c.var.access.may(permission, account.customer.customerId)) throw new Problem('HF-FORBIDDEN')
    return account
  }

  const show = async (c: AppContext, account: Account, more: Pick<AccountPeoplePageProps, 'problem' | 'typed'> = {}) => {
    const page = pageContext(c)
    const { user, customer, viewer } = account
    const { customerId } = customer
    const [people, waiting, looks] = await Promise.all([
      members.list(customerId),
      invitations.listOpen(customerId),
      glass.listOfCustomer(customerId),
    ])
    const owners = people.filter(({ role }) => role === 'owner').length
    const isOwner = isOwnerOf(user, customerId)
    const rowOf = (person: (typeof people)[number]) => {
      const isLast = person.role === 'owner' && owners === 1
      const path = isOwner && !isLast ? `${accountPeoplePath}/${person.userId}` : undefined
      return personProps(person, { viewerId: user.userId, path, ...(isOwner && isLast ? { why: 'the last one stays' } : {}) })
    }
    const firstOwner = user.staffRole !== undefined && owners === 0 ? 'first-owner' : 'nobody'
    const mayBreakGlass = c.var.access.may('break-glass:use', customerId) && viewer.standing === 'guest'
    return c.html(
      await accountPeoplePage({
        ...page,
        ...more,
        viewer,
        customerId,
        people: people.map(rowOf),
        invitations: waiting.map((invitation) =>
          invitationProps(invitation, {
            nowMs: page.reader.nowMs,
            path:
              isOwner || (user.staffRole !== undefined && invitation.isByStaff)
                ? `${accountPeoplePath}/invitations/${invitation.invitationId}`
                : undefined,
          }),
        ),
        roles: memberChoices,
        mayInvite: isOwner ? 'anybody' : firstOwner,
        isMailed: await isMailSetUp(),
        looks: looks.map((look) => glassLookProps(look, page.reader, { mayReadNames: isOwner })),
        glassPath: mayBreakGlass ? glassPath(customerId) : undefined,
        said: saidOf(c.req.query('said')),
      }),
      more.problem === undefined && more.typed === undefined ? 200 : 422,
    )
  }
  const answerSent = async (c: AppContext, { viewer }: Account, { invitation, secret }: SentInvitation) => {
    if (secret === undefined) return c.redirect(`${accountPeoplePath}?said=invited`, 303)
    return c.html(
      await shownOncePage({
        ...pageContext(c),
        ...linkWords(invitation.email, absolute(c, publicUrl, secret)),
        viewer,
        place: 'account',
        above: [
          { name: 'Account', path: '/account' },
          { name: 'People', path: accountPeoplePath },
        ],
        done: { label: 'I have handed it over', path: accountPeoplePath },
      }),
    )
  }

  routes.get(accountPeoplePath, async (c) => show(c, await open(c, 'members:read')))
  routes.post('/account/people/invite', async (c) => {
    const account = await open(c, 'members:write')
    const { customer, email, role } = await readForm(c, inviteSchema)
    demandSame(account, customer)
    if (!isMemberRole(role)) throw new Problem('HF-VALIDATION', { detail: 'Choose one of the roles.' })
    const { customerId } = account.customer
    try {
      const invited = { kind: 'member', customerId, role } as const
      return await answerSent(c, account, await invitations.invite(account.user, { email, invited }, clientOf(c).address))
    } catch (error) {
      return show(c, account, { typed: { email, role, problem: invitingWords(error) } })
    }
  })
  routes.post('/account/people/:userId/role', async (c) => {
    const { account, userId } = await memberAsked(c)
    const { customer, role } = await readForm(c, roleSchema)
    demandSame(account, customer)
    if (!isMemberRole(role)) throw new Problem('HF-VALIDATION', { detail: 'Choose one of the roles.' })
    const { customerId } = account.customer
    return change(c, account, () => members.change(account.user, { customerId, userId, role }, clientOf(c).address), 'role')
  })
  routes.post('/account/people/:userId/remove', async (c) => {
    const { account, userId } = await memberAsked(c)
    demandSame(account, (await readForm(c, accountSchema)).customer)
    const { customerId } = account.customer
    const removal = { customerId, userId, role: undefined }
    return change(c, account, () => members.change(account.user, removal, clientOf(c).address), 'removed')
  })
  routes.post('/account/people/invitations/:invitationId/again', async (c) => {
    const { account, invitationId } = await invitationAsked(c)
    demandSame(account, (await readForm(c, accountSchema)).customer)
    return answerSent(c, account, await invitations.sendAgain(account.user, invitationId, clientOf(c).address))
  })
  routes.post('/account/people/invitations/:invitationId/withdraw', async (c) => {
    const { account, invitationId } = await invitationAsked(c)
    demandSame(account, (await readForm(c, accountSchema)).customer)
    await invitations.withdraw(account.user, invitationId, clientOf(c).address)
    return c.redirect(`${accountPeoplePath}?said=withdrawn`, 303)
  })

  /** Somebody who does not belong here is as absent as one who never was. */
  async function memberAsked(c: AppContext) {
    const account = await open(c, 'members:write')
    const userId = userIdOf(c)
    const isHere = (await members.list(account.customer.customerId)).some((member) => member.userId === userId)
    if (!isHere) throw new Problem('HF-NOT-FOUND')
    return { account, userId }
  }

  async function invitationAsked(c: AppContext): Promise<{ readonly account: Account; readonly invitationId: Id<'inv'> }> {
    const account = await open(c, 'members:write')
    const invitation = await invitations.find(invitationIdOf(c))
    const { customerId } = account.customer
    if (invitation?.invited.kind !== 'member' || invitation.invited.customerId !== customerId) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'members:write', customerId)
    return { account, invitationId: invitation.invitationId }
  }

  async function change(c: AppContext, account: Account, act: () => Promise<void>, done: keyof typeof said) {
    try {
      await act()
    } catch (error) {
      if (error instanceof MemberError && error.fault === 'last-owner') return show(c, account, { problem: error.message })
      throw error
    }
    const { userId } = actingUserOf(c)
    // Whoever removed themselves stands in another account now, or in none.
    return c.redirect(done === 'removed' && userIdOf(c) === userId ? '/' : `${accountPeoplePath}?said=${done}`, 303)
  }

  return routes
}

function demandSame({ customer }: Account, customerId: string): void {
  if (customer.customerId !== customerId)
    throw new Problem('HF-CONFLICT', { detail: 'You have entered another account meanwhile. Go back to the right one first.' })
}

function saidOf(key: string | undefined): string | undefined {
  return key !== undefined && Object.hasOwn(said, key) ? said[key as keyof typeof said] : undefined
}
