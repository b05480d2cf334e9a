import { type Program, userAgentOf } from '../command-line/program.ts'
import type { ServerEntry } from '../config/configuration.ts'
import { AgentError } from '../errors/agent-error.ts'
import type { BoxAddress } from './box-address.ts'
import { checkIsBox, type Meeting, meetBox } from './first-contact.ts'

/** What is known about the box before it is met. */
export interface WantedPin {
  readonly pin: string
  /** Who said so: `--fingerprint`, `the link`. */
  readonly saidBy: string
}

/** Who answers, by what the user knows about it; only then is anything asked or sent. */
export async function recogniseBox(program: Program, address: BoxAddress, wanted: WantedPin | undefined): Promise<ServerEntry> {
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
  wanted: WantedPin | undefined,
): Promise<readonly string[]> {
  if (meeting.kind === 'plain') return []
  const shown = meeting.pins.at(-1)!
  if (wanted !== undefined) {
    if (meeting.pins.includes(wanted.pin)) return [wanted.pin]
    const detail = `${address.url} shows the fingerprint ${shown}, and ${wanted.saidBy} says ${wanted.pin}.`
    throw unknownCertificate(detail, shown, wanted.pin)
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
