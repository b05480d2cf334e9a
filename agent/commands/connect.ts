import { RefusedError } from '../../engine/index.ts'
import { defineCommand, type OptionValues } from '../command-line/command.ts'
import { exitCodes } from '../command-line/exit-code.ts'
import { type Program, userAgentOf } from '../command-line/program.ts'
import { readPasswordFile } from '../command-line/read-password.ts'
import type { Configuration, DeviceEntry, ServerEntry } from '../config/configuration.ts'
import { readConfiguration, writeConfiguration } from '../config/configuration-file.ts'
import { AgentError, usageError } from '../errors/agent-error.ts'
import { type BoxAddress, parseBoxAddress } from '../link/box-address.ts'
import { type Connected, type ConnectionWish, requestConnection } from '../link/connection-request.ts'
import { checkIsBox, type Meeting, meetBox } from '../link/first-contact.ts'
import { parsePinText } from '../link/pin-text.ts'
import { takeEditLock } from '../state/run-lock.ts'
import { secretsFileAt } from '../state/secrets.ts'
import { prepareStateFolder } from '../state/state-folder.ts'

const options = {
  user: { kind: 'value', value: 'LOGIN', about: 'mail address of an owner or member of the customer' },
  'password-file': {
    kind: 'value',
    value: 'FILE',
    about: 'its first line is the password; - reads standard input. A terminal is asked otherwise',
  },
  customer: { kind: 'value', value: 'C', about: 'id, number or name; needed by logins of several customers' },
  plan: { kind: 'value', value: 'P', about: 'name of the plan; the oldest valid one otherwise' },
  otp: { kind: 'value', value: 'N', about: 'code of the second factor, or a recovery code, where the login has one' },
  name: { kind: 'value', value: 'N', about: 'how people will know this computer; its host name otherwise' },
  fingerprint: { kind: 'value', value: 'SPKI-SHA256', about: 'of the box, as the box shows it: needed in scripts' },
  replace: { kind: 'value', value: 'DEVICE', about: 'take over the jobs and versions of this computer, by number or name' },
  new: { kind: 'flag', about: 'connected already: appear as another computer' },
} as const

export const connectCommand = defineCommand({
  name: 'connect',
  usage: 'URL --user LOGIN [--password-file FILE] [options]',
  about:
    'Registers this computer at a box. Nothing secret is sent before it is known who answers: by the certificate of a public\n' +
    'authority, by --fingerprint, or by your word on the terminal. Plain http:// is allowed to this computer itself only.',
  options,
  answers: 'object',
  words: { min: 1, max: 1 },
  examples: [
    'holdfast-agent connect http://127.0.0.1:8080 --user ann@office.example',
    'holdfast-agent connect https://box:8080 --user ann@office.example --password-file - --fingerprint 3q2+7w…=',
  ],
  async run(program, { options: given, words }) {
    const address = parseAddress(words[0]!)
    const wish = readWish(program, address, given)
    prepareStateFolder(program.state)
    const lock = await takeEditLock({ ...program.surroundings, state: program.state })
    try {
      const before = readConfiguration(program.state.configurationFile, program.surroundings.platform)
      refuseSecondConnection(before, given)
      const server = await recogniseBox(program, address, wish.pin)
      // Asked for last: nobody types a password for a box that is not there.
      const password = wish.password ?? (await askPassword(program, wish.user))
      const connected = await requestAskingForCode(program, server, { ...wish, password })
      keep(program, before, server, connected)
      report(program, server, connected)
      return exitCodes.ok
    } finally {
      lock.release()
    }
  },
})

type Given = OptionValues<typeof options>

/** A login with a second factor is asked for its code where somebody sits; a script gives --otp. */
async function requestAskingForCode(program: Program, server: ServerEntry, wish: ConnectionWish): Promise<Connected> {
  try {
    return await requestConnection(program, server, wish)
  } catch (error) {
    const isAskedFor = error instanceof RefusedError && error.refusal.code === 'HF-OTP-NEEDED'
    if (!isAskedFor || wish.otp !== undefined || !canAsk(program)) throw error
    const otp = (await program.surroundings.terminal!.ask('Code of your authenticator, or a recovery code: ')).trim()
    if (otp === '') throw usageError('No code was given.')
    return requestConnection(program, server, { ...wish, otp })
  }
}

function parseAddress(text: string): BoxAddress {
  if (URL.canParse(text) && new URL(text).pathname !== '/')
    throw new AgentError('HF-NOT-IN-THIS-VERSION', 'Connecting by a link from an invitation is not in this version.', {
      hint: 'Give the address of the box alone (https://name:port), with --user and --password-file.',
    })
  try {
    return parseBoxAddress(text)
  } catch (error) {
    throw new AgentError('HF-URL-INVALID', `${(error as Error).message}.`)
  }
}

/** What is asked for, read whole before the first byte is sent. */
function readWish(program: Program, address: BoxAddress, given: Given) {
  const { user, fingerprint } = given
  const passwordFile = given['password-file']
  if (user === undefined) throw usageError('Whose login? Give --user LOGIN.')
  if (passwordFile === undefined && !canAsk(program))
    throw usageError('There is no terminal to ask for the password: give --password-file FILE.')
  if (given.new && given.replace !== undefined) throw usageError('--new and --replace contradict each other.')
  if (fingerprint !== undefined && !address.isSecure)
    throw usageError('Plain http shows no certificate: --fingerprint says nothing here.')
  return {
    user,
    password: passwordFile === undefined ? undefined : readPasswordFile(passwordFile),
    customer: given.customer,
    plan: given.plan,
    otp: given.otp,
    replace: given.replace,
    name: given.name ?? program.surroundings.hostName,
    pin: fingerprint === undefined ? undefined : pinOf(fingerprint),
  }
}

function canAsk({ surroundings, report }: Program): boolean {
  return surroundings.terminal !== undefined && !report.isJson
}

async function askPassword({ surroundings }: Program, user: string): Promise<string> {
  const password = await surroundings.terminal!.askSecret(`Password of ${user}: `)
  if (password === '') throw usageError('No password was given.')
  return password
}

function pinOf(fingerprint: string): string {
  try {
    return parsePinText(fingerprint)
  } catch (error) {
    throw usageError(`${(error as Error).message}.`)
  }
}

function refuseSecondConnection({ server, device }: Configuration, given: Given): void {
  if (!server || !device || given.new || given.replace !== undefined) return
  throw new AgentError('HF-AGENT-ALREADY-CONNECTED', `It is ${device.name} (${device.number}) at ${server.url}.`, {
    hint: `To renew this connection add --replace ${device.number}; to appear as another computer add --new.`,
    members: { device: device.number, url: server.url },
  })
}

/** Who answers, by what the user knows about it; only then is anything asked. */
async function recogniseBox(program: Program, address: BoxAddress, wanted: string | undefined): Promise<ServerEntry> {
  const { now } = program.surroundings
  const meeting = await meetBox(address, now())
  const pins = await decidePins(program, address, meeting, wanted)
  await checkIsBox(address, pins, { userAgent: userAgentOf(program), now })
  return { url: address.url, pins }
}

async function decidePins(
  program: Program,
  address: BoxAddress,
  meeting: Meeting,
  wanted: string | undefined,
): Promise<readonly string[]> {
  if (meeting.kind === 'plain') return []
  const shown = meeting.pins.at(-1)!
  if (wanted !== undefined) {
    if (meeting.pins.includes(wanted)) return [wanted]
    throw unknownCertificate(`${address.url} shows the fingerprint ${shown}, and --fingerprint says ${wanted}.`, shown, wanted)
  }
  if (meeting.kind === 'vouched') return []
  if (await isConfirmed(program, address, shown)) return [shown]
  throw unknownCertificate(`${address.url} shows the fingerprint ${shown}, which this computer does not know.`, shown)
}

async function isConfirmed({ surroundings, report }: Program, address: BoxAddress, shown: string): Promise<boolean> {
  if (!surroundings.terminal || report.isJson) return false
  report.note(`${address.url} shows a certificate that this computer does not know. Its fingerprint is`)
  report.note(`  ${shown}`)
  const answer = await surroundings.terminal.ask('Does the box show the same? Type yes or no: ')
  return /^y(es)?$/i.test(answer.trim())
}

function unknownCertificate(detail: string, shown: string, wanted?: string): AgentError {
  return new AgentError('HF-CERTIFICATE-UNKNOWN', `${detail} The password was not sent.`, {
    hint: `Compare with the fingerprint that the box shows. If it is the same: --fingerprint ${shown}`,
    members: { fingerprint: shown, ...(wanted === undefined ? {} : { expected: wanted }) },
  })
}

/** Secrets first: a configuration that names a device always finds them. */
function keep(program: Program, before: Configuration, server: ServerEntry, connected: Connected): void {
  const { state, surroundings, log } = program
  const { id, number, name } = connected.device
  const device: DeviceEntry = {
    id,
    number,
    name,
    customer: connected.customer.name,
    customerNumber: connected.customer.number,
  }
  secretsFileAt(state.secretsFile).write(connected.secrets)
  writeConfiguration(state.configurationFile, { ...before, server, device }, surroundings.platform)
  log.write('connected', { url: server.url, device: number, customer: connected.customer.number })
}

function report(program: Program, server: ServerEntry, { device, customer, plan }: Connected): void {
  const { url, pins } = server
  program.report.answer({ connected: true, url, fingerprint: pins[0] ?? null, device, customer, plan }, [
    `Connected to ${url} as ${device.name} (${device.number}), for ${customer.name} (${customer.number}), plan ${plan}.`,
    'Next: choose what is backed up with "holdfast-agent add PATH", then run "holdfast-agent backup".',
  ])
}
