/**
 * Are these two fingerprints of one computer? A score over what computers rarely share and rarely change, and the story that fits it
 * best. It decides nothing: it is the reason why a person is asked. Pure.
 *
 * The weights, of 100:
 * - Board, 40: its numbers are burnt in, and a new one makes another computer of the rest. Where only maker and model are known (which
 *   is what a program without the administrator's rights sees on Linux), another model speaks against, the same one says nothing.
 * - Disks, 25: a disk moves between computers as a whole, and is replaced now and then.
 * - Network cards, 25: soldered on most boards, but some come with a dock or a stick. With no board number they decide alone, which is
 *   the ordinary case for a program that is not root; against a board number they never win.
 * - Machine id, 10: made when the system is installed and copied with its disk. It tells an installation from another, never a computer:
 *   every container and every desktop that was set up from an image shares it. It alone is no reason to ask.
 *
 * What is no evidence is left out first: numbers that firmware and hypervisors give to everybody, addresses that are made up (their
 * "locally administered" bit says so: phones, privacy settings, containers, virtual machines), serials such as QM00001. Sets are compared
 * by how much of the smaller one is in the other: more than half is the same, nothing is another, between them (one shared dock, one
 * USB disk that went from hand to hand) is not known.
 */
import type { Fingerprint } from './fingerprint.ts'

export type Comparison = 'same' | 'other' | 'unknown'

export const comparedFacts = ['board', 'disks', 'macs', 'machineId'] as const
export type ComparedFact = (typeof comparedFacts)[number]

export const identityVerdicts = ['same', 'reinstalled', 'moved-disk', 'cloned', 'other'] as const
/**
 * `same`: this computer. `reinstalled`: its board and cards with another system. `moved-disk`: its disks in other hardware, or its board
 * was replaced, which looks the same. `cloned`: its system on other hardware and other disks. `other`: nothing says that it is the same.
 */
export type IdentityVerdict = (typeof identityVerdicts)[number]

export interface IdentityScore {
  readonly verdict: IdentityVerdict
  /** 0 to 100: of the weight of all facts that could be compared, how much agrees. 0 when nothing could. */
  readonly likeness: number
  readonly facts: Readonly<Record<ComparedFact, Comparison>>
}

export const factWeights: Readonly<Record<ComparedFact, number>> = { board: 40, disks: 25, macs: 25, machineId: 10 }

export function scoreIdentity(known: Fingerprint, shown: Fingerprint): IdentityScore {
  const facts = {
    board: compareBoards(known, shown),
    disks: compareSets(usableSerials(known.diskSerials), usableSerials(shown.diskSerials)),
    macs: compareSets(usableMacs(known.macs), usableMacs(shown.macs)),
    machineId: compareValues(usableMachineId(known.machineId), usableMachineId(shown.machineId)),
  }
  return { verdict: verdictOf(facts), likeness: likenessOf(facts), facts }
}

type Facts = IdentityScore['facts']

function verdictOf(facts: Facts): IdentityVerdict {
  const hardware = signed(facts, 'board') + signed(facts, 'macs')
  const isHardwareUnknown = facts.board === 'unknown' && facts.macs === 'unknown'
  const isSameMachine = hardware > 0 || (isHardwareUnknown && facts.disks === 'same')
  if (isSameMachine) return facts.machineId === 'other' ? 'reinstalled' : 'same'
  if (facts.disks === 'same') return 'moved-disk'
  const isOtherHardware = hardware < 0 || facts.disks === 'other'
  return facts.machineId === 'same' && isOtherHardware ? 'cloned' : 'other'
}

function likenessOf(facts: Facts): number {
  const sum = (wanted: readonly Comparison[]) =>
    comparedFacts.filter((fact) => wanted.includes(facts[fact])).reduce((total, fact) => total + factWeights[fact], 0)
  const comparable = sum(['same', 'other'])
  return comparable === 0 ? 0 : Math.round((100 * sum(['same'])) / comparable)
}

function signed(facts: Facts, fact: ComparedFact): number {
  if (facts[fact] === 'unknown') return 0
  return facts[fact] === 'same' ? factWeights[fact] : -factWeights[fact]
}

function compareBoards(known: Fingerprint, shown: Fingerprint): Comparison {
  const byUuid = compareValues(usableUuid(known), usableUuid(shown))
  if (byUuid !== 'unknown') return byUuid
  const bySerial = compareValues(boardSerial(known), boardSerial(shown))
  if (bySerial !== 'unknown') return bySerial
  return compareValues(modelOf(known), modelOf(shown)) === 'other' ? 'other' : 'unknown'
}

function usableUuid({ system, board }: Fingerprint): string | undefined {
  const uuid = (system.uuid ?? board.uuid)?.trim().toLowerCase()
  if (uuid === undefined || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) return undefined
  return isGivenToEverybody(uuid) ? undefined : uuid
}

/** Of firmware that was never told its number: AMI's sample in both byte orders, Dell without a service tag, counting examples. */
const wellKnownUuids: readonly string[] = [
  '03000200-0400-0500-0006-000700080009',
  '00020003-0004-0005-0006-000700080009',
  '12345678-1234-5678-90ab-cddeefaabbcc',
  '4c4c4544-0000-2010-8020-80c04f202020',
]

function isGivenToEverybody(uuid: string): boolean {
  const digits = new Set(uuid.replaceAll('-', ''))
  return digits.size <= 2 || wellKnownUuids.includes(uuid)
}

function boardSerial({ system, board }: Fingerprint): string | undefined {
  const serial = usableSerial(board.serial) ?? usableSerial(system.serial)
  // Makers count from one, each for themselves.
  return serial === undefined ? undefined : `${folded(board.manufacturer ?? system.manufacturer)} ${serial}`
}

function modelOf({ system, board }: Fingerprint): string | undefined {
  const maker = folded(board.manufacturer) || folded(system.manufacturer)
  const model = folded(board.model) || folded(system.model)
  return maker === '' || model === '' ? undefined : `${maker} ${model}`
}

/** Hypervisors number their disks alike in every machine. */
const placeholderSerial =
  /^(?:qm\d+|drive-.*|beaf\w*|default string|to be filled.*|not (?:specified|applicable)|none|unknown|n\/a)$/
const serialCharactersMin = 4

function usableSerial(text: string | undefined): string | undefined {
  const serial = folded(text)
  const isUsable = serial.length >= serialCharactersMin && new Set(serial).size > 1 && !placeholderSerial.test(serial)
  return isUsable && !/^0?123456789/.test(serial) ? serial : undefined
}

function usableSerials(serials: readonly string[]): ReadonlySet<string> {
  return new Set(serials.map(usableSerial).filter((serial) => serial !== undefined))
}

const locallyAdministered = 0x02

function usableMacs(macs: readonly string[]): ReadonlySet<string> {
  return new Set(macs.map((mac) => mac.toLowerCase().replaceAll(/[^0-9a-f]/g, '')).filter(isBurntIn))
}

function isBurntIn(digits: string): boolean {
  if (digits.length !== 12 || new Set(digits).size === 1) return false
  return (Number.parseInt(digits.slice(0, 2), 16) & locallyAdministered) === 0
}

function usableMachineId(text: string | undefined): string | undefined {
  const id = folded(text)
  return new Set(id.replaceAll('-', '')).size <= 2 || id === 'uninitialized' ? undefined : id
}

function compareValues(one: string | undefined, other: string | undefined): Comparison {
  if (one === undefined || other === undefined) return 'unknown'
  return one === other ? 'same' : 'other'
}

function compareSets(one: ReadonlySet<string>, other: ReadonlySet<string>): Comparison {
  const smaller = Math.min(one.size, other.size)
  if (smaller === 0) return 'unknown'
  const shared = [...one].filter((value) => other.has(value)).length
  if (shared === 0) return 'other'
  return shared * 2 > smaller ? 'same' : 'unknown'
}

function folded(text: string | undefined): string {
  return text?.trim().toLowerCase() ?? ''
}
