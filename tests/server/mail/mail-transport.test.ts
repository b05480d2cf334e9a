/** Letters over real SMTP: what arrives, and what each way of not arriving is called. */
import { createServer, type Server } from 'node:net'
import type { SMTPServerOptions } from 'smtp-server'
import { beforeAll, describe, expect, test } from 'vitest'
import type { MailMessage, MailServer } from '../../../server/mail/mail.ts'
import { openMailTransport } from '../../../server/mail/mail-transport.ts'
import { createAuthority, createServerCertificate, type MadeCertificate } from '../../../server/tls/certificates.ts'
import { mailServer, readMail, refuse } from '../../support/mail-server.ts'

const message: MailMessage = {
  messageId: '<ltr_1@office.example>',
  from: { name: 'Sicherungen "Größe", Büro', address: 'backup@office.example' },
  to: { name: 'Mara', address: 'mara@office.example' },
  subject: 'RECEPTION-PC — gesichert ✓',
  text: 'Every file of today.\n',
  html: '<p>Every file of today.</p>',
}

let authority: MadeCertificate
let certificate: MadeCertificate
beforeAll(async () => {
  const nowMs = Date.now()
  authority = await createAuthority({ name: 'Mail of the house', nowMs })
  certificate = await createServerCertificate({ authority, names: ['localhost', '127.0.0.1'], nowMs })
})

function at(port: number, server: Partial<MailServer> = {}): MailServer {
  return { host: '127.0.0.1', port, tls: 'none', user: undefined, password: undefined, authorityPem: undefined, ...server }
}

async function sendTo(server: MailServer) {
  const transport = openMailTransport(server)
  try {
    return await transport.send(message)
  } finally {
    transport.close()
  }
}

describe('a letter arrives', () => {
  test('whole: two parts, its names in any language, an id, and the mark of a machine', async () => {
    await using server = await mailServer()
    expect(await sendTo(at(server.port))).toEqual({ kind: 'accepted', answer: '250 taken as 1' })
    const [received] = server.received
    const { head, text, html } = readMail(received!.raw)
    expect(received).toMatchObject({ from: 'backup@office.example', to: ['mara@office.example'] })
    expect(head).toMatch(/^Message-ID: <ltr_1@office\.example>$/m)
    expect(head).toMatch(/^Auto-Submitted: auto-generated$/m)
    expect(head).toMatch(/^Content-Type: multipart\/alternative;/m)
    expect(text.trim()).toBe('Every file of today.')
    expect(html.trim()).toBe('<p>Every file of today.</p>')
  })

  test.each(['implicit', 'starttls'] as const)('encrypted (%s), with a user, by an authority of the house', async (tls) => {
    const { keyPem: key, certificatePem: cert } = certificate
    await using server = await mailServer({ secure: tls === 'implicit', key, cert, disabledCommands: [], authOptional: false })
    const wanted = at(server.port, { tls, user: 'box', password: 'pass', authorityPem: authority.certificatePem })
    expect(await sendTo(wanted)).toMatchObject({ kind: 'accepted' })
    expect(server.received).toMatchObject([{ isEncrypted: true, user: 'box' }])
  })
})

const refusals: readonly {
  readonly fault: string
  readonly isPermanent?: true
  readonly server: SMTPServerOptions
  readonly ask?: Partial<MailServer>
}[] = [
  { fault: 'sign-in', server: { onAuth: (_a, _s, done) => done(refuse(535, 'no')) }, ask: { user: 'box', password: 'wrong' } },
  { fault: 'no-sign-in', server: { authOptional: false } },
  { fault: 'sender', server: { onMailFrom: (_a, _s, done) => done(refuse(550, 'not yours')) } },
  { fault: 'recipient', isPermanent: true, server: { onRcptTo: (_a, _s, done) => done(refuse(550, 'no such user')) } },
  { fault: 'later', server: { onRcptTo: (_a, _s, done) => done(refuse(451, 'greylisted')) } },
  {
    fault: 'content',
    isPermanent: true,
    server: { onData: (stream, _s, done) => stream.resume().on('end', () => done(refuse(554, 'looks like spam'))) },
  },
  { fault: 'later', server: { onData: (stream, _s, done) => stream.resume().on('end', () => done(refuse(452, 'full'))) } },
  { fault: 'later', server: { onConnect: (_s, done) => done(refuse(421, 'busy')) } },
  { fault: 'no-starttls', server: {}, ask: { tls: 'starttls' } },
  { fault: 'tls', server: {}, ask: { tls: 'implicit' } },
]

describe('a letter that is refused says why', () => {
  test.each(refusals)('$fault', async ({ fault, isPermanent = false, server: options, ask }) => {
    await using server = await mailServer(options)
    expect(await sendTo(at(server.port, ask))).toMatchObject({ kind: 'refused', fault, isPermanent })
    expect(server.received).toEqual([])
  })

  test('certificate: of nobody that this box knows', async () => {
    const { keyPem: key, certificatePem: cert } = certificate
    await using server = await mailServer({ secure: true, key, cert })
    expect(await sendTo(at(server.port, { tls: 'implicit' }))).toMatchObject({ fault: 'certificate', isPermanent: false })
  })

  test('unknown-host', async () => {
    expect(await sendTo(at(25, { host: 'mail.invalid' }))).toMatchObject({ fault: 'unknown-host' })
  })

  test('refused: nothing listens there', async () => {
    expect(await sendTo(at(1))).toMatchObject({ fault: 'refused' })
  })

  test('closed: it hangs up', async () => {
    const { port, server } = await tcpServer((socket) => socket.destroy())
    expect(await sendTo(at(port))).toMatchObject({ fault: 'closed' })
    server.close()
  })

  test('other: it is something else', async () => {
    const { port, server } = await tcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect(await sendTo(at(port))).toMatchObject({ fault: 'other', answer: 'HTTP/1.1 400 Bad Request' })
    server.close()
  })
})

async function tcpServer(onConnect: Parameters<typeof createServer>[1] & object): Promise<{ port: number; server: Server }> {
  const server = createServer(onConnect)
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  return { port: (server.address() as { port: number }).port, server }
}
