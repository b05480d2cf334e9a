/** Pages about people and their sign-in, as a reader may find them. */
import type { Html } from '../../views/html.ts'
import { type AccountPeoplePageProps, accountPeoplePage } from '../../views/pages/account-people.ts'
import { codePage } from '../../views/pages/code.ts'
import { type GlassPageProps, glassPage } from '../../views/pages/glass.ts'
import { type InvitationPageProps, invitationPage } from '../../views/pages/invitation.ts'
import { linkEndedPage } from '../../views/pages/link-ended.ts'
import { type MePageProps, mePage } from '../../views/pages/me.ts'
import { type PeoplePageProps, peoplePage } from '../../views/pages/people.ts'
import { provePage } from '../../views/pages/prove.ts'
import { type ResetPageProps, resetPage } from '../../views/pages/reset.ts'
import { shownOncePage } from '../../views/pages/shown-once.ts'
import { type TwoFactorPageProps, twoFactorPage } from '../../views/pages/two-factor.ts'
import type { InvitationProps, PersonProps, RoleChoice } from '../../views/partials/people.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

const nowMs = Date.UTC(2026, 2, 26, 18, 20)
const hourMs = 3_600_000
const dayMs = 24 * hourMs

const staff: Viewer = {
  name: 'Otto Berg',
  role: 'Administrator',
  account: { name: 'All customers', number: 'backup.northquay.example' },
  standing: 'box',
  staff: 'administrator',
  maySwitch: true,
}
const owner: Viewer = {
  name: 'Helen Rowe',
  role: 'Owner',
  account: { name: 'Calder & Rowe Architects', number: 'C-000042' },
  standing: 'member',
}
const guest: Viewer = { ...staff, account: owner.account, standing: 'guest' }

const memberRoles: readonly RoleChoice[] = [
  { role: 'owner', name: 'Owner', about: 'sees everything, and decides: people, plan, rules, the recovery kit' },
  { role: 'member', name: 'Member', about: 'gets files back, connects computers, starts backups' },
  { role: 'viewer', name: 'Viewer', about: 'gets files back, and changes nothing' },
]
const staffRoles: readonly RoleChoice[] = [
  { role: 'administrator', name: 'Administrator', about: 'the whole box: customers, disks, keys, people' },
  { role: 'implementor', name: 'Implementor', about: 'customers, plans and computers, and how they stand' },
]

function person(name: string, role: string, more: Partial<PersonProps> = {}): PersonProps {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@calder-rowe.example`
  return { name, email, role, sinceMs: nowMs - 400 * dayMs, hasSecondFactor: false, isYou: false, path: '/people/usr_x', ...more }
}
const you = person('Helen Rowe', 'owner', { isYou: true, hasSecondFactor: true, path: undefined, why: 'the last one stays' })
function waiting(email: string, more: Partial<InvitationProps> = {}): InvitationProps {
  const times = { sentAtMs: nowMs - dayMs, expiresAtMs: nowMs + 6 * dayMs }
  return {
    email,
    role: 'member',
    byName: 'Helen Rowe',
    ...times,
    isExpired: false,
    path: '/account/people/invitations/inv_x',
    ...more,
  }
}

const me = (props: Partial<MePageProps>) => (page: PageContext) =>
  mePage({
    ...page,
    viewer: owner,
    name: 'Helen Rowe',
    email: 'helen.rowe@calder-rowe.example',
    isMailSetUp: true,
    secondFactor: { onSinceMs: undefined, codesLeft: 0 },
    sessions: [
      {
        path: '/me',
        browser: 'Firefox on Windows',
        from: '192.168.1.20',
        beganAtMs: nowMs - 2 * hourMs,
        usedAtMs: nowMs,
        isThis: true,
      },
    ],
    tokens: [],
    scopes: [
      { name: 'read', about: 'see how everything stands: computers, versions, sizes, alarms' },
      { name: 'files', about: 'read names and contents of files' },
    ],
    ...props,
  }) as unknown as Html

const account = (props: Partial<AccountPeoplePageProps>) => (page: PageContext) =>
  accountPeoplePage({
    ...page,
    viewer: owner,
    customerId: 'cus_x',
    people: [you],
    invitations: [],
    roles: memberRoles,
    mayInvite: 'anybody',
    isMailed: true,
    looks: [],
    glassPath: undefined,
    ...props,
  }) as unknown as Html

const people = (props: Partial<PeoplePageProps>) => (page: PageContext) =>
  peoplePage({
    ...page,
    viewer: staff,
    people: [person('Otto Berg', 'administrator', { isYou: true, path: undefined, why: 'the last one stays' })],
    invitations: [],
    roles: staffRoles,
    isMailed: true,
    ...props,
  }) as unknown as Html

const invitation =
  (step: InvitationPageProps['step'], more: Partial<InvitationPageProps> = {}) =>
  (page: PageContext) =>
    invitationPage({
      ...page,
      token: 'x',
      byName: 'Helen Rowe',
      asWhat: 'a member of Calder & Rowe Architects',
      email: 'nina@calder-rowe.example',
      expiresAtMs: nowMs + 6 * dayMs,
      step,
      ...more,
    }) as unknown as Html

const reset = (step: ResetPageProps['step']) => (page: PageContext) => resetPage({ ...page, step }) as unknown as Html
const factor = (state: TwoFactorPageProps['state'], problem?: string) => (page: PageContext) =>
  twoFactorPage({ ...page, viewer: owner, state, problem }) as unknown as Html
const glass = (props: Partial<GlassPageProps>) => (page: PageContext) =>
  glassPage({ ...page, viewer: guest, path: '/x', customer: owner.account.name, owners: 2, ...props }) as unknown as Html

/** A square of 25, as a small code is. */
const qr = { size: 25, path: 'M0 0h7v1h-7zM0 6h7v1h-7zM18 0h7v1h-7zM9 9h5v5h-5zM0 18h7v7h-7z' }

export function peopleSamples(longName: string) {
  const look = {
    byName: 'Otto Berg',
    reason: 'Helen asked on the telephone to look whether the letter to the bank is there.',
    beganAtMs: nowMs - 3 * dayMs,
    endedAtMs: nowMs - 3 * dayMs + hourMs / 4,
    openings: [
      { atMs: nowMs - 3 * dayMs, words: 'folder looked into', place: 'home/helen/Letters' },
      { atMs: nowMs - 3 * dayMs, words: 'file opened', place: `home/helen/Letters/${longName}.docx` },
    ],
    openingsCount: 2,
  }
  const many = ['Ann Ford', 'Bea Lind', 'Carl Otter', 'Dora Quay', 'Emil Rowe'].map((name, index) =>
    person(name, ['owner', 'member', 'viewer'][index % 3] ?? 'viewer', { hasSecondFactor: index % 2 === 0 }),
  )
  return {
    me: me({}),
    'me-many': me({
      said: 'Your password is changed, and all other sessions have ended.',
      secondFactor: { onSinceMs: nowMs - 40 * dayMs, codesLeft: 9 },
      sessions: [
        {
          path: '/a',
          browser: 'Firefox on Windows',
          from: '192.168.1.20',
          beganAtMs: nowMs - 2 * hourMs,
          usedAtMs: nowMs,
          isThis: true,
        },
        {
          path: '/b',
          browser: 'Safari on iPhone',
          from: '2001:db8::1',
          beganAtMs: nowMs - 9 * dayMs,
          usedAtMs: nowMs - 5 * hourMs,
          isThis: false,
        },
        {
          path: '/c',
          browser: 'Chrome on Android',
          from: '203.0.113.7',
          beganAtMs: nowMs - 20 * dayMs,
          usedAtMs: nowMs - 12 * dayMs,
          isThis: false,
        },
      ],
      tokens: [
        {
          path: '/t',
          name: 'Report on Mondays',
          scopes: 'read',
          madeAtMs: nowMs - 30 * dayMs,
          expiresAtMs: nowMs + 60 * dayMs,
          isExpired: false,
          usedAtMs: nowMs - hourMs,
        },
        {
          path: '/u',
          name: longName,
          scopes: 'read, files',
          madeAtMs: nowMs - 300 * dayMs,
          expiresAtMs: nowMs - 10 * dayMs,
          isExpired: true,
          usedAtMs: undefined,
        },
      ],
    }),
    'me-refused': me({
      problems: {
        email: 'This is not a mail address such as helen@office.example.',
        current: 'This is not your password.',
        token: 'A token that may do nothing is none: tick what it may.',
      },
      typed: { email: 'helen', token: longName },
    }),
    'two-factor-off': factor({ kind: 'off' }),
    'two-factor-pending': factor(
      { kind: 'pending', qr, secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' },
      'This is not the code of now.',
    ),
    'two-factor-on': factor({ kind: 'on', sinceMs: nowMs - 40 * dayMs, codesLeft: 9 }),
    'two-factor-no-codes': factor({ kind: 'on', sinceMs: nowMs - 40 * dayMs, codesLeft: 0 }),
    'recovery-codes': (page: PageContext) =>
      shownOncePage({
        ...page,
        viewer: owner,
        above: [{ name: 'My sign-in', path: '/me' }],
        title: 'Two-factor sign-in is on',
        words: 'These are your recovery codes. Print them, or write them down, and keep them where the telephone is not.',
        secrets: Array.from({ length: 10 }, (_, index) => `7k2m-9xq${index}-wtr4-0hbn`),
        after: 'Each signs you in once. The box keeps only fingerprints of them and cannot show them again.',
        done: { label: 'I have kept them', path: '/me/two-factor' },
      }) as unknown as Html,
    'link-shown-once': (page: PageContext) =>
      shownOncePage({
        ...page,
        viewer: owner,
        above: [{ name: 'People', path: '/account/people' }],
        title: 'Hand over this link',
        words:
          'This box sends no letters yet, so give this link to nina@calder-rowe.example yourself, by a way that nobody else reads.',
        secrets: [`http://backup.northquay.example/invitation?token=${'a2b3c4d5e6f7'.repeat(4)}abcd`],
        after: 'It works once, and for seven days.',
        done: { label: 'I have handed it over', path: '/account/people' },
      }) as unknown as Html,
    'sign-in-code': (page: PageContext) =>
      codePage({
        ...page,
        ticket: 'x',
        next: '/',
        problem: 'This code is not right. Wait for the next code and type that one.',
      }) as unknown as Html,
    prove: (page: PageContext) =>
      provePage({ ...page, email: 'helen.rowe@calder-rowe.example', next: '/', asks: 'password' }) as unknown as Html,
    'people-one': people({}),
    'people-many': people({
      people: [
        person('Otto Berg', 'administrator', { isYou: true, hasSecondFactor: true }),
        person('Ida Quay', 'implementor'),
        person(longName, 'administrator'),
      ],
      invitations: [waiting('new@northquay.example', { role: 'implementor', byName: 'Otto Berg' })],
      isMailed: false,
      said: 'The role is changed.',
    }),
    'people-refused': people({
      typed: { email: 'ida', role: 'implementor', problem: 'This is not a mail address such as helen@office.example.' },
    }),
    'account-people-one': account({}),
    'account-people-many': account({
      people: [...many, person(longName, 'viewer'), person('Helen Rowe', 'owner', { isYou: true, hasSecondFactor: true })],
      invitations: [
        waiting('nina@calder-rowe.example'),
        waiting(`${longName.toLowerCase()}@office.example`, { isExpired: true }),
      ],
      looks: [look],
    }),
    'account-people-last': account({ problem: 'Helen Rowe is the last owner. Make somebody else an owner first.' }),
    'account-people-staff': account({
      viewer: guest,
      people: many.map(({ path: _, ...rest }) => ({ ...rest, path: undefined })),
      mayInvite: 'nobody',
      glassPath: '/customers/cus_x/break-glass',
      looks: [{ ...look, openings: undefined, endedAtMs: undefined }],
    }),
    'account-people-no-owner': account({
      viewer: guest,
      people: [],
      mayInvite: 'first-owner',
      glassPath: '/customers/cus_x/break-glass',
      isMailed: false,
    }),
    'glass-broken': (page: PageContext) =>
      people({})({ ...page, glass: { customer: owner.account.name, untilMs: nowMs + hourMs } }),
    'break-glass': glass({}),
    'break-glass-refused': glass({ reason: 'because', problem: 'Say in 10 to 500 characters why: the owners read it.' }),
    'invitation-new': invitation({ kind: 'new', problems: {} }),
    'invitation-refused': invitation(
      { kind: 'new', name: 'Nina', problems: { password: 'A password has at least 12 characters.' } },
      { byName: longName },
    ),
    'invitation-sign-in': invitation({ kind: 'sign-in', path: '/x' }),
    'invitation-accept': invitation({ kind: 'accept' }),
    'invitation-other': invitation({ kind: 'other-login', signedInAs: 'otto@northquay.example' }),
    'invitation-ended': (page: PageContext) =>
      linkEndedPage({
        ...page,
        title: 'This invitation is too old.',
        words: 'It worked for seven days. Ask whoever invited you to send it again: that takes them one click.',
        action: { label: 'To signing in', path: '/signin' },
      }) as unknown as Html,
    'reset-none': reset({ kind: 'no-letters' }),
    'reset-ask': reset({ kind: 'ask', email: 'helen', problem: 'Too many attempts. Try again in 20 seconds.' }),
    'reset-asked': reset({ kind: 'asked', email: 'helen.rowe@calder-rowe.example' }),
    'reset-new': reset({
      kind: 'new',
      token: 'x',
      email: 'helen.rowe@calder-rowe.example',
      problem: 'A password has at least 12 characters.',
    }),
    'reset-address': reset({ kind: 'address', token: 'x', email: 'helen@rowe.example' }),
  }
}
