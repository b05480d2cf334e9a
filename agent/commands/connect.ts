import { defineCommand, type OptionValues } from '../command-line/command.ts'
import { exitCodes } from '../command-line/exit-code.ts'
import type { Program } from '../command-line/program.ts'
import { readPasswordFile } from '../command-line/read-password.ts'
import type { Configuration, DeviceEntry, ServerEntry } from '../config/configuration.ts'
import { readConfiguration, writeConfiguration } from '../config/configuration-file.ts'
import { AgentError, usageError } from '../errors/agent-error.ts'
import { type BoxAddress, parseBoxAddress } from '../link/box-address.ts'
import type { Connected, Credentials } from '../link/connection-request.ts'
import { findEnrolmentLink } from '../link/enrolment-link.ts'
import { parsePinText } from '../link/pin-text.ts'
import { recogniseBox, type WantedPin } from '../link/recognise-box.ts'
import { takeEditLock } from '../state/run-lock.ts'
import { secretsFileAt } from '../state/secrets.ts'
import { prepareStateFolder } from '../state/state-folder.ts'
import { connectOrAsk } from './connect-or-ask.ts'

const options = {
  user: { kind: 'value', value: 'LOGIN', about: 'mail address of an owner or member of the customer' },
  'password-file': {
    kind: 'value',
    value: 'FILE',
    about: 'its first line is the password; - reads standard input. A terminal is asked otherwise',
  },
  code: { kind: 'value', value: 'CODE', about: 'instead of a login: the code of an enrolment link, as in K7QF-2M9X-4TRA' },
  customer: { kind: 'value', value: 'C', about: 'id, number or name; needed by logins of several customers' },
  plan: { kind: 'value', value: 'P', about: 'name of the plan; the oldest valid one otherwise' },
  otp: { kind: 'value', value: 'N', about: 'code of the second factor, or a recovery code, where the login has one' },
  name: { kind: 'value', value: 'N', about: 'how people will know this computer; its host name otherwise' },
  fingerprint: { kind: 'value', value: 'SPKI-SHA256', about: 'of the box, as the box shows it: needed in scripts' },
  replace: { kind: 'value', value: 'DEVICE', about: 'take over the jobs and versions of this computer, by number or name' },
  'as-new': { kind: 'flag', about: 'appear as another computer, though the box knows one that looks like this' },
  new: { kind: 'flag', about: 'the same as --as-new' },
} as const

export const connectCommand = defineCommand({
  name: 'connect',
  usage: 'ENROLMENT-LINK | URL --user LOGIN [--password-file FILE] | URL --code CODE [options]',
  about:
    'Registers this computer at a box: by the link or code that somebody made for it there, or by a login. Nothing secret is sent\n' +
    'before it is known who answers: by the link, by the certificate of a public authority, by --fingerprint, or by your word on\n' +
    'the terminal. Plain http:// is allowed to this computer itself only.',
  options,
  answers: 'object',
  words: { min: 1, max: 1 },
  examples: [
    "holdfast-agent connect 'https://box:8080/enrol#hfe_….PIN'",
    'holdfast-agent connect http://127.0.0.1:8080 --user ann@office.example',
    'holdfast-agent connect https://box:8080 --user ann@office.example --password-file - --fingerprint 3q2+7w…=',
  ],
  async run(program, { options: given, words }) {
    const { address, pin, readCredentials } = readWish(program, words[0]!, given)
    const isNew = given['as-new'] || given.new
    prepareStateFolder(program.state)
    const lock = await takeEditLock({ ...program.surroundings, state: program.state })
    try {
      const before = readConfiguration(program.state.configurationFile, program.surroundings.platform)
      refuseSecondConnection(before, { isNew, replace: given.replace })
      const server = await recogniseBox(program, address, pin)
      // Asked for last: nobody types a password for a box that is not there.
      const credentials = await readCredentials()
      const { replace, name = program.surroundings.hostName } = given
      const connected = await connectOrAsk(program, server, { credentials, replace, isNew, name })
      keep(program, before, server, connected)
      report(program, server, connected)
      return exitCodes.ok
    } finally {
      lock.release()
    }
  },
})

type Given = OptionValues<typeof options>

/** What is asked for, read whole before the first byte is sent. */
interface Wish {
  readonly address: BoxAddress
  readonly pin: WantedPin | undefined
  readonly readCredentials: () => Promise<Credentials>
}

function readWish(program: Program, word: string, given: Given): Wish {
  if ((given['as-new'] || given.new) && given.replace !== undefined)
    throw usageError('--as-new and --replace contradict each other.')
  const link = findEnrolmentLink(word)
  const address = link?.address ?? parseAddress(word)
  const pin = wantedPin(address, given.fingerprint, link?.pin)
  if (link === undefined && given.code === undefined) return { address, pin, readCredentials: readLogin(program, given) }
  if (link !== undefined && given.code !== undefined) throw usageError('The link is enough: leave --code away.')
  const needless = (['user', 'password-file', 'customer', 'plan', 'otp'] as const).find((name) => given[name] !== undefined)
  if (needless !== undefined) throw usageError(`An enrolment says who and what: leave --${needless} away.`)
  const credentials: Credentials = link ? { kind: 'link', secret: link.secret } : { kind: 'code', secret: given.code! }
  return { address, pin, readCredentials: async () => credentials }
}

function parseAddress(text: string): BoxAddress {
  try {
    return parseBoxAddress(text)
  } catch (error) {
    throw new AgentError('HF-URL-INVALID', `${(error as Error).message}.`)
  }
}

function wantedPin(address: BoxAddress, fingerprint: string | undefined, ofLink: string | undefined): WantedPin | undefined {
  if (fingerprint === undefined) return ofLink === undefined ? undefined : { pin: ofLink, saidBy: 'the link' }
  if (!address.isSecure) throw usageError('Plain http shows no certificate: --fingerprint says nothing here.')
  const pin = pinOf(fingerprint)
  if (ofLink !== undefined && ofLink !== pin) throw usageError('The link holds another fingerprint than --fingerprint says.')
  return { pin, saidBy: '--fingerprint' }
}

function readLogin(program: Program, given: Given): () => Promise<Credentials> {
  const { user, customer, plan, otp } = given
  const passwordFile = given['password-file']
  if (user === undefined) throw usageError('Whose login? Give --user LOGIN, or --code CODE, or the enrolment link.')
  if (passwordFile === undefined && !canAsk(program))
    throw usageError('There is no terminal to ask for the password: give --password-file FILE.')
  const password = passwordFile === undefined ? undefined : readPasswordFile(passwordFile)
  return async () => {
    const whole = password ?? (await askPassword(program, user))
    return { kind: 'login', user, password: whole, customer, plan, otp }
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

function refuseSecondConnection(
  { server, device }: Configuration,
  { isNew, replace }: { readonly isNew: boolean; readonly replace: string | undefined },
): void {
  if (!server || !device || isNew || replace !== undefined) return
  throw new AgentError('HF-AGENT-ALREADY-CONNECTED', `It is ${device.name} (${device.number}) at ${server.url}.`, {
    hint: `To renew this connection add --replace ${device.number}; to appear as another computer add --as-new.`,
    members: { device: device.number, url: server.url },
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
