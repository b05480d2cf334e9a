/** The pages of settings and letters as a reader may find them. */
import type { Html } from '../../views/html.ts'
import { type AccountLettersPageProps, accountLettersPage } from '../../views/pages/account-letters.ts'
import { type MyLettersPageProps, myLettersPage } from '../../views/pages/my-letters.ts'
import { type OutboxPageProps, type OutboxRowProps, outboxPage } from '../../views/pages/outbox.ts'
import { type SettingsPageProps, settingsPage } from '../../views/pages/settings.ts'
import { webhooksPage } from '../../views/pages/webhooks.ts'
import type { WebhooksProps } from '../../views/partials/webhooks.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

const nowMs = Date.UTC(2026, 2, 26, 18, 20)
const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const staff: Viewer = {
  name: 'Otto Berg',
  role: 'Administrator',
  account: { name: 'All customers', number: 'backup.northquay.example' },
  standing: 'box',
  staff: 'administrator',
  maySwitch: true,
}

const form = {
  host: 'mail.northquay.example',
  port: '587',
  tls: 'starttls',
  isPlainAllowed: false,
  user: 'backup@northquay.example',
  authorityPem: '',
  senderName: 'Backups of Northquay IT',
  senderAddress: 'backup@northquay.example',
}
const emptyForm = { ...form, host: '', port: '', user: '', senderName: 'Holdfast', senderAddress: '' }

function settings(props: Partial<SettingsPageProps>): (page: PageContext) => Html {
  return (page) =>
    settingsPage({
      ...page,
      viewer: staff,
      mail: { source: 'settings', hasPassword: true, form, problem: undefined },
      test: { to: 'otto@northquay.example', result: undefined },
      address: {
        source: 'settings',
        url: 'https://backup.northquay.example',
        typed: 'https://backup.northquay.example',
        problem: undefined,
      },
      outbox: { waiting: 0, givenUp: 0 },
      webhooks: 1,
      heartbeat: {
        host: 'hc.example',
        last: { atMs: nowMs - 11 * 60 * minuteMs, isTaken: true, answer: '200' },
        waitsFor: undefined,
      },
      saved: undefined,
      ...props,
    })
}

const row: OutboxRowProps = {
  id: 'ltr_x',
  title: 'RECEPTION-PC was not backed up',
  isMail: true,
  to: 'Helen Rowe <helen@calder-rowe.example>',
  customer: 'Calder & Rowe Architects (C-000042)',
  attempts: 1,
  createdAtMs: nowMs - 5 * minuteMs,
  atMs: nowMs + 2 * minuteMs,
  answer: undefined,
}

function outbox(props: Partial<OutboxPageProps>): (page: PageContext) => Html {
  return (page) =>
    outboxPage({
      ...page,
      viewer: staff,
      tab: 'waiting',
      counts: { waiting: 0, 'given-up': 0, sent: 312 },
      rows: [],
      isFirstPage: true,
      nextPath: undefined,
      isSetUp: true,
      ...props,
    })
}

const programs = {
  path: '/settings/webhooks',
  webhooks: [],
  typed: '',
  problem: undefined,
  added: undefined,
  tested: undefined,
  about: 'They hear of every run and every alert; never of a name of a file.',
}

function webhooks(props: Partial<WebhooksProps>): (page: PageContext) => Html {
  return (page) => webhooksPage({ ...page, viewer: staff, programs: { ...programs, ...props }, mayBePrivate: false })
}

const member: Viewer = {
  name: 'Helen Rowe',
  role: 'Owner',
  account: { name: 'Calder & Rowe Architects', number: 'C-000042' },
  standing: 'member',
  maySwitch: false,
}
const choices = { completed: false, partly: true, failed: true, alarms: true, digest: 'weekly' } as const
const none = { completed: false, partly: false, failed: false, alarms: false, digest: 'none' } as const

function myLetters(props: Partial<MyLettersPageProps>): (page: PageContext) => Html {
  return (page) =>
    myLettersPage({
      ...page,
      viewer: member,
      email: 'helen@calder-rowe.example',
      accounts: [
        { id: 'cus_x', name: 'Calder & Rowe Architects', number: 'C-000042', choices, isOwn: true },
        { id: 'cus_y', name: 'Harbour Street Dental', number: 'C-000007', choices: none, isOwn: false },
      ],
      staff: undefined,
      isSaved: false,
      isMailSetUp: true,
      ...props,
    })
}

function accountLetters(props: Partial<AccountLettersPageProps>): (page: PageContext) => Html {
  return (page) =>
    accountLettersPage({
      ...page,
      viewer: member,
      defaults: { owner: choices, member: { ...none, failed: true }, viewer: none },
      silenceDays: '',
      usualSilenceDays: 3,
      problem: undefined,
      isSaved: false,
      isMailSetUp: true,
      programs: { ...programs, path: '/account/webhooks' },
      ...props,
    })
}

export function lettersSamples(longName: string) {
  const refused = {
    kind: 'failed',
    says: 'The mail server does not accept this user and password.',
    who: 'you, or whoever runs the mail server',
    hint: 'Type both again. Some providers want a password made for programs, or must first allow SMTP for the mailbox.',
    answer: '535 5.7.8 Error: authentication failed',
  } as const
  const givenUp = {
    ...row,
    attempts: 52,
    createdAtMs: nowMs - 3 * dayMs,
    atMs: nowMs - dayMs,
    answer: 'Nothing answers at this port of the mail server. (connect ECONNREFUSED 192.168.1.9:587)',
  }
  return {
    'settings-none': settings({
      mail: { source: 'none', hasPassword: false, form: emptyForm, problem: undefined },
      address: { source: 'listening', url: 'http://127.0.0.1:8080', typed: '', problem: undefined },
      webhooks: 0,
      heartbeat: undefined,
    }),
    'settings-kept': settings({ saved: 'mail' }),
    'settings-sent': settings({
      test: {
        to: 'otto@northquay.example',
        result: { kind: 'sent', to: 'otto@northquay.example', answer: '250 2.0.0 Ok: queued as 4F1B2' },
      },
    }),
    'settings-refused': settings({ test: { to: 'otto@northquay.example', result: refused }, outbox: { waiting: 4, givenUp: 2 } }),
    'settings-wrong': settings({
      mail: {
        source: 'settings',
        hasPassword: true,
        form: { ...form, host: longName, port: '70000' },
        problem: { field: 'port', words: 'A port is a whole number from 1 to 65535.' },
      },
      address: {
        source: 'settings',
        url: 'https://backup.northquay.example',
        typed: 'backup',
        problem: 'An address is http://host or https://host.',
      },
      heartbeat: {
        host: 'hc.example',
        last: { atMs: nowMs - 2 * dayMs, isTaken: false, answer: '503' },
        waitsFor: '2 computers have not backed up.',
      },
    }),
    'settings-environment': settings({ mail: { source: 'environment', hasPassword: true, form, problem: undefined } }),
    'webhooks-none': webhooks({}),
    'webhooks-added': webhooks({
      webhooks: [
        { id: 'whk_x', url: 'https://hooks.example/holdfast', isActive: true },
        { id: 'whk_y', url: `https://${longName}.example/`, isActive: false },
      ],
      added: { url: 'https://hooks.example/holdfast', secret: 'kQ3vX0aJ2cT8mW5yZ7bN1dF4gH6jK9lP0qR2sT4uV6w' },
      tested: { url: 'https://hooks.example/holdfast', isTaken: false, words: 'did not take it. Nothing answers at this port.' },
    }),
    'my-letters': myLetters({}),
    'my-letters-staff': myLetters({
      accounts: [],
      staff: {
        boxAlarms: true,
        customerAlarms: 'chosen',
        digest: 'daily',
        chosen: 'C-000001, C-9',
        problem: 'There is no customer C-9.',
      },
      isMailSetUp: false,
    }),
    'account-letters': accountLetters({ isSaved: true }),
    'account-letters-wrong': accountLetters({
      silenceDays: 'many',
      problem: 'A whole number of days, from 1 to 90.',
      isMailSetUp: false,
    }),
    'outbox-none': outbox({ counts: { waiting: 0, 'given-up': 0, sent: 0 } }),
    'outbox-waiting': outbox({
      counts: { waiting: 2, 'given-up': 0, sent: 312 },
      rows: [row, { ...row, attempts: 0, title: longName, to: `${longName}@example.com` }],
    }),
    'outbox-given-up': outbox({
      tab: 'given-up',
      counts: { waiting: 0, 'given-up': 2, sent: 312 },
      rows: [
        givenUp,
        { ...givenUp, isMail: false, title: 'run.ended', to: 'https://hooks.example/holdfast', customer: undefined },
      ],
    }),
    'outbox-sent': outbox({
      tab: 'sent',
      rows: Array.from({ length: 50 }, (_, index) => ({
        ...row,
        createdAtMs: nowMs - index * 60 * minuteMs,
        atMs: nowMs - index * 60 * minuteMs,
        answer: '250 2.0.0 Ok: queued',
      })),
      nextPath: '/settings/letters?state=sent&before=1-ltr_x',
    }),
  }
}
