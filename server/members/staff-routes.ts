/** The page People: the staff of the box, for its administrators. */
import { z } from 'zod'
import { type PeoplePageProps, peoplePage } from '../../views/pages/people.ts'
import { shownOncePage } from '../../views/pages/shown-once.ts'
import type { PageContext } from '../../views/site.ts'
import { actingUserOf } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import { InvitationError } from '../invitations/invitation-error.ts'
import { type InvitationsService, invitationPath, type SentInvitation } from '../invitations/invitations-service.ts'
import { type Id, isId } from '../runtime/ids.ts'
import { isStaffRole } from '../users/staff-role.ts'
import { UserError } from '../users/user-error.ts'
import { MemberError } from './member-error.ts'
import type { MembersService } from './members-service.ts'
import { invitationProps, personProps } from './people-props.ts'
import { staffChoices } from './role-choices.ts'

const inviteSchema = z.object({ email: z.string(), role: z.string() })
const said = {
  role: 'The role is changed.',
  removed: 'That person is not of the staff any more. To undo it, invite them again.',
  invited: 'The invitation is on its way.',
  withdrawn: 'The invitation is withdrawn.',
} as const

export function staffRoutes(options: {
  readonly members: MembersService
  readonly invitations: InvitationsService
  readonly isMailSetUp: () => Promise<boolean>
  readonly publicUrl: string | undefined
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { members, invitations, isMailSetUp, publicUrl, clientOf, pageContext } = options
  const routes = newRoutes()

  const show = async (c: AppContext, more: Pick<PeoplePageProps, 'problem' | 'typed'> = {}) => {
    const page = pageContext(c)
    const { userId } = actingUserOf(c)
    const [staff, open] = await Promise.all([members.listStaff(), invitations.listOpen(undefined)])
    const administrators = staff.filter(({ role }) => role === 'administrator').length
    const rowOf = (person: (typeof staff)[number]) => {
      const isLast = person.role === 'administrator' && administrators === 1
      const path = isLast ? undefined : `/people/${person.userId}`
      return personProps(person, { viewerId: userId, path, ...(isLast ? { why: 'the last one stays' } : {}) })
    }
    return c.html(
      await peoplePage({
        ...page,
        ...more,
        viewer: staffViewer(c, page.site.host),
        people: staff.map(rowOf),
        invitations: open.map((invitation) =>
          invitationProps(invitation, { nowMs: page.reader.nowMs, path: `/people/invitations/${invitation.invitationId}` }),
        ),
        roles: staffChoices,
        isMailed: await isMailSetUp(),
        said: saidOf(c.req.query('said')),
      }),
      more.problem === undefined && more.typed === undefined ? 200 : 422,
    )
  }
  const answerSent = async (c: AppContext, { invitation, secret }: SentInvitation) => {
    if (secret === undefined) return c.redirect('/people?said=invited', 303)
    const page = pageContext(c)
    return c.html(
      await shownOncePage({
        ...page,
        ...linkWords(invitation.email, absolute(c, publicUrl, secret)),
        viewer: staffViewer(c, page.site.host),
        place: 'people',
        above: [{ name: 'People', path: '/people' }],
        done: { label: 'I have handed it over', path: '/people' },
      }),
    )
  }

  routes.get('/people', (c) => show(c))
  routes.post('/people/invite', async (c) => {
    const { email, role } = await readForm(c, inviteSchema)
    if (!isStaffRole(role)) throw new Problem('HF-VALIDATION', { detail: 'Choose one of the roles.' })
    try {
      const sent = await invitations.invite(actingUserOf(c), { email, invited: { kind: 'staff', role } }, clientOf(c).address)
      return await answerSent(c, sent)
    } catch (error) {
      return show(c, { typed: { email, role, problem: invitingWords(error) } })
    }
  })
  routes.post('/people/:userId/role', async (c) => {
    const userId = userIdOf(c)
    const { role } = await readForm(c, z.object({ role: z.string() }))
    if (!isStaffRole(role)) throw new Problem('HF-VALIDATION', { detail: 'Choose one of the roles.' })
    return change(c, () => members.changeStaff(actingUserOf(c), { userId, role }, clientOf(c).address), 'role')
  })
  routes.post('/people/:userId/remove', (c) => {
    const userId = userIdOf(c)
    return change(c, () => members.changeStaff(actingUserOf(c), { userId, role: undefined }, clientOf(c).address), 'removed')
  })
  routes.post('/people/invitations/:invitationId/again', async (c) => {
    const invitationId = await staffInvitationOf(c)
    return answerSent(c, await invitations.sendAgain(actingUserOf(c), invitationId, clientOf(c).address))
  })
  routes.post('/people/invitations/:invitationId/withdraw', async (c) => {
    await invitations.withdraw(actingUserOf(c), await staffInvitationOf(c), clientOf(c).address)
    return c.redirect('/people?said=withdrawn', 303)
  })

  async function change(c: AppContext, act: () => Promise<void>, done: keyof typeof said) {
    try {
      await act()
    } catch (error) {
      if (error instanceof MemberError && error.fault !== 'not-found') return show(c, { problem: error.message })
      throw error
    }
    // Whoever took away their own right has nothing to see here any more.
    return c.redirect(`/people?said=${done}`, 303)
  }

  async function staffInvitationOf(c: AppContext): Promise<Id<'inv'>> {
    const invitation = await invitations.find(invitationIdOf(c))
    if (invitation?.invited.kind !== 'staff') throw new Problem('HF-NOT-FOUND')
    return invitation.invitationId
  }

  return routes
}

function saidOf(key: string | undefined): string | undefined {
  return key !== undefined && Object.hasOwn(said, key) ? said[key as keyof typeof said] : undefined
}

export function userIdOf(c: AppContext): Id<'usr'> {
  const userId = c.req.param('userId') ?? ''
  if (!isId('usr', userId)) throw new Problem('HF-NOT-FOUND')
  return userId
}

export function invitationIdOf(c: AppContext): Id<'inv'> {
  const invitationId = c.req.param('invitationId') ?? ''
  if (!isId('inv', invitationId)) throw new Problem('HF-NOT-FOUND')
  return invitationId
}

/** What the inviting person can put right; anything else is not theirs. */
export function invitingWords(error: unknown): string {
  if (error instanceof UserError && error.fault === 'invalid-email') return error.message
  if (error instanceof InvitationError && error.fault !== 'not-yours' && error.fault !== 'not-found') return error.message
  throw error
}

export function absolute(c: AppContext, publicUrl: string | undefined, secret: string): string {
  return new URL(invitationPath(secret), publicUrl ?? c.req.url).href
}

export function linkWords(email: string, link: string) {
  return {
    title: 'Hand over this link',
    words: `This box sends no letters yet, so give this link to ${email} yourself, by a way that nobody else reads.`,
    secrets: [link],
    after:
      'It works once, and for seven days. The box keeps only a fingerprint of it and cannot show it again; it can make another.',
  }
}
