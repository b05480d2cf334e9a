import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { timeTag, whenText } from '../format/when.ts'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { checkField, choice } from '../partials/copy-settings.ts'
import { facts } from '../partials/facts.ts'
import { field } from '../partials/field.ts'
import { notice } from '../partials/notice.ts'
import { partHead } from '../partials/part-head.ts'
import { sentence } from '../partials/sentence.ts'
import type { Reader } from '../reader.ts'
import type { PageContext, Viewer } from '../site.ts'

/** What the fields show: the settings of now, or what was typed. The password never. */
export type MailFormProps = {
  readonly host: string
  readonly port: string
  readonly tls: string
  readonly isPlainAllowed: boolean
  readonly user: string
  readonly authorityPem: string
  readonly senderName: string
  readonly senderAddress: string
}

export type MailField = 'host' | 'port' | 'tls' | 'user' | 'password' | 'authority' | 'sender-name' | 'sender-address'

export type SettingsPageProps = PageContext & {
  readonly viewer: Viewer
  readonly mail: {
    /** `environment`: HOLDFAST_SMTP_URL names the server, and only the sender can be changed here. */
    readonly source: 'environment' | 'settings' | 'none'
    readonly hasPassword: boolean
    readonly form: MailFormProps
    readonly problem: { readonly field: MailField | undefined; readonly words: string } | undefined
  }
  readonly test: { readonly to: string; readonly result: TestResult | undefined }
  readonly address: {
    readonly source: 'environment' | 'settings' | 'listening'
    readonly url: string
    readonly typed: string
    readonly problem: string | undefined
  }
  readonly outbox: { readonly waiting: number; readonly givenUp: number }
  /** Programs that are told what happens. */
  readonly webhooks: number | undefined
  /** Of the good days' call; undefined: HOLDFAST_HEARTBEAT_URL is not set. */
  readonly heartbeat: HeartbeatProps | undefined
  readonly saved: 'mail' | 'address' | undefined
}

export type HeartbeatProps = {
  /** Where it calls, without what would let others call there. */
  readonly host: string
  readonly last: { readonly atMs: number; readonly isTaken: boolean; readonly answer: string } | undefined
  /** Why there was no call since; undefined: nothing is in the way. */
  readonly waitsFor: string | undefined
}

export type TestResult =
  | { readonly kind: 'sent'; readonly to: string; readonly answer: string }
  | {
      readonly kind: 'failed'
      readonly says: string
      readonly who: string
      readonly hint: string
      readonly answer: string | undefined
    }

const tlsChoices = [
  ['implicit', 'TLS from the start (usually port 465)'],
  ['starttls', 'STARTTLS, and never without (usually port 587)'],
  ['none', 'None: everything in clear (port 25)'],
] as const

/** How the box speaks to the world: its mail server, its address, the programs it tells. */
export function settingsPage(props: SettingsPageProps): Page {
  const { saved } = props
  return appPage({
    ...props,
    title: 'Settings',
    place: 'settings',
    body: html`
    <header class="page-head"><div>${headOf(props)}</div></header>
    ${saved === undefined ? '' : notice({ icon: 'circle-check', state: 'ok', words: saved === 'mail' ? 'The mail settings are kept. A test letter shows whether they are right.' : 'The address is kept.' })}
    <div class="split part">
      <div class="flow">
        ${mailPart(props)}
        ${testPart(props)}
      </div>
      <aside class="flow">
        ${outboxPart(props)}
        ${addressPart(props)}
        ${heartbeatPart(props)}
        <section aria-labelledby="sharing">
          ${partHead({ id: 'sharing', title: 'Sharing' })}
          <p>How long links of customers may work, whether each has a password, and whether they may take files: <a href="/settings/sharing">rules of sharing</a>.</p>
        </section>
      </aside>
    </div>`,
  })
}

function headOf({ mail, outbox, reader }: SettingsPageProps): Html {
  if (mail.source === 'none')
    return sentence({
      state: 'partial',
      says: 'The box cannot send letters yet.',
      small: ['It needs a mail server that takes them: then people hear of failed backups, get invitations and new passwords.'],
    })
  const { senderAddress, host } = mail.form
  if (outbox.givenUp > 0)
    return sentence({
      state: 'partial',
      says: `${countOf(reader, outbox.givenUp, 'letter')} could not be sent.`,
      small: [`The box sends through ${host}.`],
    })
  return sentence({ says: `The box sends its letters through ${host}.`, small: [`They come from ${senderAddress}.`] })
}

function mailPart({ mail }: SettingsPageProps): Html {
  const { form, problem, source, hasPassword } = mail
  const isFixed = source === 'environment'
  const wrong = (name: MailField) => (problem?.field === name ? problem.words : undefined)
  return html`<section class="box" aria-labelledby="mail">
          <h2 id="mail">Mail server</h2>
          ${isFixed ? html`<p><code>HOLDFAST_SMTP_URL</code> names the mail server, and wins over this page. Change it in the environment, or in <code>holdfast.env</code>, and start the box again.</p>` : ''}
          <form class="flow" action="/settings/mail" method="post">
            ${problem === undefined ? '' : notice({ icon: 'octagon-x', state: 'failed', words: problem.words })}
            ${isFixed ? shownServer(form, hasPassword) : serverFields(form, hasPassword, wrong)}
            ${field({ name: 'sender-name', label: 'Sender’s name', value: form.senderName, hint: 'What people see first: the name of your house.', problem: wrong('sender-name') })}
            ${field({ name: 'sender-address', label: 'Sender’s address', type: 'email', value: form.senderAddress, autocomplete: 'off', hint: 'One that the mail server lets this user write under.', problem: wrong('sender-address') })}
            <p class="row"><button class="button primary">${icon('check')}Save</button></p>
          </form>
        </section>`
}

function shownServer(form: MailFormProps, hasPassword: boolean): Html {
  return facts([
    { label: 'Server', value: `${form.host}, port ${form.port}`, valueClass: 'name' },
    { label: 'Encryption', value: tlsChoices.find(([mode]) => mode === form.tls)?.[1] ?? form.tls },
    { label: 'User', value: form.user === '' ? 'None' : form.user, valueClass: 'name' },
    { label: 'Password', value: hasPassword ? 'Kept, and not shown' : 'None' },
  ])
}

function serverFields(form: MailFormProps, hasPassword: boolean, wrong: (name: MailField) => string | undefined): Html {
  return html`${field({ name: 'host', label: 'Server', value: form.host, hint: 'Such as mail.office.example: the one that your mail program sends through.', problem: wrong('host') })}
            ${choice({ name: 'tls', label: 'Encryption', chosen: form.tls, options: tlsChoices })}
            ${field({ name: 'port', label: 'Port', value: form.port, isOptional: true, hint: 'Empty: the usual one.', problem: wrong('port') })}
            ${checkField({ name: 'plain', label: 'Send in clear, though others can read it', isChecked: form.isPlainAllowed, hint: 'Only matters without encryption. To a server on this machine nothing has to be ticked.' })}
            ${field({ name: 'user', label: 'User', value: form.user, isOptional: true, autocomplete: 'off', hint: 'Empty where the server takes letters from this box without.', problem: wrong('user') })}
            ${field({ name: 'password', label: 'Password', type: 'password', isOptional: true, autocomplete: 'new-password', hint: hasPassword ? 'One is kept, sealed, and not shown. Empty leaves it as it is.' : 'It is kept sealed, and never shown again.', problem: wrong('password') })}
            <details${form.authorityPem === '' ? '' : html` open`}><summary>The server’s certificate is of an authority of our own</summary>
              <div class="field"><label for="authority">Certificate of the authority (PEM)</label><textarea id="authority" name="authority" rows="5" spellcheck="false" maxlength="16000"${wrong('authority') === undefined ? '' : html` aria-invalid="true"`}>${form.authorityPem}</textarea></div>
            </details>`
}

function testPart({ mail, test }: SettingsPageProps): Html {
  const { result } = test
  return html`<section aria-labelledby="test">
          ${partHead({ id: 'test', title: 'Test letter' })}
          ${result === undefined ? '' : testResult(result)}
          <form class="flow" action="/settings/mail/test" method="post">
            ${field({ name: 'to', label: 'To', type: 'email', value: test.to, hint: 'It is sent at once, by the settings that are kept.' })}
            <p class="row"><button class="button"${mail.source === 'none' ? html` disabled` : ''}>${icon('send')}Send a test letter</button></p>
          </form>
        </section>`
}

function testResult(result: TestResult): Html {
  if (result.kind === 'sent')
    return notice({
      icon: 'circle-check',
      state: 'ok',
      words: html`The mail server took the letter to <b>${result.to}</b>. It answered: <code>${result.answer}</code>. Whether it arrives, your mailbox shows.`,
    })
  const answer = result.answer === undefined ? '' : html` It said: <code>${result.answer}</code>`
  return notice({
    icon: 'octagon-x',
    state: 'failed',
    words: html`<b>${result.says}</b>${answer} <br>${result.hint} <br>Who can mend it: ${result.who}.`,
  })
}

function outboxPart({ reader, outbox, webhooks }: SettingsPageProps): Html {
  return html`<section aria-labelledby="outgoing">
          ${partHead({ id: 'outgoing', title: 'What leaves the box' })}
          <ul class="list">
            <li><a href="/settings/letters">Letters on their way</a><span class="end">${outbox.givenUp > 0 ? countOf(reader, outbox.givenUp, 'given up', 'given up') : countOf(reader, outbox.waiting, 'waiting', 'waiting')}</span></li>
            ${webhooks === undefined ? '' : html`<li><a href="/settings/webhooks">Programs that are told</a><span class="end">${countOf(reader, webhooks, 'program')}</span></li>`}
          </ul>
        </section>`
}

function addressPart({ address }: SettingsPageProps): Html {
  const { source, url, typed, problem } = address
  const isFixed = source === 'environment'
  return html`<section aria-labelledby="box-address">
          ${partHead({ id: 'box-address', title: 'Address in letters' })}
          <p>Links in letters begin with <b class="name">${url}</b>.</p>
          ${
            isFixed
              ? html`<p class="hint"><code>HOLDFAST_PUBLIC_URL</code> says so.</p>`
              : html`<form class="flow" action="/settings/address" method="post">
            ${field({ name: 'address', label: 'Another address', value: typed, isOptional: true, hint: 'As people reach the box from where they read their letters: https://backup.office.example. Empty: where it listens.', problem })}
            <p class="row"><button class="button">Save the address</button></p>
          </form>`
          }
        </section>`
}

function heartbeatPart({ reader, heartbeat }: SettingsPageProps): Html {
  return html`<section aria-labelledby="heartbeat">
          ${partHead({ id: 'heartbeat', title: 'Sign of life' })}
          ${heartbeat === undefined ? html`<p class="hint">When <code>HOLDFAST_HEARTBEAT_URL</code> is set, the box calls that address after each good day. A service that waits for the call notices a box that is dead.</p>` : heartbeatFacts(reader, heartbeat)}
        </section>`
}

function heartbeatFacts(reader: Reader, { host, last, waitsFor }: HeartbeatProps): Html {
  const called =
    last === undefined
      ? 'Not yet'
      : html`${timeTag(last.atMs, whenText(reader, last.atMs))}${last.isTaken ? '' : html`, and it was not taken: ${last.answer}`}`
  return html`${facts([
    { label: 'Calls', value: host, valueClass: 'name' },
    { label: 'Last call', value: called },
  ])}${waitsFor === undefined ? '' : html`<p>The next call waits: ${waitsFor}</p>`}`
}
